"""From documents to entities."""

from datetime import date

import pytest

from ingestion.currency import load_rates
from ingestion.documents import (
    Person,
    PlaceDocument,
    ResumeDocument,
    SalaryDocument,
    VacancyDocument,
    WorkPeriod,
    find_names,
)
from ingestion.normalize import Normalizer, compose_text
from ingestion.skills import load_taxonomy
from milvus import EducationLevel, Resume, ResumeFilter, Vacancy, VacancyFilter


@pytest.fixture(scope="module")
def normalizer() -> Normalizer:
    return Normalizer(taxonomy=load_taxonomy(), rates=load_rates(), today=lambda: date(2026, 11, 20))


def test_vacancy_with_everything_is_read(normalizer: Normalizer) -> None:
    entity = normalizer.normalize(
        VacancyDocument(
            id="v1",
            title="Разработчик",
            company="ООО Ромашка",
            text="&lt;p&gt;Ищем разработчика на джаваскрипт.&lt;/p&gt; <ul><li>Опыт с PostgreSQL</li></ul>",
            skills=["js"],
            place=PlaceDocument(city="Казань"),
            experience="1–3 года",
            salary=SalaryDocument(text="от 60000 до 90000 руб."),
        )
    )
    assert isinstance(entity, Vacancy)
    assert "<" not in entity.text
    assert "&lt;" not in entity.text
    assert entity.skills[0] == "JavaScript"
    assert "PostgreSQL" in entity.skills
    assert (entity.city, entity.country) == ("Kazan", "RU")
    assert (entity.experience_min_months, entity.experience_max_months) == (12, 36)
    assert entity.salary_original == "от 60000 до 90000 руб."
    rate = normalizer.rates.units["RUB"]
    assert entity.salary_min == pytest.approx(60000 * 12 / rate)
    assert entity.salary_max == pytest.approx(90000 * 12 / rate)
    assert entity.language == "ru"


def test_nothing_stated_stays_null(normalizer: Normalizer) -> None:
    entity = normalizer.normalize(ResumeDocument(id="r1", text="xyz"))
    assert isinstance(entity, Resume)
    assert entity.skills == ()
    for name in (
        "title",
        "country",
        "city",
        "latitude",
        "salary_min",
        "salary_original",
        "experience_months",
        "language",
    ):
        assert getattr(entity, name) is None, name


def test_person_is_cut_from_title_and_text(normalizer: Normalizer) -> None:
    document = ResumeDocument(
        id="r1",
        title="Accountant Zoe Quillfeather",
        text="Zoe Quillfeather\nzoe@example.com, +44 20 7946 0958\nBorn 12 May 1982, married.\nBalanced ledgers.",
        person=Person(name="Zoe Quillfeather"),
    )
    entity = normalizer.normalize(document, names=find_names(document))
    said = f"{entity.title} {entity.text}"
    for secret in ("Zoe", "Quillfeather", "example.com", "7946", "1982", "married"):
        assert secret not in said, secret
    assert entity.title == "Accountant"
    assert "Balanced ledgers." in entity.text


def test_experience_prefers_the_stated_over_periods_over_text(normalizer: Normalizer) -> None:
    periods = [WorkPeriod(start="2020-01", end="2021-12"), WorkPeriod(start="2021-01", end="2022-12")]
    text = "I have 9 years of experience."

    def months(**fields: object) -> int | None:
        entity = normalizer.normalize(ResumeDocument.model_validate({"id": "r", "text": text, **fields}))
        assert isinstance(entity, Resume)
        return entity.experience_months

    assert months(experience_months=7, experience="5 лет", work_periods=periods) == 7
    assert months(experience="5 лет 8 месяцев", work_periods=periods) == 68
    assert months(work_periods=periods) == 36
    assert months() == 108


def test_salary_amounts_win_over_their_text(normalizer: Normalizer) -> None:
    stated = SalaryDocument(min=1000, currency="EUR", period="month", text="negotiable")
    entity = normalizer.normalize(VacancyDocument(id="v", title="x", salary=stated))
    assert (entity.salary_min, entity.salary_max) == (12000, None)
    assert entity.salary_original == "negotiable"


def test_salary_whose_period_makes_it_absurd_is_read_without_it(normalizer: Normalizer) -> None:
    stated = SalaryDocument(text="£12.50", currency="GBP", period="year")
    entity = normalizer.normalize(VacancyDocument(id="v", title="x", salary=stated))
    assert entity.salary_min == pytest.approx(12.5 * 2080 / normalizer.rates.units["GBP"])


def test_compose_text_builds_a_text_from_work_periods_where_there_is_none() -> None:
    text = compose_text(
        ResumeDocument(
            id="r",
            work_periods=[
                WorkPeriod(start="2019-03", end="2022-11", title="Baker", company="Crumb", description="Sourdough")
            ],
            education="Catering college",
            skills=["Sourdough", "HACCP"],
        )
    )
    assert text.splitlines() == ["Baker, Crumb (2019-03 - 2022-11)", "Sourdough", "Catering college", "HACCP"]


def test_text_hash_follows_the_text_and_not_the_metadata(normalizer: Normalizer) -> None:
    def hash_of(**fields: object) -> str:
        return normalizer.normalize(
            VacancyDocument.model_validate({"id": "v", "text": "Cooks soup", **fields})
        ).text_hash

    assert hash_of() == hash_of(company="Soup Ltd", url="https://example.com")
    assert hash_of() != hash_of(title="Cook")


def test_filter_is_spelled_as_documents_are_stored(normalizer: Normalizer) -> None:
    asked = ResumeFilter(skills_any=("js", "no such skill"), countries=("Россия",), cities=("Москва", "Nowhereville"))
    found = normalizer.normalize_filter(asked)
    assert found.skills_any == ("JavaScript", "no such skill")
    assert found.countries == ("RU",)
    assert found.cities == ("Moscow", "Nowhereville")


@pytest.mark.parametrize(("city", "country"), [("Concordia", "AR"), ("Halle", "BE"), ("Waterloo", "BE")])
def test_city_as_it_is_stored_is_that_city_and_no_larger_one_elsewhere(
    normalizer: Normalizer, city: str, country: str
) -> None:
    document = {"id": "v", "text": "Cooks soup", "place": {"city": city, "country": country}}
    stored = normalizer.normalize(VacancyDocument.model_validate(document))
    assert stored.city is not None
    assert normalizer.normalize_filter(VacancyFilter(cities=(stored.city,))).cities == (stored.city,)


@pytest.mark.parametrize(("region", "country"), [("SC", "BR"), ("SC", "US"), ("Bavaria", "DE")])
def test_region_is_found_as_it_is_written_and_as_it_is_stored(
    normalizer: Normalizer, region: str, country: str
) -> None:
    document = {"id": "v", "text": "Cooks soup", "place": {"region": region, "country": country}}
    stored = normalizer.normalize(VacancyDocument.model_validate(document))
    assert stored.region in normalizer.normalize_filter(VacancyFilter(regions=(region,))).regions


RESUME_TEXT = """\
Zebedee Quaxley, Locksmith
zebedee@example.com | Leeds, UK

EXPERIENCE
Locksmith, Castle Keys Ltd, 01/2020 - 12/2021

SKILLS
Safe opening, JS, Zebedee Quaxley
"""


def normalize_resume(normalizer: Normalizer, **fields: object) -> Resume:
    entity = normalizer.normalize(ResumeDocument.model_validate({"id": "r", "text": RESUME_TEXT, **fields}))
    assert isinstance(entity, Resume)
    return entity


def test_resume_is_filled_from_its_text(normalizer: Normalizer) -> None:
    entity = normalize_resume(normalizer)
    assert entity.title == "Locksmith"
    assert (entity.city, entity.country) == ("Leeds", "GB")
    assert entity.experience_months == 24
    assert entity.skills[:2] == ("Safe opening", "JavaScript")


def test_what_a_resume_states_wins_over_its_text(normalizer: Normalizer) -> None:
    entity = normalize_resume(
        normalizer, title="Glazier", place={"city": "Kazan"}, experience_months=7, skills=["Glass cutting"]
    )
    assert (entity.title, entity.city, entity.experience_months) == ("Glazier", "Kazan", 7)
    assert entity.skills[:2] == ("Glass cutting", "Safe opening")


@pytest.mark.parametrize(
    "first_lines",
    ["Anna Baker", "JOHN CARPENTER", "Samina Holroyd RN", "Мастер Маргарита Львовна", "Paris Driver\n7 Keeper Lane"],
)
def test_name_in_the_first_line_is_no_title(normalizer: Normalizer, first_lines: str) -> None:
    entity = normalizer.normalize(ResumeDocument(id="r", text=f"{first_lines}\nanna@example.com\nI bake bread."))
    assert entity.title is None
    assert entity.city is None


def test_names_are_cut_from_what_is_read_out_of_the_text(normalizer: Normalizer) -> None:
    document = ResumeDocument(id="r", text=RESUME_TEXT, person=Person(name="Zebedee Quaxley"))
    entity = normalizer.normalize(document, names=find_names(document))
    assert "Quaxley" not in f"{entity.title} {entity.skills} {entity.text}"


def test_text_of_a_vacancy_is_not_read_as_a_resume(normalizer: Normalizer) -> None:
    entity = normalizer.normalize(VacancyDocument(id="v", text=RESUME_TEXT))
    assert (entity.title, entity.city) == (None, None)


SPEAKER = (
    RESUME_TEXT + "\nLANGUAGES\nEnglish: native\nSpanish (B1)\n\nEDUCATION\nBSc Physics, University of Leeds, 2015\n"
)


def test_languages_and_education_of_a_resume_are_read_from_its_text(normalizer: Normalizer) -> None:
    entity = normalize_resume(normalizer, text=SPEAKER)
    assert entity.languages == ("en:native", "es:b1")
    assert entity.education_level is EducationLevel.BACHELOR


def test_stated_languages_and_education_win_over_the_text(normalizer: Normalizer) -> None:
    entity = normalize_resume(normalizer, text=SPEAKER, languages=[{"language": "de"}], education_level="doctorate")
    assert entity.languages == ("de",)
    assert entity.education_level is EducationLevel.DOCTORATE
    assert normalize_resume(normalizer, text=SPEAKER, education="MA, Durham").education_level is EducationLevel.MASTER
    assert normalize_resume(normalizer, education="MA, Durham, in progress").education_level is None


@pytest.mark.parametrize(
    ("language", "level", "written"),
    [
        ("en", "B2", ("en:b2",)),
        ("en-GB", None, ("en",)),
        ("Английский", "C1 — Продвинутый", ("en:c1",)),
        ("Español", "nativo", ("es:native",)),
        ("Finnish", "Limited working proficiency", ("fi:a2",)),
        ("English (fluent)", None, ("en:c1",)),
        ("Klingon", "C2", ()),
        ("English, German", None, ()),
        ("en", "quite good, really, on Sundays", ("en:b2",)),
        ("en", "wobbly", ("en",)),
    ],
)
def test_a_stated_language_is_written_as_code_and_level(
    normalizer: Normalizer, language: str, level: str | None, written: tuple[str, ...]
) -> None:
    entity = normalize_resume(normalizer, text="Bakes.", languages=[{"language": language, "level": level}])
    assert entity.languages == written


def test_a_language_stated_twice_is_one(normalizer: Normalizer) -> None:
    stated = [{"language": "en"}, {"language": "English", "level": "B2"}, {"language": "en", "level": "A1"}]
    assert normalize_resume(normalizer, text="Bakes.", languages=stated).languages == ("en:b2",)


def test_a_vacancy_asks_for_what_it_states_as_a_field(normalizer: Normalizer) -> None:
    text = "Fluent English and a master's degree required."
    assert normalizer.normalize(VacancyDocument(id="v", text=text)).languages == ()
    assert normalizer.normalize(VacancyDocument(id="v", text=text)).education_level is None
    stated = VacancyDocument.model_validate(
        {"id": "v", "text": text, "languages": [{"language": "en", "level": "C1"}], "education_level": "master"}
    )
    entity = normalizer.normalize(stated)
    assert (entity.languages, entity.education_level) == (("en:c1",), EducationLevel.MASTER)
    assert "en C1" in entity.text
