"""Storing, looking up and erasing one document, and following it into the index."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from pathlib import Path

import anyio.to_thread
import pytest
from httpx2 import Response

from service.documents import MAX_WAITING
from tests.flow.conftest import serve
from tests.flow.steps import Api, check_problem, path_of

STRANGE_IDS = [
    "plain-42",
    "a/b/c",
    "/leading",
    "trailing/",
    "a//b",
    "50%",
    "%2F",
    "a%2520b",
    'it\'s "quoted"',
    "two words",
    "back\\slash",
    "semi;colon?query#fragment&x=1",
    "plus+plus",
    "дом/кот",
    "👩‍🔧 welder",
    "search",
    "batch",
    "a/resumes",
    "a/vacancies",
    "v1:tasks",
    "x" * 512,
    "д" * 256,
    "{id}",
    "$(rm)`x`",
    "' or 1=1 --",
]


@pytest.mark.parametrize("kind", ["resumes", "vacancies"])
@pytest.mark.parametrize("id_", STRANGE_IDS, ids=range(len(STRANGE_IDS)))
def test_document_goes_in_comes_out_and_is_erased_whatever_its_id(api: Api, kind: str, id_: str) -> None:
    path = path_of(kind, id_)

    stored = api.client.put(f"{path}?wait=true", json={"title": "Welder of strange ids", "source": "strange"})
    assert stored.status_code == 201, stored.text
    assert stored.json()["id"] == id_
    assert api.client.get(path).json()["document"]["id"] == id_
    found = api.find_ids(kind, text="welder of strange ids", filter={"sources": ["strange"]}, limit=100)
    assert id_ in found

    assert api.client.delete(f"{path}?wait=true").status_code == 200
    check_problem(api.client.get(path), 404)
    assert id_ not in api.find_ids(kind, text="welder of strange ids", filter={"sources": ["strange"]}, limit=100)


@pytest.mark.parametrize(
    ("id_", "reason"),
    [
        ("x" * 513, "512 bytes"),
        ("д" * 256 + "x", "512 bytes"),
        (" leading", "white space"),
        ("trailing ", "white space"),
        ("new\nline", "control character"),
        ("nul\x00", "NUL"),
    ],
)
def test_impossible_id_is_refused(api: Api, id_: str, reason: str) -> None:
    for method in ("PUT", "GET", "DELETE"):
        answer = api.client.request(method, path_of("resumes", id_), json={"title": "Cook"})
        check_problem(answer, 422, "path.id", reason)


def test_id_that_is_not_utf8_is_refused(api: Api) -> None:
    check_problem(api.client.put("/v1/resumes/caf%E9?wait=true", json={"title": "Cook"}), 422, "path.id")


def test_first_put_creates_then_unchanged_then_changed(api: Api) -> None:
    first = api.put("vacancies", "changes", title="Cook", text="Cooks soup.")
    same = api.put("vacancies", "changes", title="Cook", text="Cooks soup.")
    spaced = api.put("vacancies", "changes", title="  Cook ", text="Cooks soup.", skills=None, company="")
    other = api.put("vacancies", "changes", title="Cook", text="Cooks stew.")

    assert [answer.status_code for answer in (first, same, spaced, other)] == [201, 200, 200, 200]
    changes = [answer.json()["change"] for answer in (first, same, spaced, other)]
    assert changes == ["new", "unchanged", "unchanged", "changed"]
    assert first.json()["task_id"] == same.json()["task_id"] != other.json()["task_id"]
    assert api.client.get("/v1/vacancies/changes").json()["document"]["text"] == "Cooks stew."


def test_put_without_waiting_answers_202_and_the_task_can_be_followed(api: Api) -> None:
    answer = api.client.put("/v1/resumes/followed", json={"title": "Plumber"})
    task = api.client.get(answer.headers["location"])

    assert answer.status_code in {201, 202}  # a fast worker may be done before the answer
    assert (answer.status_code == 202) == (answer.json()["task_state"] != "done")
    assert answer.headers["location"] == f"/v1/tasks/{answer.json()['task_id']}"
    assert task.json()["document_id"] == "followed"
    assert task.json()["kind"] == "resumes"
    assert task.json()["action"] == "upsert"
    api.put("resumes", "followed", title="Plumber")
    assert api.client.get(answer.headers["location"]).json()["state"] == "done"


def test_stored_document_tells_its_state_and_canonical_values(api: Api) -> None:
    api.put(
        "vacancies",
        "canonical",
        title="Front-end developer",
        text="<p>You build <b>pages</b>.</p>",
        skills=["js", "k8s"],
        place={"city": "Казань", "country": "Россия"},
        salary={"min": 1000, "max": 2000, "currency": "EUR", "period": "month"},
        experience="2+ years",
        published_at="2026-01-05",
    )

    stored = api.client.get("/v1/vacancies/canonical").json()
    document = stored["document"]
    assert stored["state"] == "indexed"
    assert stored["error"] is None
    assert stored["created_at"] <= stored["indexed_at"]
    assert {"JavaScript", "Kubernetes"} <= set(document["skills"])
    assert (document["country"], document["city"]) == ("RU", "Kazan")
    assert (document["salary_min"], document["salary_max"]) == (12_000, 24_000)
    assert (document["experience_min_months"], document["experience_max_months"]) == (24, None)
    assert document["published_at"] == "2026-01-05T00:00:00Z"
    assert document["company"] is None
    assert "You build pages." in document["text"]


def test_erasing_tells_once_and_storing_again_is_new(api: Api) -> None:
    api.put("vacancies", "phoenix", title="Roofer")

    erased = api.client.delete("/v1/vacancies/phoenix?wait=true")
    assert erased.status_code == 200
    assert (erased.json()["action"], erased.json()["state"]) == ("delete", "done")
    check_problem(api.client.delete("/v1/vacancies/phoenix"), 404, "phoenix")
    again = api.put("vacancies", "phoenix", title="Roofer")
    assert again.status_code == 201
    assert again.json()["change"] == "new"


def test_resume_and_vacancy_of_one_id_do_not_meet(api: Api) -> None:
    api.put("vacancies", "twin", title="Baker wanted")
    api.put("resumes", "twin", title="Baker by trade")
    api.client.delete("/v1/vacancies/twin?wait=true")

    assert api.client.get("/v1/resumes/twin").json()["document"]["title"] == "Baker by trade"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"title": "Cook", "colour": "red"}, "body.colour: unknown field"),
        ({"title": "Cook", "id": "other"}, "body.id: unknown field"),
        ({"title": 7}, "body.title"),
        ({"title": "C\x00ook"}, "NUL"),
        ({"title": "Cook", "skills": ["x"] * 10_000}, "body.skills"),
        ({"title": "Cook", "skills": "SQL"}, "body.skills"),
        ({"title": "C" * 501}, "body.title"),
        ({"text": "x" * 100_001}, "body.text"),
        ({"title": "Cook", "work_format": "office"}, "body.work_format"),
        ({"title": "Cook", "employment_types": ["sometimes"]}, "body.employment_types"),
        ({"title": "Cook", "published_at": "yesterday"}, "body.published_at"),
        ({"title": "Cook", "experience_months": -1}, "body.experience_months"),
        ({"title": "Cook", "language": "english"}, "body.language"),
        ({"title": "Cook", "place": {"latitude": 91}}, "body.place.latitude"),
        ({"title": "Cook", "salary": {"min": -1}}, "body.salary.min"),
        ({"title": "Cook", "company": "Acme"}, "body.company: unknown field"),
        ({}, "nothing to match"),
        ({"title": " ", "text": ""}, "nothing to match"),
        ([], "body"),
        (None, "body"),
    ],
)
def test_bad_document_is_refused_by_the_name_of_its_field(api: Api, content: object, named: str) -> None:
    check_problem(api.client.put("/v1/resumes/bad", json=content), 422, named)
    check_problem(api.client.get("/v1/resumes/bad"), 404)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_number_that_is_none_is_refused(api: Api, number: str) -> None:
    body = f'{{"title": "Cook", "salary": {{"min": {number}, "currency": "EUR"}}}}'
    answer = api.client.put("/v1/resumes/nan", content=body, headers={"content-type": "application/json"})

    check_problem(answer, 422, "body.salary.min")


@pytest.mark.parametrize(
    "content",
    [
        {"title": "Cook", "salary": {"min": 5000, "max": 3000, "currency": "EUR"}},
        {"title": "Cook", "experience_min_months": 60, "experience_max_months": 12},
    ],
)
def test_range_that_is_upside_down_is_refused(api: Api, content: dict[str, object]) -> None:
    """Stored as it is, no filter can ever treat it sensibly."""
    check_problem(api.client.put("/v1/vacancies/upside-down", json=content), 422, "min", "max")


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
def test_time_outside_the_calendar_in_utc_is_refused_when_it_is_sent(api: Api, moment: str) -> None:
    answer = api.client.put("/v1/vacancies/calendar", json={"title": "Cook", "published_at": moment})

    check_problem(answer, 422, "body.published_at")


def test_document_that_can_never_be_indexed_is_not_answered_as_accepted(api: Api) -> None:
    """All that it says is contact data, which is cut out before matching."""
    answer = api.put("resumes", "contacts-only", text="ada@example.com")

    assert answer.status_code == 422 or answer.json()["task_state"] == "failed"
    assert answer.status_code != 202, "202 says that it is on its way, but it has failed"


def test_task_that_never_was_is_not_found(api: Api) -> None:
    check_problem(api.client.get("/v1/tasks/999999999"), 404, "999999999")
    check_problem(api.client.get("/v1/tasks/zero"), 422, "path.id")
    check_problem(api.client.get("/v1/tasks/0"), 422, "path.id")


def test_metadata_change_keeps_the_document_where_it_is_found(api: Api, source: str) -> None:
    api.put("vacancies", source, title="Glazier", text="Fits windows.", source=source, category="old")
    before = api.search("vacancies", text="glazier", filter={"sources": [source]})["items"][0]
    api.put("vacancies", source, title="Glazier", text="Fits windows.", source=source, category="new")
    after = api.search("vacancies", text="glazier", filter={"sources": [source]})["items"][0]

    assert after["score"] == before["score"]
    assert after["document"] == before["document"] | {"category": "new"}


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[Api]:
    """An application whose queue nobody works off until the test does."""
    with serve(tmp_path, embedding_backend="hashing", idle=True) as served:
        yield served


def test_those_that_wait_leave_room_for_others(idle: Api) -> None:
    """Whoever finds too many waiting is answered at once, as if it had not asked to wait."""

    def put(number: int) -> Response:
        return idle.put("vacancies", f"v{number}", title="Cook")

    with ThreadPoolExecutor(MAX_WAITING + 24) as threads:
        sent = [threads.submit(put, number) for number in range(MAX_WAITING + 24)]
        try:
            answered = list(islice(as_completed(sent, timeout=40), 24))
            still_waiting = [one for one in sent if one not in answered]
            others = [idle.client.get("/v1/vacancies").status_code, idle.client.get("/readyz").status_code]
            assert not any(one.done() for one in still_waiting)
        finally:
            idle.installation.create_worker().drain()

    assert others == [200, 200]
    assert {one.result().status_code for one in answered} == {202}
    assert {one.result().json()["task_state"] for one in answered} == {"queued"}
    assert {one.result().status_code for one in still_waiting} == {201}


def test_process_says_that_it_lives_when_no_thread_is_free(idle: Api) -> None:
    async def leave_one_thread() -> None:
        anyio.to_thread.current_default_thread_limiter().total_tokens = 1

    portal = idle.client.portal
    assert portal is not None
    portal.call(leave_one_thread)
    with ThreadPoolExecutor(1) as threads:
        sent = threads.submit(idle.put, "vacancies", "v", title="Cook")
        try:
            while not idle.installation.books.queue.count_pending():
                time.sleep(0.01)
            assert idle.client.get("/healthz").status_code == 200
            assert not sent.done()
        finally:
            idle.installation.create_worker().drain()

    assert sent.result().status_code == 201
