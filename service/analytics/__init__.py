"""Figures of the market: what is wanted and offered, for how much, and for how long, computed from a snapshot."""

from service.analytics.companies import judge_company, rank_companies
from service.analytics.figures import (
    MIN_GROUP,
    BinRow,
    CompanyOrder,
    CompanyRow,
    CompanySuccess,
    CurveRow,
    Dimension,
    MarketFilter,
    MonthRow,
    OpenRow,
    QualityRow,
    Report,
    SalaryRow,
    SkillOrder,
    SkillRow,
    TitleRow,
)
from service.analytics.market import Market, View
from service.analytics.months import count_month, count_months
from service.analytics.openings import describe_openings, draw_openings
from service.analytics.salaries import describe_salaries, describe_title, draw_salaries
from service.analytics.skills import compare_skills

__all__ = [
    "MIN_GROUP",
    "BinRow",
    "CompanyOrder",
    "CompanyRow",
    "CompanySuccess",
    "CurveRow",
    "Dimension",
    "Market",
    "MarketFilter",
    "MonthRow",
    "OpenRow",
    "QualityRow",
    "Report",
    "SalaryRow",
    "SkillOrder",
    "SkillRow",
    "TitleRow",
    "View",
    "compare_skills",
    "count_month",
    "count_months",
    "describe_openings",
    "describe_salaries",
    "describe_title",
    "draw_openings",
    "draw_salaries",
    "judge_company",
    "rank_companies",
]
