"""Ranking: how well a resume and a vacancy fit, why, and what would change it.

It is pure: entities, vectors and the time come in, values go out. It knows no index, no model, no HTTP.
The way through it: `read_demand` and `read_spoken_languages` once a document, a `Pair` for each hit, `rank_pairs` for
a page of results, `explain_pair` for one of them.
"""

from service.ranking.calibration import Calibration, brier_score, fit_calibration, reliability_table
from service.ranking.counterfactuals import relax_filter, relax_requirements
from service.ranking.demands import Demand, RequirementKind, read_demand, split_requirements
from service.ranking.explain import Explanation, explain_pair
from service.ranking.judging import Judgement, Ranking, RankingOptions, judge_pair, rank_pairs
from service.ranking.languages import read_spoken_languages
from service.ranking.late_interaction import late_interaction
from service.ranking.messages import describe
from service.ranking.pairs import Pair
from service.ranking.requirements import Mode, Outcome
from service.ranking.scoring import DEFAULT_WEIGHTS, PairScore
from service.ranking.values import Direction, Note, PartName, Span

__all__ = [
    "DEFAULT_WEIGHTS",
    "Calibration",
    "Demand",
    "Direction",
    "Explanation",
    "Judgement",
    "Mode",
    "Note",
    "Outcome",
    "Pair",
    "PairScore",
    "PartName",
    "Ranking",
    "RankingOptions",
    "RequirementKind",
    "Span",
    "brier_score",
    "describe",
    "explain_pair",
    "fit_calibration",
    "judge_pair",
    "late_interaction",
    "rank_pairs",
    "read_demand",
    "read_spoken_languages",
    "relax_filter",
    "relax_requirements",
    "reliability_table",
    "split_requirements",
]
