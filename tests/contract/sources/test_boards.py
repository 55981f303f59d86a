"""Boards of employers (Greenhouse, Lever, Ashby) and other vacancies and candidates: what only one of them has."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.documents import AnyDocument, VacancyDocument
from milvus import WorkFormat
from tests.contract.sources.json_examples import Example, read_document, read_object
from tests.contract.sources.resume_examples import HR_OPEN
from tests.contract.sources.vacancy_examples import ASHBY_JOB, GOOGLE_JOB, GREENHOUSE_JOB, JSON_JOB, LEVER_POSTING


def read_changed(folder: Path, example: Example, **changes: Any) -> AnyDocument:
    """The document of an example with some properties changed."""
    return read_document(folder, {**example.content, **changes})


def read_salary(folder: Path, example: Example, **changes: Any) -> dict[str, Any] | None:
    """The salary of an example with some properties changed."""
    salary = read_changed(folder, example, **changes).salary
    return salary and salary.model_dump(exclude_none=True)


@pytest.mark.parametrize(
    ("place", "work_format"),
    [
        ("Remote", WorkFormat.REMOTE),
        ("Remote - Spain", WorkFormat.REMOTE),
        ("Remote, US", WorkFormat.REMOTE),
        ("Hybrid (Madrid)", WorkFormat.HYBRID),
        ("Madrid or remote", None),
        ("Remoteville", None),
    ],
)
def test_greenhouse_place_may_begin_with_the_work_format(place: str, work_format: object, tmp_path: Path) -> None:
    assert read_changed(tmp_path, GREENHOUSE_JOB, location={"name": place}).work_format == work_format


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"pay_input_ranges": []}, None),
        (
            {
                "pay_input_ranges": [
                    {"min_cents": 2050, "max_cents": None, "currency_type": "USD", "title": "Hourly rate"},
                    {"min_cents": 100, "max_cents": 200, "currency_type": "CAD", "title": "Hourly rate"},
                ]
            },
            {"min": 20.5, "currency": "USD", "period": "hour"},
        ),
        (
            {
                "pay_input_ranges": None,
                "metadata": [
                    {"name": "Salary range", "value": {"unit": "USD", "min_value": "1e5", "max_value": "2e5"}}
                ],
            },
            {"min": 100000, "max": 200000, "currency": "USD"},
        ),
        ({"pay_input_ranges": None, "metadata": [{"name": "Salary", "value": "$20/h"}]}, {"text": "$20/h"}),
    ],
)
def test_greenhouse_pay_is_a_range_or_a_custom_field(changes: Any, expected: object, tmp_path: Path) -> None:
    assert read_salary(tmp_path, GREENHOUSE_JOB, **changes) == expected


def test_greenhouse_deadline_ends_the_vacancy(tmp_path: Path) -> None:
    vacancy = read_changed(tmp_path, GREENHOUSE_JOB, application_deadline="2025-06-01", first_published=None)
    assert vacancy.expires_at == datetime(2025, 6, 1, 23, 59, 59, tzinfo=UTC)
    assert vacancy.published_at == datetime(2025, 5, 2, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("interval", "period"),
    [("per-hour-wage", "hour"), ("per-month-salary", "month"), (None, None)],
)
def test_lever_interval_is_the_period(interval: object, period: str | None, tmp_path: Path) -> None:
    salary = read_salary(
        tmp_path, LEVER_POSTING, salaryRange={"min": 1, "max": 2, "currency": "EUR", "interval": interval}
    )
    assert salary is not None
    assert salary.get("period") == period


@pytest.mark.parametrize("interval", ["one-time", "semi-month-salary", "bi-week-salary"])
def test_lever_pay_for_no_period_of_ours_is_left_out(interval: str, tmp_path: Path) -> None:
    assert read_salary(tmp_path, LEVER_POSTING, salaryRange={"min": 1, "max": 2, "interval": interval}) is None


def test_lever_text_without_html_keeps_its_lines(tmp_path: Path) -> None:
    posting = read_changed(
        tmp_path, LEVER_POSTING, description=None, descriptionPlain="a < b\nc", lists=[], additional=""
    )
    assert posting.text == "a &lt; b<br>c\n\nOfrecemos horario flexible."


@pytest.mark.parametrize(("state", "over"), [("published", False), (None, False), ("closed", True), ("draft", True)])
def test_lever_posting_that_is_not_published_is_over(state: object, over: bool, tmp_path: Path) -> None:
    posting = read_changed(tmp_path, LEVER_POSTING, state=state)
    assert posting.expires_at == (datetime(2025, 5, 1, 10, tzinfo=UTC) if over else None)


@pytest.mark.parametrize("example", [LEVER_POSTING, ASHBY_JOB], ids=lambda example: example.name)
@pytest.mark.parametrize(("added", "company"), [({}, None), ({"companyName": "Tinta"}, "Tinta")])
def test_company_is_what_an_export_added_and_never_guessed(
    example: Example, added: dict[str, str], company: str | None, tmp_path: Path
) -> None:
    row = read_object(tmp_path, {**example.content, **added})
    assert isinstance(row.document, VacancyDocument)
    assert row.document.company == company
    assert row.ignored == example.ignored


def test_unlisted_ashby_job_is_over(tmp_path: Path) -> None:
    job = read_changed(tmp_path, ASHBY_JOB, isListed=False)
    assert job.expires_at == job.published_at
    undated = read_changed(tmp_path, ASHBY_JOB, isListed=False, publishedAt=None)
    assert undated.expires_at is not None
    assert undated.expires_at <= datetime.now(UTC)


PAY: dict[str, Any] = {"compensationType": "Salary", "interval": "1 HOUR", "currencyCode": "USD", "minValue": 8}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"shouldDisplayCompensationOnJobPostings": False}, None),
        ({"compensation": {"scrapeableCompensationSalarySummary": "€60K - €75K"}}, {"text": "€60K - €75K"}),
        (
            {
                "compensation": {
                    "compensationTiers": [
                        {
                            "components": [
                                PAY | {"minValue": 9},
                                {"compensationType": "Bonus", "interval": "1 YEAR", "minValue": 1},
                            ]
                        },
                        {"components": [PAY]},
                    ]
                }
            },
            {"min": 8, "currency": "USD", "period": "hour"},
        ),
        (
            {"compensation": {"summaryComponents": [PAY | {"interval": "2 WEEK"}]}},
            None,
        ),
    ],
)
def test_ashby_salary_is_what_the_employer_shows(changes: Any, expected: object, tmp_path: Path) -> None:
    assert read_salary(tmp_path, ASHBY_JOB, **changes) == expected


@pytest.mark.parametrize(
    ("changes", "work_format"),
    [
        ({"workplaceType": None}, WorkFormat.REMOTE),
        ({"workplaceType": "OnSite"}, WorkFormat.ON_SITE),
        ({"workplaceType": None, "isRemote": None}, None),
    ],
)
def test_ashby_workplace_goes_before_the_flag(changes: Any, work_format: object, tmp_path: Path) -> None:
    assert read_changed(tmp_path, ASHBY_JOB, **changes).work_format == work_format


def test_google_job_in_snake_case_is_the_same(tmp_path: Path) -> None:
    snake = {
        "company": "projects/p/companies/harbor",
        "requisition_id": "REQ-7",
        "title": "Crane operator",
        "company_display_name": "Harbor Freight Lines",
        "posting_publish_time": "2025-03-01T08:00:00Z",
        "compensation_info": {
            "entries": [{"type": "BASE", "unit": "MONTHLY", "amount": {"currency_code": "EUR", "units": 3000}}]
        },
        "posting_region": "TELECOMMUTE",
    }
    document = read_document(tmp_path, snake)
    assert isinstance(document, VacancyDocument)
    assert (document.id, document.company, document.work_format) == (
        "harbor/REQ-7",
        "Harbor Freight Lines",
        WorkFormat.REMOTE,
    )
    assert document.salary is not None
    assert document.salary.model_dump(exclude_none=True) == {
        "min": 3000,
        "max": 3000,
        "currency": "EUR",
        "period": "month",
    }


@pytest.mark.parametrize(
    ("company", "expected"), [("projects/p/tenants/t/companies/harbor", None), ("Harbor", "Harbor"), (None, None)]
)
def test_google_resource_name_is_no_company(company: object, expected: object, tmp_path: Path) -> None:
    job = read_changed(tmp_path, GOOGLE_JOB, company=company, companyDisplayName=None)
    assert isinstance(job, VacancyDocument)
    assert job.company == expected


@pytest.mark.parametrize("unit", ["ONE_TIME", "OTHER_COMPENSATION_UNIT"])
def test_google_pay_for_no_time_is_no_salary(unit: str, tmp_path: Path) -> None:
    entry = {"type": "BASE", "unit": unit, "amount": {"currencyCode": "EUR", "units": "9"}}
    assert read_salary(tmp_path, GOOGLE_JOB, compensationInfo={"entries": [entry]}) is None


def test_hr_open_spelled_right_is_read_too(tmp_path: Path) -> None:
    person = {"name": {"given": "Lucía", "family": "Romero"}, "citizenship": ["Spain"], "communication": {"web": "x"}}
    pay = {"ranges": [{"minimumAmount": 30, "maximumAmount": {"value": 40, "currency": "EUR"}, "intervalCode": "Hour"}]}
    profile = {"positionPreferences": [{"offeredRemunerationPackage": pay}], "profileName": "Pastelera"}
    document = read_changed(tmp_path, HR_OPEN, person=person, profiles=[profile])
    assert document.title == "Pastelera"
    assert document.salary is not None
    assert document.salary.model_dump(exclude_none=True) == {"min": 30, "max": 40, "currency": "EUR", "period": "hour"}
    assert document.model_dump(exclude_none=True)["person"] == {
        "name": "Lucía Romero",
        "links": [],
        "citizenship": "Spain",
    }


def test_hr_open_employment_without_positions_is_one_period(tmp_path: Path) -> None:
    job = {
        "start": "2017-02",
        "end": "2018-07",
        "descriptions": ["Soups."],
        "organization": {"legalId": {"value": "Inn"}},
    }
    document = read_changed(tmp_path, HR_OPEN, profiles=[], employment=[job])
    assert document.model_dump(exclude_none=True)["work_periods"] == [
        {"start": "2017-02", "end": "2018-07", "company": "Inn", "description": "Soups."}
    ]


@pytest.mark.parametrize(
    ("remote", "work_format"),
    [("Full", WorkFormat.REMOTE), ("Hybrid", WorkFormat.HYBRID), ("None", WorkFormat.ON_SITE), (None, None)],
)
def test_json_job_says_how_much_is_remote(remote: object, work_format: object, tmp_path: Path) -> None:
    assert read_changed(tmp_path, JSON_JOB, remote=remote).work_format == work_format


@pytest.mark.parametrize("date", ["2025", "2025-01", "2025-01-01"])
def test_json_job_date_may_be_partial(date: str, tmp_path: Path) -> None:
    assert read_changed(tmp_path, JSON_JOB, date=date).published_at == datetime(2025, 1, 1, tzinfo=UTC)
