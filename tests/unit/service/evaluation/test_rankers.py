"""The ways of searching, over a handful of documents."""

from collections.abc import Iterator
from math import log

import pytest

from milvus import Kind
from milvus.embedding import HashingEmbedder
from service.errors import EvaluationRefused
from service.evaluation.rankers import (
    BM25_B,
    BM25_K1,
    fuse,
    rank_by_bm25,
    rank_by_tfidf,
    rank_by_vectors,
    score_bm25,
    search_with,
)
from service.evaluation.registry import CONFIGURATIONS, choose_baseline, find_configurations
from service.evaluation.workbench import Workbench
from tests.unit.service.evaluation.sets import NORMALIZER, RESUMES, VACANCIES, make_side

DOCUMENTS = {Kind.VACANCIES: make_side(Kind.VACANCIES, VACANCIES), Kind.RESUMES: make_side(Kind.RESUMES, RESUMES)}


@pytest.fixture(scope="module")
def bench() -> Iterator[Workbench]:
    with Workbench(DOCUMENTS, HashingEmbedder(), NORMALIZER) as made:
        yield made


@pytest.mark.parametrize("name", [one.name for one in CONFIGURATIONS])
def test_every_configuration_finds_the_obvious_in_both_directions(name: str, bench: Workbench) -> None:
    (configuration,) = find_configurations([name])

    for kind, expected in ((Kind.VACANCIES, {"v1": "r1", "v2": "r2", "v3": "r3"}), (Kind.RESUMES, {"r2": "v2"})):
        run = configuration.rank(kind, list(expected), bench)
        assert {query: max(scores, key=lambda id: scores[id]) for query, scores in run.items()} == expected


def test_bm25_is_as_worked_out_by_hand() -> None:
    # Lengths 2 and 4, so 3 on average; "pipe" is in one of two documents, "weld" in both.
    (first, second) = score_bm25(["pipe weld weld"], ["weld pipe", "weld weld steel rod"])[0]

    def saturate(count: int, length: int) -> float:
        return count * (BM25_K1 + 1) / (count + BM25_K1 * (1 - BM25_B + BM25_B * length / 3))

    rare, common = log(1 + 1.5 / 1.5), log(1 + 0.5 / 2.5)
    assert first == pytest.approx(rare * saturate(1, 2) + 2 * common * saturate(1, 2))
    assert second == pytest.approx(2 * common * saturate(2, 4))


def test_lexical_searches_find_only_what_shares_a_word(bench: Workbench) -> None:
    for rank, shared in ((rank_by_bm25, {"r2"}), (rank_by_tfidf, {"r2", "r3"})):  # r3 for the "of" alone
        found = rank(Kind.VACANCIES, ["v2"], bench)["v2"]
        assert set(found) == shared


def test_vectors_are_compared_by_cosine(bench: Workbench) -> None:
    embedder = HashingEmbedder()
    query, document = embedder.embed_documents([VACANCIES["v1"], RESUMES["r4"]])

    run = rank_by_vectors(Kind.VACANCIES, ["v1"], bench)
    assert run["v1"]["r4"] == pytest.approx(float(query @ document), abs=1e-6)
    assert set(run["v1"]) == set(RESUMES)


def test_product_search_ranks_the_whole_corpus(bench: Workbench) -> None:
    run = search_with()(Kind.RESUMES, list(RESUMES), bench)

    assert {query: set(scores) for query, scores in run.items()} == {query: set(VACANCIES) for query in RESUMES}


def test_fusion_sums_reciprocal_ranks() -> None:
    fused = fuse([{"q": {"a": 9.0, "b": 5.0}}, {"q": {"b": 0.3, "c": 0.1}}])

    assert fused["q"] == {
        "a": pytest.approx(1 / 61),
        "b": pytest.approx(1 / 62 + 1 / 61),
        "c": pytest.approx(1 / 62),
    }


def test_corpus_without_words_is_refused() -> None:
    with pytest.raises(EvaluationRefused, match="no words"):
        score_bm25(["baker"], ["!!!", "..."])


def test_unknown_configuration_is_named_with_the_known() -> None:
    with pytest.raises(EvaluationRefused, match=r"'magic'; known: tfidf, bm25"):
        find_configurations(["magic", "bm25"])


def test_names_may_be_patterns_and_keep_the_order_of_the_list() -> None:
    assert [one.name for one in find_configurations(["ours", "bm25*"])] == ["bm25", "bm25+dense", "ours"]


def test_baseline_is_ours_or_the_first_unless_another_is_named() -> None:
    without = find_configurations(["bm25", "dense"])

    assert choose_baseline(find_configurations([]), None) == "ours"
    assert choose_baseline(without, None) == "bm25"
    assert choose_baseline(without, "dense") == "dense"
    with pytest.raises(EvaluationRefused, match="'ours'"):
        choose_baseline(without, "ours")
