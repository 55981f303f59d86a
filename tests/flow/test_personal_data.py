"""Who a resume is about: no answer and no page says it, however the resume came in."""

import json
import re
from typing import Any

import pytest

from tests.flow.steps import Api

PERSON = {
    "name": "Zebedee Quaxley",
    "email": "zebedee.quaxley@example.com",
    "phone": "+44 20 7946 0991",
    "links": ["https://www.linkedin.com/in/zquaxley"],
    "address": "12 Elmhurst Close",
    "birth_date": "1985-03-17",
    "gender": "male",
    "citizenship": "Ruritanian",
    "family_status": "married",
}
RESUME: dict[str, Any] = {
    "title": "Locksmith - Zebedee Quaxley",
    "text": "Zebedee Quaxley\nzebedee.quaxley@example.com, +44 20 7946 0991, https://www.linkedin.com/in/zquaxley\n"
    "Date of birth: 17.03.1985\n\nLocksmith for nine years. Mr Quaxley opens safes and fits locks.\n"
    "<p>Write to <a href='mailto:zebedee.quaxley@example.com'>me</a> or call (020) 7946-0991.</p>",
    "education": "Locks and Safes, City College. Zebedee Quaxley, born 17 March 1985.",
    "work_periods": [
        {"start": "2016", "title": "Locksmith", "description": "Mail zebedee.quaxley@example.com for references."}
    ],
    "skills": ["locks"],
    "person": PERSON,
    "source": "people",
}
# A number within a time, an id or a hash is none of a person's.
SECRETS = re.compile(
    r"zebedee|quaxley|(?<![\w.-])(?:7946|1985)(?!\w)|2079460|linkedin|elmhurst|17\.03|ruritanian|mailto", re.IGNORECASE
)


@pytest.fixture(scope="module", autouse=True)
def _resumes(api: Api) -> None:
    api.store(
        "resumes",
        RESUME | {"id": "people/1"},
        {key: value for key, value in RESUME.items() if key != "text"} | {"id": "people/2"},
    )
    api.store("vacancies", {"id": "people/v", "title": "Locksmith", "text": "Locks and safes.", "source": "people"})


def test_no_answer_holds_personal_data(api: Api) -> None:
    client, people = api.client, {"sources": ["people"]}
    inline = {key: value for key, value in RESUME.items() if key != "source"}
    answers = {
        "get": client.get("/v1/resumes/people%2F1"),
        "get without text": client.get("/v1/resumes/people%2F2"),
        "list": client.get("/v1/resumes?limit=500"),
        "search": client.post("/v1/resumes/search", json={"text": "locksmith", "filter": people}),
        "search by id": client.post("/v1/resumes/search", json={"vacancy_id": "people/v", "filter": people}),
        "source by id": client.post("/v1/vacancies/search", json={"resume_id": "people/1", "filter": people}),
        "source inline": client.post("/v1/vacancies/search", json={"resume": inline, "filter": people}),
        "matches": client.get("/v1/vacancies/people%2Fv/resumes", params={"filter": json.dumps(people)}),
        "matches of resume": client.get("/v1/resumes/people%2F1/vacancies", params={"filter": json.dumps(people)}),
        "page": client.get("/", params={"text": "locksmith", "find": "resumes"}),
        "unchanged put": client.put("/v1/resumes/people%2F1?wait=true", json=RESUME),
        "refused put": client.put("/v1/resumes/people%2F1", json=RESUME | {"colour": "red"}),
        "refused person": client.put("/v1/resumes/people%2F3", json=RESUME | {"person": PERSON | {"name": 5}}),
        "refused batch": client.post("/v1/resumes/batch", json=[RESUME | {"id": "people/4", "colour": "red"}]),
        "delete": client.delete("/v1/resumes/people%2F2?wait=true"),
    }

    assert "people/1" in answers["search"].text
    assert "Locksmith" in answers["page"].text
    leaks = {name: SECRETS.findall(answer.text) for name, answer in answers.items() if SECRETS.search(answer.text)}
    assert leaks == {}


def test_uploaded_resume_gives_away_no_contact(api: Api) -> None:
    text = "Locksmith for nine years.\nzebedee.q@example.com\n+44 20 7946 0991\nDate of birth: 17.03.1985\n"
    answer = api.client.post("/v1/vacancies/search/file", files={"file": ("cv.txt", text.encode())})

    assert answer.status_code == 200, answer.text
    assert "Locksmith" in answer.json()["source"]["text"]
    assert not SECRETS.search(answer.text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("skills", ["locks", "zebedee.quaxley@example.com"]),
        ("salary", {"text": "30000 GBP a year, call +44 20 7946 0991"}),
        ("place", {"text": "12 Elmhurst Close, Leeds, zebedee.quaxley@example.com", "country": "GB"}),
    ],
)
def test_short_field_gives_away_no_personal_data_either(api: Api, field: str, value: object) -> None:
    """Such fields are filled from exports, and those hold what people typed."""
    api.put("resumes", f"people/{field}", title="Locksmith", person=PERSON, **{field: value})
    answer = api.client.get(f"/v1/resumes/people%2F{field}")

    assert answer.status_code == 200
    assert not SECRETS.search(answer.text.replace(f"people/{field}", "")), answer.text


def test_text_that_changes_only_in_the_name_leaves_the_score_alone(api: Api) -> None:
    def score(name: str) -> float:
        resume = {"text": f"{name}\nLocksmith for nine years.", "person": {"name": name}}
        found = api.search("vacancies", resume=resume, filter={"sources": ["people"]})
        return float(found["items"][0]["score"])

    assert score("Zebedee Quaxley") == score("Мария Кузнецова") == score("Fatima al-Zahra")
