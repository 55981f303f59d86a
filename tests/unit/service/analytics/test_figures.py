"""Figures against the same computed one document at a time."""

import statistics
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milvus import Kind
from service.analytics import (
    MIN_GROUP,
    CompanyOrder,
    Dimension,
    Market,
    MarketFilter,
    SkillOrder,
    compare_skills,
    count_months,
    describe_openings,
    describe_salaries,
    describe_title,
    draw_openings,
    draw_salaries,
    judge_company,
    rank_companies,
)
from service.analytics.salaries import round_width
from tests.unit.service.analytics.made_market import DAY, ROWS, SECONDS, VACANCIES, Row, days_ago, make_market

ANY = MarketFilter()
few = settings(max_examples=25, deadline=None)


def make(vacancies: list[Row] | None = None, resumes: list[Row] | None = None) -> Market:
    with tempfile.TemporaryDirectory() as folder:
        market = make_market(Path(folder), vacancies or [], resumes or [])
        _ = market.manifest  # from here on it needs no file
        return market


def ask(market: Market, analysis: Any, *arguments: Any, asked: MarketFilter = ANY) -> Any:
    return analysis(market.view(asked), *arguments)


def month_of(row: Row) -> str | None:
    return None if row["published_at"] is None else f"{datetime.fromtimestamp(row['published_at'], UTC):%Y-%m}"


@few
@given(st.lists(ROWS, max_size=30))
def test_months_count_what_was_published_in_them(rows: list[Row]) -> None:
    report = ask(make(rows), count_months, Kind.VACANCIES)
    expected = Counter(month for row in rows if (month := month_of(row)))
    assert [(row.month, row.documents) for row in report.rows] == sorted(expected.items())
    assert report.documents == sum(expected.values())


@few
@given(st.lists(ROWS, max_size=30), st.sampled_from([None, "GB"]), st.sampled_from([None, "a", "nowhere"]))
def test_salaries_are_the_quantiles_of_each_group(rows: list[Row], country: str | None, skill: str | None) -> None:
    asked = MarketFilter(country=country, skill=skill)
    passing = [row for row in rows if country in {None, row["country"]} and (skill is None or skill in row["skills"])]
    report = ask(make(rows), describe_salaries, Kind.VACANCIES, Dimension.CATEGORY, 10, asked=asked)
    assert report.documents == len(passing)
    assert {row.group: row.documents for row in report.rows} == Counter(row["category"] for row in passing)
    for row in report.rows:
        paid = [one["salary_min"] for one in passing if one["category"] == row.group and one["salary_min"]]
        assert row.with_salary == len(paid)
        if len(paid) < MIN_GROUP:
            assert {row.p10, row.p25, row.median, row.p75, row.p90} == {None}
            continue
        p25, median, p75 = statistics.quantiles(paid, n=4, method="inclusive")
        assert [row.p25, row.median, row.p75] == pytest.approx([p25, median, p75], abs=0.01)


@few
@given(st.lists(ROWS, max_size=25), st.lists(ROWS, max_size=25))
def test_gap_is_the_difference_of_the_shares(vacancies: list[Row], resumes: list[Row]) -> None:
    report = ask(make(vacancies, resumes), compare_skills, SkillOrder.GAP, 50)
    wanted, offered = (Counter(skill for row in rows for skill in row["skills"]) for rows in (vacancies, resumes))
    assert {row.skill: (row.wanted, row.offered) for row in report.rows} == {
        skill: (wanted[skill], offered[skill]) for skill in wanted | offered
    }
    for row in report.rows:
        assert row.gap == pytest.approx(row.wanted_share - row.offered_share)
        assert row.wanted_share == pytest.approx(row.wanted / max(len(vacancies), 1))
    assert [row.gap for row in report.rows] == sorted((row.gap for row in report.rows), reverse=True)


def estimate_survival(rows: list[Row]) -> dict[int, float]:
    """Kaplan and Meier's product, step by step."""
    lives = [
        ((row.get("closed_at", SECONDS) - (row["published_at"] or SECONDS - DAY)) // DAY, "closed_at" in row)
        for row in rows
    ]
    share, curve = 1.0, {}
    for day in sorted({days for days, is_closed in lives if is_closed}):
        at_risk = sum(days >= day for days, _ in lives)
        share *= 1 - sum(days == day and is_closed for days, is_closed in lives) / at_risk
        curve[day] = share
    return curve


@few
@given(st.lists(VACANCIES, max_size=30).map(lambda rows: [r for r in rows if r.get("closed_at", 0) <= SECONDS]))
def test_time_open_is_the_estimate_of_kaplan_and_meier(rows: list[Row]) -> None:
    market = make(rows)
    curve = estimate_survival(rows)
    assert {row.days: row.share_open for row in ask(market, draw_openings).rows} == pytest.approx(curve, abs=1e-9)
    for row in ask(market, describe_openings, Dimension.ALL, 1).rows:
        reached = (day for day, share in curve.items() if share <= 0.5 + 1e-9)
        assert row.median_days == (min(reached, default=None) if len(rows) >= MIN_GROUP else None)


def test_leaving_out_what_is_still_open_would_be_wrong() -> None:
    closed = [{"published_at": days_ago(100), "closed_at": days_ago(90)} for _ in range(4)]
    still_open = [{"published_at": days_ago(100)} for _ in range(6)]
    (row,) = ask(make([*closed, *still_open]), describe_openings, Dimension.ALL, 1).rows
    assert (row.closed, row.quarter_days, row.median_days) == (4, 10, None)


def test_what_has_expired_is_closed_and_what_will_expire_is_open() -> None:
    rows = [{"published_at": days_ago(30), "expires_at": days_ago(ago)} for ago in (10, 20, -10)]
    (row,) = ask(make(rows), describe_openings, Dimension.ALL, 1).rows
    assert (row.documents, row.closed) == (3, 2)
    assert [one.days for one in ask(make(rows), draw_openings).rows] == [10, 20]


@few
@given(st.lists(VACANCIES, max_size=30), st.sampled_from(CompanyOrder))
def test_companies_have_their_own_vacancies(rows: list[Row], order: CompanyOrder) -> None:
    report = ask(make(rows), rank_companies, order, 10)
    expected = Counter(row["company"] for row in rows if row["company"])
    assert {row.company: row.documents for row in report.rows} == expected
    for row in report.rows:
        open_ = sum(one["company"] == row.company and "closed_at" not in one for one in rows)
        assert row.open == open_


def test_spellings_of_a_company_are_one() -> None:
    rows = [{"company": name, "company_key": "acme"} for name in ("ACME", "Acme", "Acme")]
    (row,) = ask(make(rows), rank_companies, CompanyOrder.OPEN, 5).rows
    assert (row.company, row.documents) == ("Acme", 3)
    assert ask(make(rows), judge_company, "  aCME ").rows[0].documents == 3
    assert ask(make(rows), judge_company, "Another").rows == ()


def test_one_text_under_several_ids_counts_once() -> None:
    group: Row = {"duplicate_group": "g", "company": "Acme", "company_key": "acme"}
    rows = [
        group | {"first_seen": days_ago(9), "closed_at": days_ago(1)},
        group | {"first_seen": days_ago(5), "salary_min": 5.0},
        group | {"first_seen": days_ago(2)},
        {"company": "Acme", "company_key": "acme"},
    ]
    (row,) = ask(make(rows), rank_companies, CompanyOrder.OPEN, 5).rows
    assert (row.documents, row.open, row.with_salary) == (2, 2, 1)


@pytest.mark.parametrize(("paid", "is_shown"), [(MIN_GROUP - 1, False), (MIN_GROUP, True)])
def test_salaries_of_few_people_are_not_shown(paid: int, is_shown: bool) -> None:
    rows = [{"salary_min": 41_234.0, "title_words": ["nurs"], "category": "a"} for _ in range(paid)]
    market = make(rows, rows)
    for kind in Kind:
        reports = [
            ask(market, describe_salaries, kind, Dimension.CATEGORY, 5),
            ask(market, describe_title, kind, "nurses"),
        ]
        for report in reports:
            assert (report.rows[0].median is not None) is is_shown
        assert bool(ask(market, draw_salaries, kind).rows) is is_shown
    rounded = 41_000.0 if is_shown else None
    assert ask(market, describe_title, Kind.RESUMES, "nurse").rows[0].median == rounded


def test_bars_of_a_few_resumes_do_not_say_how_many() -> None:
    rows = [{"salary_min": 30_000.0}] * 50 + [{"salary_min": 60_000.0}] * 3
    market = make(rows, rows)
    assert {row.documents for row in ask(market, draw_salaries, Kind.RESUMES).rows} == {50, 0, None}
    assert {row.documents for row in ask(market, draw_salaries, Kind.VACANCIES).rows} == {50, 0, 3}


@few
@given(st.lists(st.integers(1, 10**6).map(float), min_size=MIN_GROUP, max_size=60))
def test_histogram_covers_what_it_counts(salaries: list[float]) -> None:
    report = ask(make([{"salary_min": pay} for pay in salaries]), draw_salaries, Kind.VACANCIES)
    low, high = report.rows[0].low, report.rows[-1].high
    assert report.documents == sum(low <= pay < high for pay in salaries)
    for row in report.rows:
        assert row.documents == sum(row.low <= pay < row.high for pay in salaries)


@given(st.floats(1e-3, 1e9))
def test_widths_are_round_and_wide_enough(width: float) -> None:
    rounded = round_width(width)
    assert rounded >= width * (1 - 1e-6)
    assert f"{rounded:e}"[0] in "125"


def test_quality_tells_missing_values_outliers_and_duplicates() -> None:
    rows: list[Row] = [{"salary_min": 30_000.0 + pay, "source": "board", "language": "en"} for pay in range(50)]
    rows += [
        {"salary_min": 30_000_000.0, "published_at": days_ago(-3)},
        {"salary_min": -5.0, "published_at": 0, "expires_at": -DAY},
        {"experience_min_months": 1000, "text_length": 0},
        *[{"duplicate_group": "g"} for _ in range(3)],
    ]
    report = make(rows).describe_quality()[1]
    found = {(row.check, row.name): row.documents for row in report.rows if row.kind != Kind.RESUMES and not row.source}
    assert found["missing", "salary"] == 4
    assert found["missing", "company"] == found["missing", "title"] == len(rows)
    assert found["missing", "source"] == 6
    assert found["outlier", "salary beyond the outer fences"] == 1
    assert found["outlier", "salary of 0 or less"] == 1
    assert found["outlier", "experience over 60 years"] == 1
    assert found["outlier", "published in the future"] == 1
    assert found["outlier", "published before 2000"] == 1
    assert found["outlier", "expires before it is published"] == 1
    assert found["outlier", "no text"] == 1
    assert found["duplicates", "groups"] == 1
    assert found["duplicates", "documents of the largest group"] == 3
    assert found["language", "en"] == found["source", "board"] == 50
    assert (found["load", "could not be read"], found["load", "could not be indexed"]) == (2, 1)
    assert {row.source for row in report.rows if row.check == "missing" and row.kind == Kind.VACANCIES} == {
        None,
        "board",
    }


def test_nothing_can_be_read_or_changed_through_the_tables(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n", encoding="utf-8")
    view = make().view(ANY)
    for sql in (f"SELECT * FROM '{secret}'", f"COPY vacancies TO '{tmp_path / 'out.csv'}'", "INSTALL httpfs"):
        with pytest.raises(Exception, match=r"(?i)permission|disabled"):
            view.fetch(sql)
    with pytest.raises(Exception, match="locked"):
        view.fetch("SET enable_external_access = true")


def test_answers_are_kept_for_a_snapshot() -> None:
    market = make([{"category": "a"}])
    first = market.ask(describe_salaries, ANY, Kind.VACANCIES, Dimension.CATEGORY, 5)[1]
    assert market.ask(describe_salaries, ANY, Kind.VACANCIES, Dimension.CATEGORY, 5)[1] is first
    assert market.ask(describe_salaries, ANY, Kind.VACANCIES, Dimension.CATEGORY, 6)[1] is not first
