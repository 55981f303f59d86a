"""Resumes and vacancies written for the tests of ranking, and hypothesis strategies for pairs of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from milvus import EmploymentType, Resume, Vacancy, WorkFormat
from service.ranking.demands import read_demand
from service.ranking.languages import read_spoken_languages
from service.ranking.pairs import Pair

# However busy the machine is: no test is about time.
unhurried = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SKILLS = ["Python", "SQL", "Kafka", "Docker", "Welding", "Excel", "C++", "PHP 8", "PHP"]
_PLACES = [
    {},
    {"country": "GB", "region": "England", "city": "London", "latitude": 51.51, "longitude": -0.13},
    {"country": "GB", "region": "England", "city": "Leeds", "latitude": 53.80, "longitude": -1.55},
    {"country": "RU", "region": "Tatarstan", "city": "Kazan"},
    {"country": "ES"},
]
_TEXTS = [
    "",
    "You must have Python and SQL. Kafka is a plus. Docker is not needed.",
    "Требования: опыт от трёх лет, английский не ниже B2, права категории B. Excel будет плюсом.",
    "Requisitos: dos años de experiencia, inglés C1. Se valora Docker.\nOfrecemos contrato indefinido.",
    "Five years of Python. English native, German B1. Driving license, category C. Willing to relocate.",
]


def make_resume(id: str = "r", **values: Any) -> Resume:
    """A resume with nothing in it but what is given."""
    return Resume(**{"id": id, "text": "", "text_hash": "t", "document_hash": "d"} | values)


def make_vacancy(id: str = "v", **values: Any) -> Vacancy:
    """A vacancy with nothing in it but what is given."""
    return Vacancy(**{"id": id, "text": "", "text_hash": "t", "document_hash": "d"} | values)


def make_pair(resume: Resume, vacancy: Vacancy, **values: Any) -> Pair:
    """The pair as a search makes it, read with the skills' own names."""
    spoken = read_spoken_languages(resume)
    return Pair(
        **{"resume": resume, "vacancy": vacancy, "demand": read_demand(vacancy), "spoken": spoken, "now": NOW} | values
    )


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@st.composite
def _fields(draw: st.DrawFn) -> dict[str, Any]:
    amounts = sorted(draw(st.lists(st.floats(0, 1e7), min_size=2, max_size=2)))
    days = draw(_maybe(st.integers(-40, 400)))
    expires = draw(_maybe(st.integers(-40, 40)))
    return {
        "title": draw(
            _maybe(st.sampled_from(["Data engineer", "Senior data engineer", "Повар", "Enfermera/o", "", "???"]))
        ),
        "text": draw(st.sampled_from(_TEXTS) | st.text(max_size=60)),
        "skills": tuple(draw(st.lists(st.sampled_from(SKILLS), unique=True, max_size=6))),
        "work_format": draw(_maybe(st.sampled_from(WorkFormat))),
        "employment_types": tuple(draw(st.lists(st.sampled_from(EmploymentType), unique=True, max_size=2))),
        "salary_min": draw(_maybe(st.just(amounts[0]))),
        "salary_max": draw(_maybe(st.just(amounts[1]))),
        "salary_gross": draw(_maybe(st.booleans())),
        "language": draw(_maybe(st.sampled_from(["en", "ru", "es"]))),
        "published_at": None if days is None else NOW - timedelta(days=days),
        "expires_at": None if expires is None else NOW + timedelta(days=expires),
        **draw(st.sampled_from(_PLACES)),
    }


@st.composite
def _resumes(draw: st.DrawFn) -> Resume:
    return make_resume(**draw(_fields()), experience_months=draw(_maybe(st.integers(0, 600))))


@st.composite
def _vacancies(draw: st.DrawFn) -> Vacancy:
    least, most = draw(_maybe(st.integers(0, 120))), draw(_maybe(st.integers(120, 300)))
    company = draw(_maybe(st.sampled_from(["Acme", "ACME ", "Other"])))
    return make_vacancy(**draw(_fields()), experience_min_months=least, experience_max_months=most, company=company)


@st.composite
def _pairs(draw: st.DrawFn) -> Pair:
    similarity = _maybe(st.floats(0, 1))
    return make_pair(draw(_resumes()), draw(_vacancies()), meaning=draw(similarity), title=draw(similarity))


resumes = _resumes()
vacancies = _vacancies()
pairs = _pairs()
