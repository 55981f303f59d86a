"""Searching by words, by a document and by a stored id; pages of a ranking."""

import json
from typing import Any

import pytest

from tests.flow.steps import Api, check_problem

NURSE: dict[str, Any] = {
    "title": "Registered nurse",
    "text": "Six years on acute wards: medication rounds, wound care, mentoring of students.",
    "skills": ["wound care"],
    "place": {"city": "Leeds", "country": "GB"},
    "experience": "6 years",
}
WELDER: dict[str, Any] = {
    "title": "Welder",
    "text": "MIG and TIG welding of pipes, ten years on building sites.",
    "skills": ["welding"],
}
WARD: dict[str, Any] = {
    "title": "Staff nurse",
    "text": "We look for a registered nurse for our acute ward: medication, wound care.",
    "company": "Northwind Hospital",
}
PIPES = {"title": "Pipe welder", "text": "Weld pipes on building sites, MIG and TIG."}


@pytest.fixture(scope="module", autouse=True)
def _trades(api: Api) -> None:
    api.store("resumes", NURSE | {"id": "t/nurse", "source": "trades"}, WELDER | {"id": "t/welder", "source": "trades"})
    api.store("vacancies", WARD | {"id": "t/ward", "source": "trades"}, PIPES | {"id": "t/pipes", "source": "trades"})


TRADES = {"sources": ["trades"]}


@pytest.mark.parametrize(
    "source",
    [
        {"text": "night nurse, acute ward, wound care"},
        {"resume_id": "t/nurse"},
        {"vacancy_id": "t/ward"},
        {"resume": NURSE},
        {"vacancy": WARD},
    ],
    ids=["text", "resume_id", "vacancy_id", "resume", "vacancy"],
)
def test_every_source_finds_its_trade_first(api: Api, source: dict[str, Any]) -> None:
    if "vacancy_id" not in source:
        vacancies = api.search("vacancies", **source, filter=TRADES)
        assert [item["document"]["id"] for item in vacancies["items"]] == ["t/ward", "t/pipes"]
        scores = [item["score"] for item in vacancies["items"]]
        assert 1 >= scores[0] > scores[1] >= -1
    if "resume_id" not in source:
        resumes = api.search("resumes", **source, filter=TRADES)
        assert [item["document"]["id"] for item in resumes["items"]] == ["t/nurse", "t/welder"]
        assert (resumes["source"] is None) == ("text" in source)


def test_stored_source_does_not_find_itself(api: Api) -> None:
    assert api.find_ids("resumes", resume_id="t/nurse", filter=TRADES) == ["t/welder"]
    assert api.find_ids("vacancies", vacancy_id="t/ward", filter=TRADES) == ["t/pipes"]


@pytest.mark.parametrize(("kind", "other"), [("vacancies", "resume"), ("resumes", "vacancy")])
def test_document_finds_the_same_whether_it_is_stored_or_not(api: Api, kind: str, other: str) -> None:
    stored: tuple[str, dict[str, Any]] = {"resume": ("t/nurse", NURSE), "vacancy": ("t/ward", WARD)}[other]
    by_id = api.search(kind, **{f"{other}_id": stored[0]}, filter=TRADES)
    inline = api.search(kind, **{other: stored[1] | {"source": "trades"}}, filter=TRADES)

    assert [item["document"] for item in inline["items"]] == [item["document"] for item in by_id["items"]]
    for one, two in zip(inline["items"], by_id["items"], strict=True):
        assert one["score"] == pytest.approx(two["score"], abs=1e-6)
    assert inline["source"] | {"id": ""} == by_id["source"] | {"id": ""}


@pytest.mark.parametrize(
    ("path", "body_source"),
    [
        ("/v1/resumes/t%2Fnurse/vacancies", {"resume_id": "t/nurse"}),
        ("/v1/vacancies/t%2Fward/resumes", {"vacancy_id": "t/ward"}),
    ],
)
def test_matches_of_a_stored_document_equal_the_search(api: Api, path: str, body_source: dict[str, str]) -> None:
    options = {"limit": 1, "offset": 1, "include_expired": True}
    got = api.client.get(path, params={"filter": json.dumps(TRADES), **options})
    posted = api.search(path.rpartition("/")[2], **body_source, filter=TRADES, **options)

    assert got.status_code == 200, got.text
    assert got.json() == posted
    assert len(got.json()["items"]) == 1


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"filter": "{"}, "filter"),
        ({"filter": '{"colour": 1}'}, "filter.colour: unknown field"),
        ({"filter": "[]"}, "filter"),
        ({"filter": '{"experience": {"min": "many"}}'}, "filter.experience.min"),
        ({"limit": "0"}, "query.limit"),
        ({"colour": "red"}, "query.colour: unknown parameter"),
    ],
)
def test_bad_query_for_matches_is_refused_by_name(api: Api, query: dict[str, str], named: str) -> None:
    check_problem(api.client.get("/v1/resumes/t%2Fnurse/vacancies", params=query), 422, named)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "exactly one"),
        ({"text": None}, "exactly one"),
        ({"text": "nurse", "resume_id": "t/nurse"}, "text, resume_id"),
        ({"resume": NURSE, "vacancy": WARD}, "resume, vacancy"),
        ({"text": "nurse", "colour": "red"}, "body.colour: unknown field"),
        ({"text": "nurse", "filter": {"colour": "red"}}, "body.filter.colour: unknown field"),
        ({"text": "nurse", "filter": {"near": {"latitude": 1, "longitude": 1}}}, "body.filter.near.radius_km"),
        ({"text": "nurse", "filter": {"salary": {"min": 9, "max": 1}}}, "body.filter.salary"),
        ({"text": "nurse", "filter": {"skills_any": "SQL"}}, "body.filter.skills_any"),
        ({"text": "nurse", "filter": {"published_since": "2026-01-01T00:00:00"}}, "body.filter.published_since"),
        ({"text": "nurse", "limit": 0}, "body.limit"),
        ({"text": "nurse", "limit": 1001}, "body.limit"),
        ({"text": "nurse", "offset": -1}, "body.offset"),
        ({"text": "nurse", "offset": 10_001}, "body.offset"),
        ({"text": "x" * 100_001}, "body.text"),
        ({"text": "nur\x00se"}, "NUL"),
        ({"resume": NURSE | {"colour": "red"}}, "body.resume.colour: unknown field"),
        ({"resume": NURSE | {"id": "x"}}, "body.resume.id: unknown field"),
        ({"resume_id": "x" * 513}, "body.resume_id"),
        ("nurse", "body"),
        ([], "body"),
    ],
)
def test_bad_search_is_refused_by_name(api: Api, body: object, named: str) -> None:
    check_problem(api.client.post("/v1/vacancies/search", json=body), 422, named)


def test_filter_of_the_other_kind_is_refused(api: Api) -> None:
    answer = api.client.post("/v1/resumes/search", json={"text": "nurse", "filter": {"companies": ["Northwind"]}})

    check_problem(answer, 422, "body.filter.companies: unknown field")


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "<p></p>", "ada@example.com", "\u200b", "+44 20 7946 0999"])
def test_text_with_nothing_to_search_by_is_the_callers_error(api: Api, text: str) -> None:
    """Nothing is left once markup and contact data are cut; trying again later, as a 503 says, will not help."""
    check_problem(api.client.post("/v1/vacancies/search", json={"text": text}), 422)


@pytest.mark.parametrize(
    "text", ["...", "!", "👩‍🔧", "и", "\u202e abc", "%", '"', "\\", "' or 1 == 1", "{{7*7}}", "C++"]
)
def test_odd_text_is_searched_for(api: Api, text: str) -> None:
    assert len(api.find_ids("vacancies", text=text, filter=TRADES)) == 2


def test_stored_source_that_is_not_there_is_not_found(api: Api) -> None:
    check_problem(api.client.post("/v1/vacancies/search", json={"resume_id": "nobody"}), 404, "nobody")
    check_problem(api.client.get("/v1/resumes/nobody/vacancies"), 404, "nobody")


def test_pages_of_a_ranking_neither_repeat_nor_skip(api: Api, source: str) -> None:
    texts = ["Cook of soups", "Cook", "Cook of stews and soups", "Cook of soups"]
    documents = [{"id": f"{source}-{i}", "title": texts[i % 4], "source": source} for i in range(53)]
    api.store("vacancies", *documents)
    search = {"text": "cook of soups", "filter": {"sources": [source]}}

    whole = api.search("vacancies", **search, limit=1000)["items"]
    assert len(whole) == 53
    assert [item["score"] for item in whole] == sorted((item["score"] for item in whole), reverse=True)
    for size in (1, 10, 52, 53):
        pages = [
            item
            for start in range(0, 54, size)
            for item in api.search("vacancies", **search, limit=size, offset=start)["items"]
        ]
        assert pages == whole
    assert api.find_ids("vacancies", **search, offset=10_000, limit=1000) == []


def test_expired_document_is_found_only_on_request(api: Api, source: str) -> None:
    api.store(
        "vacancies",
        {"id": f"{source}-old", "title": "Cook", "source": source, "expires_at": "2020-01-01"},
        {"id": f"{source}-new", "title": "Cook", "source": source, "expires_at": "2200-01-01T00:00:00+03:00"},
        {"id": f"{source}-open", "title": "Cook", "source": source},
    )
    search = {"text": "cook", "filter": {"sources": [source]}}

    assert set(api.find_ids("vacancies", **search)) == {f"{source}-new", f"{source}-open"}
    assert len(api.find_ids("vacancies", **search, include_expired=True)) == 3
    assert api.client.get(f"/v1/vacancies/{source}-old").status_code == 200


def test_search_for_another_language_than_the_models_warns(meaning: Api) -> None:
    russian = {"title": "Сварщик", "text": "Десять лет варю трубы на стройках, ищу работу в Казани."}

    assert " ru, " in meaning.search("vacancies", resume=russian)["warnings"][0]
    assert meaning.search("vacancies", resume=WELDER)["warnings"] == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("сварщик с опытом, Казань", "ru"),
        ("медсестра", "another script"),
        (
            "Ich suche eine Stelle als Krankenpfleger in einem Krankenhaus, gern im Nachtdienst, sechs Jahre Praxis.",
            "de",
        ),
    ],
)
def test_text_in_another_language_than_the_models_warns(meaning: Api, text: str, language: str) -> None:
    assert language in meaning.search("vacancies", text=text)["warnings"][0]


@pytest.mark.parametrize(
    "text",
    [
        "senior python developer",
        "restaurant manager London",
        "Java Spring Kubernetes Docker AWS",
        "I look for work as a night nurse on an acute ward; six years of experience with wound care and medication.",
    ],
)
def test_english_text_does_not_warn_however_short(meaning: Api, text: str) -> None:
    assert meaning.search("vacancies", text=text)["warnings"] == []


def test_model_finds_by_meaning_where_no_word_is_shared(meaning: Api) -> None:
    meaning.store(
        "vacancies",
        {"id": "meaning/ward", "title": "Staff nurse", "text": "Acute ward of a hospital.", "source": "meaning"},
        {"id": "meaning/code", "title": "Python developer", "text": "Web services and databases.", "source": "meaning"},
        {"id": "meaning/site", "title": "Bricklayer", "text": "Walls of new houses.", "source": "meaning"},
    )
    for text, best in [
        ("physician's assistant caring for patients", "meaning/ward"),
        ("software engineer", "meaning/code"),
        ("masonry and construction worker", "meaning/site"),
    ]:
        assert meaning.find_ids("vacancies", text=text, filter={"sources": ["meaning"]})[0] == best


def test_document_scores_the_same_stored_or_not_with_the_model(meaning: Api) -> None:
    meaning.store("resumes", NURSE | {"id": "meaning/nurse", "source": "meaning"})
    meaning.store("vacancies", WARD | {"id": "meaning/ward2", "source": "meaning"})
    by_id = meaning.search("vacancies", resume_id="meaning/nurse", filter={"sources": ["meaning"]})
    inline = meaning.search("vacancies", resume=NURSE, filter={"sources": ["meaning"]})

    assert [item["document"]["id"] for item in inline["items"]] == [item["document"]["id"] for item in by_id["items"]]
    for one, two in zip(inline["items"], by_id["items"], strict=True):
        assert one["score"] == pytest.approx(two["score"], abs=1e-4)  # batches of other shapes round otherwise
