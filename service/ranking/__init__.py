"""Ranking: how well a resume and a vacancy fit, why, and what would change it.

It is pure: entities, vectors and the time come in, values go out. It knows no index, no model, no HTTP.
The way through it: `read_demand` and `read_spoken_languages` once a document, a `Pair` for each hit, `rank_pairs` for
a page of results, `explain_pair` for one of them.
"""

from service.ranking.calibration import (
    Bin,
    Calibration,
    calibration_error,
    find_log_losses,
    fit_calibration,
    reliability_table,
    square_errors,
)
from service.ranking.counterfactuals import relax_filter, relax_requirements
from service.ranking.default_calibration import DEFAULT_CALIBRATION
from service.ranking.demands import Demand, RequirementKind, SkillFinder, read_demand, split_requirements
from service.ranking.diversity import limit_per_company
from service.ranking.evidence import Embed, Evidence, choose_claims, choose_needs
from service.ranking.explain import Explanation, explain_pair
from service.ranking.judging import DEFAULT_OPTIONS, Judgement, Ranking, RankingOptions, judge_pair, rank_pairs
from service.ranking.languages import read_spoken_languages
from service.ranking.late_interaction import late_interaction
from service.ranking.messages import MAX_LISTED, TEMPLATES, Formats, describe, describe_in
from service.ranking.pairs import Pair
from service.ranking.requirements import DEFAULT_MODES, Check, Mode, Outcome, leave_out_ignored
from service.ranking.scoring import (
    BALANCE,
    DEFAULT_WEIGHTS,
    DIRECTION_PARTS,
    DirectionalScore,
    PairScore,
    complete_weights,
)
from service.ranking.values import Direction, Note, NoteValue, PartName, Span

__all__ = [
    "BALANCE",
    "DEFAULT_CALIBRATION",
    "DEFAULT_MODES",
    "DEFAULT_OPTIONS",
    "DEFAULT_WEIGHTS",
    "DIRECTION_PARTS",
    "MAX_LISTED",
    "TEMPLATES",
    "Bin",
    "Calibration",
    "Check",
    "Demand",
    "Direction",
    "DirectionalScore",
    "Embed",
    "Evidence",
    "Explanation",
    "Formats",
    "Judgement",
    "Mode",
    "Note",
    "NoteValue",
    "Outcome",
    "Pair",
    "PairScore",
    "PartName",
    "Ranking",
    "RankingOptions",
    "RequirementKind",
    "SkillFinder",
    "Span",
    "calibration_error",
    "choose_claims",
    "choose_needs",
    "complete_weights",
    "describe",
    "describe_in",
    "explain_pair",
    "find_log_losses",
    "fit_calibration",
    "judge_pair",
    "late_interaction",
    "leave_out_ignored",
    "limit_per_company",
    "rank_pairs",
    "read_demand",
    "read_spoken_languages",
    "relax_filter",
    "relax_requirements",
    "reliability_table",
    "split_requirements",
    "square_errors",
]
