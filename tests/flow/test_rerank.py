"""The second stage of a search over HTTP: late interaction and a cross-encoder, their order, pages and refusals."""

import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from milvus.embedding import create_reranker
from tests.contract.embedding.cross_encoders_on_disk import build_cross_encoder
from tests.flow.conftest import serve
from tests.flow.steps import Api, check_problem
from tests.unit.ingestion.texts import write_text

SOURCE = "rerank"
OURS = {"sources": [SOURCE]}
SAID = ["Welds hulls of ships with argon.", "Reads drawings of tanks.", "Checks seams by ultrasound."]
WELDER: dict[str, Any] = {
    "id": "s/welder",
    "title": "Shipyard welder",
    "text": "\n".join(SAID),
    "skills": ["welding"],
    "place": {"city": "Leeds", "country": "GB"},
    "employment_types": ["full_time"],
    "source": SOURCE,
}
# By its fields it fits nobody: another title, skills, country and terms. Only its sentences say the same.
HIDDEN: dict[str, Any] = {
    "id": "s/hidden",
    "title": "Person wanted",
    "text": "Required:\n" + "\n".join(f"- {sentence}" for sentence in SAID),
    "skills": ["baking", "bookkeeping"],
    "place": {"city": "Madrid", "country": "ES"},
    "work_format": "on_site",
    "employment_types": ["internship"],
    "experience": "12+ years",
    "source": SOURCE,
}
COUNT, SUITABLE = 205, 175


def make_vacancy(number: int) -> dict[str, Any]:
    """A vacancy whose sentences speak of something else; the fields of the first ones suit the welder."""
    text = f"You will be part of crew {number}, with a canteen at hall {number} and lockers in hangar {number}."
    if number >= SUITABLE:
        return HIDDEN | {"id": f"s/{number:03}", "text": text, "company": f"Office {number}"}
    return {
        "id": f"s/{number:03}",
        "title": "Shipyard welder",
        "text": text,
        "company": f"Yard {number % 40}",
        "skills": ["welding"],
        "place": {"city": "Leeds", "country": "GB"},
        "work_format": "on_site",
        "employment_types": ["full_time"],
        "source": SOURCE,
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny cross-encoder on disk."""
    return build_cross_encoder("bert", tmp_path_factory.mktemp("models") / "tiny-reranker")


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[Api]:
    """An application that may rerank by the tiny cross-encoder, and by one that is not to be had."""
    allowed = f"{folder}, counterpart/no-such-reranker"
    settings = {"embedding_backend": "hashing", "embedding_precision": "float32", "rerank_models": allowed}
    with serve(tmp_path_factory.mktemp("yard"), **settings) as api:
        api.store("resumes", WELDER)
        api.store("vacancies", HIDDEN, *map(make_vacancy, range(COUNT)))
        yield api


def find(api: Api, **body: Any) -> dict[str, Any]:
    return api.search("vacancies", **({"resume_id": "s/welder", "filter": OURS, "limit": 1000} | body))


def list_ids(found: dict[str, Any]) -> list[str]:
    return [item["document"]["id"] for item in found["items"]]


def test_candidate_from_beyond_place_150_comes_first(yard: Api) -> None:
    assert list_ids(find(yard)).index("s/hidden") >= 150

    found = find(yard, rerank={"model": "late-interaction", "candidates": 200, "weight": 1}, limit=5)
    best = found["items"][0]
    assert best["document"]["id"] == "s/hidden"
    assert best["rerank"]["place_before"] > 150
    assert best["score"] == best["rerank"]["score"] > best["rerank"]["score_before"]
    assert found["reranked"] == {"model": "late-interaction", "candidates": 200, "weight": 1.0}


def test_candidate_beyond_those_asked_for_stays_behind(yard: Api) -> None:
    found = find(yard, rerank={"candidates": 150, "weight": 1})
    assert list_ids(found).index("s/hidden") >= 150
    assert found["reranked"]["candidates"] == 150


@pytest.mark.parametrize("body", [{"resume_id": "s/welder"}, {"resume": {"text": " ".join(SAID)}}, {"text": "welder"}])
@pytest.mark.parametrize("model", ["late-interaction", "tiny-reranker"])
def test_score_is_mixed_and_falls_to_the_last(yard: Api, body: dict[str, Any], model: str) -> None:
    request = {"filter": OURS, "limit": 1000} | body
    before = yard.search("vacancies", **request)
    after = yard.search("vacancies", **request, rerank={"model": model, "candidates": 30, "weight": 0.4})

    assert sorted(list_ids(after)) == sorted(list_ids(before))
    assert all(first["score"] >= second["score"] for first, second in pairwise(after["items"]))
    assert [item["rerank"] is not None for item in after["items"]] == [True] * 30 + [False] * (COUNT + 1 - 30)
    for item in after["items"][:30]:
        told = item["rerank"]
        assert item["score"] == pytest.approx(0.6 * told["score_before"] + 0.4 * told["score"])
        assert list_ids(before)[told["place_before"] - 1] == item["document"]["id"]
        assert before["items"][told["place_before"] - 1]["score"] == pytest.approx(told["score_before"])
    assert list_ids(after)[30:] == list_ids(before)[30:]


def test_without_rerank_nothing_is_said_of_it(yard: Api) -> None:
    found = find(yard, limit=3)
    assert found["reranked"] is None
    assert [item["rerank"] for item in found["items"]] == [None] * 3


def test_pages_neither_repeat_nor_skip(yard: Api) -> None:
    rerank = {"candidates": 20, "weight": 0.7}
    whole = list_ids(find(yard, rerank=rerank))
    pages = [list_ids(find(yard, rerank=rerank, limit=40, offset=offset)) for offset in range(0, COUNT + 1, 40)]
    assert [id for page in pages for id in page] == whole
    assert len(set(whole)) == len(whole) == COUNT + 1


def test_cross_encoder_orders_by_its_own_scores(yard: Api, folder: Path) -> None:
    rerank = {"model": "tiny-reranker", "candidates": 40, "weight": 1}
    found = yard.search("vacancies", text="welder", filter=OURS, rerank=rerank, limit=40)
    _, reranker = create_reranker(str(folder), device="cpu", precision="float32")
    texts = [f"{item['document']['title']}\n{item['document']['text']}" for item in found["items"]]
    told = [item["rerank"]["score"] for item in found["items"]]

    assert told == pytest.approx(reranker.score("welder", texts), abs=1e-4)
    assert max(told) - min(told) > 1e-3
    assert found["reranked"] == {"model": "tiny-reranker", "candidates": 40, "weight": 1.0}
    assert find(yard, rerank={"model": "tiny-reranker"}, limit=1)["reranked"]["weight"] == 0.5


def test_pair_has_one_late_interaction_from_both_sides(yard: Api) -> None:
    by_resume = next(
        item for item in find(yard, rerank={"candidates": 200})["items"] if item["document"]["id"] == "s/003"
    )
    (by_vacancy,) = yard.search("resumes", vacancy_id="s/003", filter=OURS, rerank={})["items"]
    assert by_resume["rerank"]["score"] == pytest.approx(by_vacancy["rerank"]["score"], abs=1e-3)


def test_company_keeps_its_best_in_the_final_order(yard: Api) -> None:
    rerank = {"candidates": 200, "weight": 1}
    # Behind the candidates nothing comes where matches are dropped.
    whole = [item for item in find(yard, rerank=rerank)["items"] if item["relevance"] is not None]
    limited = find(yard, rerank=rerank, per_company=1)
    first: dict[str | None, str] = {}
    for item in whole:
        company = item["document"]["company"] or item["document"]["id"]
        first.setdefault(company, item["document"]["id"])
    assert list_ids(limited) == list(first.values())
    assert limited["left_out"]["per_company"] == len(whole) - len(first)


def test_min_score_goes_by_the_score_before(yard: Api) -> None:
    least = find(yard)["items"][100]["score"]
    kept = find(yard, min_score=least)
    reranked = find(yard, min_score=least, rerank={"candidates": 200, "weight": 1})
    assert sorted(list_ids(reranked)) == sorted(list_ids(kept))
    assert reranked["left_out"] == kept["left_out"]
    assert min(item["rerank"]["score_before"] for item in reranked["items"]) >= least


def test_duplicates_are_folded_as_ever(own_api: Api) -> None:
    text = write_text(random.Random(1), words=60)
    for id_ in ("a", "b"):
        own_api.store("vacancies", {"id": id_, "title": "Welder", "text": text, "source": id_})
    own_api.settle()
    own_api.store("vacancies", {"id": "c", "title": "Cook", "text": "You must cook soup for a school kitchen."})
    request = {"resume": {"text": text}, "rerank": {"weight": 1}}
    folded = own_api.search("vacancies", **request)
    assert [(item["document"]["id"], item["duplicates_total"]) for item in folded["items"]] == [("a", 1), ("c", 0)]
    assert folded["reranked"]["candidates"] == 2
    assert own_api.search("vacancies", **request, fold_duplicates=False)["reranked"]["candidates"] == 3


def test_explanation_stays_with_its_match(yard: Api) -> None:
    found = find(yard, rerank={"candidates": 200, "weight": 1}, limit=2, explain=True)
    best = found["items"][0]
    answers = [one["best"]["text"] for one in best["explanation"]["vacancy_sentences"] if one["best"]]
    assert set(answers) == set(SAID)


def test_search_that_finds_nothing_reranks_nothing(yard: Api) -> None:
    found = find(yard, filter={"sources": ["none"]}, rerank={})
    assert found["items"] == []
    assert found["reranked"]["candidates"] == 0


def test_file_and_stored_id_can_be_reranked_too(yard: Api) -> None:
    told = {"filter": '{"sources": ["rerank"]}', "rerank": '{"candidates": 200, "weight": 1}'}
    by_id = yard.client.get("/v1/resumes/s%2Fwelder/vacancies", params=told).json()
    assert list_ids(by_id)[0] == "s/hidden"
    file = {"file": ("welder.txt", "\n".join(SAID).encode(), "text/plain")}
    by_file = yard.client.post("/v1/vacancies/search/file", data=told, files=file).json()
    assert by_file["reranked"]["weight"] == 1.0
    assert by_file["items"][0]["document"]["id"] == "s/hidden"


def test_model_that_is_not_allowed_is_refused_with_those_that_are(yard: Api) -> None:
    asked = {"resume_id": "s/welder", "rerank": {"model": "BAAI/bge-reranker-v2-m3"}}
    available = "late-interaction, tiny-reranker, counterpart/no-such-reranker"
    answer = yard.client.post("/v1/vacancies/search", json=asked)
    assert check_problem(answer, 422, available)["errors"][0]["field"] == "body.rerank.model"
    answer = yard.client.get("/v1/resumes/s%2Fwelder/vacancies", params={"rerank": '{"model": "other"}'})
    check_problem(answer, 422, "rerank.model", available)


def test_server_allows_no_cross_encoder_unless_told(api: Api) -> None:
    answer = api.client.post("/v1/vacancies/search", json={"text": "cook", "rerank": {"model": "tiny-reranker"}})
    check_problem(answer, 422, "body.rerank.model", "there are: late-interaction")


def test_model_that_is_not_to_be_had_is_unavailable(yard: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    asked = {"resume_id": "s/welder", "rerank": {"model": "counterpart/no-such-reranker"}}
    check_problem(yard.client.post("/v1/vacancies/search", json=asked), 503, "the reranking model is not available")


@pytest.mark.parametrize(
    ("rerank", "named"),
    [
        ({"candidates": 0}, "body.rerank.candidates"),
        ({"candidates": 201}, "body.rerank.candidates"),
        ({"weight": 1.1}, "body.rerank.weight"),
        ({"depth": 3}, "body.rerank.depth"),
        ("late-interaction", "body.rerank"),
    ],
)
def test_bad_rerank_names_its_field(yard: Api, rerank: Any, named: str) -> None:
    check_problem(yard.client.post("/v1/vacancies/search", json={"text": "cook", "rerank": rerank}), 422, named)


def test_two_of_one_kind_are_not_reranked(yard: Api) -> None:
    asked = {"vacancy_id": "s/003", "rerank": {}}
    check_problem(yard.client.post("/v1/vacancies/search", json=asked), 422, "rerank", "vacancy_id")


def test_description_of_the_api_lists_the_models(yard: Api) -> None:
    described = yard.client.get("/openapi.json").json()["info"]["description"]
    for name in ("`late-interaction`", "`tiny-reranker`", "`counterpart/no-such-reranker`"):
        assert name in described
