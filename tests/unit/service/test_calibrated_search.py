"""Scores of matches come from the calibration that the searcher is given."""

from dataclasses import replace

import pytest

from milvus import Kind
from milvus.embedding import HashingEmbedder
from service.evaluation.workbench import Workbench
from service.queries import StoredSource
from service.ranking import DEFAULT_CALIBRATION
from tests.unit.service.evaluation.sets import NORMALIZER, RESUMES, VACANCIES, make_side

SIDES = {Kind.VACANCIES: make_side(Kind.VACANCIES, VACANCIES), Kind.RESUMES: make_side(Kind.RESUMES, RESUMES)}


def test_search_and_comparison_use_the_calibration_of_the_searcher() -> None:
    doubtful = replace(DEFAULT_CALIBRATION, slope=1.0, intercept=-3.0)
    with Workbench(SIDES, HashingEmbedder(), NORMALIZER) as bench:
        searcher = replace(bench.open_searcher(), calibration=doubtful)
        matches = searcher.search(Kind.RESUMES, StoredSource(Kind.VACANCIES, "v1")).matches
        compared = searcher.compare("r1", "v1")

    assert len(matches) == len(RESUMES)
    for match in (*matches, compared):
        assert match.judgement is not None
        assert match.score == pytest.approx(doubtful.apply(match.judgement.score.combined))
        assert match.judgement.calibration is doubtful
