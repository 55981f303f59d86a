"""Topics as their users meet them: built by the command, browsed and filtered by over HTTP."""

import re
import time
from pathlib import Path
from typing import Any

import pytest

from ingestion.topics.building import build_topics
from tests.flow.commands import check_clear_error, run, run_process
from tests.flow.conftest import serve
from tests.flow.steps import Api, check_problem, path_of
from tests.topic_examples import write_vacancies

SAMPLES = Path(__file__).parents[2] / "data" / "vacancies.jsonl"


def ignore(what: str, done: int, total: int) -> None:
    """No progress is shown here."""


def list_topics(api: Api, **query: str) -> dict[str, Any]:
    answer = api.client.get("/v1/topics", params=query)
    assert answer.status_code == 200, answer.text
    listed: dict[str, Any] = answer.json()
    return listed


def settle(api: Api) -> None:
    """Wait until the worker has written the topics."""
    deadline = time.monotonic() + 60
    while api.installation.books.queue.count_pending():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def trades(own_api: Api) -> Api:
    """Three trades in two languages, grouped into topics."""
    trades = [one for trade in ("baker", "welder", "пекарь") for one in write_vacancies(trade, 30)]
    own_api.store("vacancies", *(one.model_dump(exclude_unset=True) for one in trades))
    build_topics(own_api.installation.serving.get(), own_api.installation.books.topics, report=ignore)
    settle(own_api)
    return own_api


def test_samples_are_grouped_by_command_and_keep_their_topics_over_a_rebuild(environment: dict[str, str]) -> None:
    assert run(environment, "ingestion", "load", SAMPLES)[0] == 0
    assert "There are no topics" in run(environment, "ingestion", "topics", "list")[1]
    code, said = run(environment, "ingestion", "topics", "build")
    assert code == 0, said
    told = re.search(r"(\d+) topics of 72 vacancies, (\d+) of which belong to none; (\d+) topics are new", said)
    assert told, said
    count, without, new = map(int, told.groups())
    assert new == count > 1
    assert f"Wrote the topics of {72 - without} vacancies into the index." in said

    with serve(Path(environment["COUNTERPART_DATA_DIR"]), embedding_backend="hashing") as api:
        before = list_topics(api)
        assert len(before["items"]) == count
        assert before["without_topic"] == without
        for topic in before["items"]:
            found = api.search(
                "vacancies", text="work", filter={"topics": [topic["id"]]}, include_expired=True, limit=100
            )
            assert len(found["items"]) == topic["size"]
            assert {item["document"]["topic"] for item in found["items"]} == {topic["id"]}

    assert run(environment, "ingestion", "rebuild", "--schema")[0] == 0
    code, said = run(environment, "ingestion", "topics", "build")
    assert "0 topics are new, 0 retired" in said
    code, listed = run(environment, "ingestion", "topics", "list")
    assert {one["id"] for one in before["items"]} == {int(id_) for id_ in re.findall(r"│ (\d+) +│", listed)}


def test_topics_are_browsed_largest_first_with_names_and_places(trades: Api) -> None:
    listed = list_topics(trades)
    assert sum(one["size"] for one in listed["items"]) + listed["without_topic"] == 90
    assert [one["size"] for one in listed["items"]] == sorted((one["size"] for one in listed["items"]), reverse=True)
    names = {code: name for one in listed["items"] for code, name in one["names"].items()}
    assert names["ru"].startswith("пекарь, ")
    for one in listed["items"]:
        assert max(abs(one["x"]), abs(one["y"])) <= 1
        for code, terms in one["terms"].items():
            assert one["names"][code] == ", ".join(term["text"] for term in terms[:5])


def test_one_language_shows_the_topics_that_it_names(trades: Api) -> None:
    (russian,) = list_topics(trades, language="ru")["items"]
    assert set(russian["names"]) == set(russian["terms"]) == {"ru"}
    assert len(list_topics(trades, language="en")["items"]) == 2
    assert list_topics(trades, language="pt")["items"] == []


@pytest.mark.parametrize("query", ["language=EN", "language=english", "language=", "lang=en"])
def test_a_language_that_is_none_is_refused(api: Api, query: str) -> None:
    check_problem(api.client.get(f"/v1/topics?{query}"), 422, "lang")


def test_without_a_run_there_is_nothing_to_browse(own_api: Api) -> None:
    assert list_topics(own_api) == {"items": [], "without_topic": 0}


def test_a_vacancy_says_which_topic_it_belongs_to(trades: Api) -> None:
    (item, *_) = trades.search("vacancies", text="baker bread dough", limit=1)["items"]
    topic = item["document"]["topic"]
    assert topic in {one["id"] for one in list_topics(trades)["items"]}
    id_ = item["document"]["id"]
    assert trades.client.get(path_of("vacancies", id_)).json()["document"]["topic"] == topic
    listed = trades.client.get("/v1/vacancies", params={"limit": 500}).json()["items"]
    assert {one["document"]["id"]: one["document"]["topic"] for one in listed}[id_] == topic


def test_a_filter_passes_any_of_its_topics(trades: Api) -> None:
    sizes = {one["id"]: one["size"] for one in list_topics(trades)["items"]}
    first, second, _ = sizes
    for asked in ([first], [first, second], list(sizes)):
        found = trades.find_ids("vacancies", text="work", filter={"topics": asked}, limit=100)
        assert len(found) == sum(sizes[one] for one in asked)
    assert trades.find_ids("vacancies", text="work", filter={"topics": [999]}) == []


@pytest.mark.parametrize("topics", [[0], ["1"], [1.5], 1, [None]])
def test_what_is_no_topic_is_refused_by_name(api: Api, topics: Any) -> None:
    answer = api.client.post("/v1/vacancies/search", json={"text": "work", "filter": {"topics": topics}})
    check_problem(answer, 422, "filter.topics")


def test_of_few_vacancies_the_command_makes_no_topics(environment: dict[str, str]) -> None:
    check_clear_error(run(environment, "ingestion", "topics", "build"), "holds 0 vacancies", "50 or more")


def test_a_process_that_has_the_index_open_makes_the_topics_for_the_command(
    own_api: Api, tmp_path: Path, environment: dict[str, str]
) -> None:
    environment |= {"COUNTERPART_DATA_DIR": str(tmp_path)}
    check_clear_error(run_process(environment, "ingestion", "topics", "build"), "holds 0 vacancies", "50 or more")
    bakers, welders = ([one.id for one in write_vacancies(trade, 40)] for trade in ("baker", "welder"))
    stored = [*write_vacancies("baker", 40), *write_vacancies("welder", 40)]
    own_api.store("vacancies", *(one.model_dump(exclude_unset=True) for one in stored))
    code, said = run_process(environment, "ingestion", "topics", "build")
    assert code == 0, said
    assert "Another process has the index open and does the work" in said
    assert "2 topics of 80 vacancies" in said
    settle(own_api)
    for topic in list_topics(own_api)["items"]:
        found = set(own_api.find_ids("vacancies", text="work", filter={"topics": [topic["id"]]}, limit=100))
        assert len(found) == topic["size"] > 0
        assert found <= set(bakers) or found <= set(welders)
