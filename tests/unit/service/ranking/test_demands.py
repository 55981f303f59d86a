"""What a vacancy demands, with its own words."""

import pytest
from hypothesis import given

from milvus import Vacancy, WorkFormat
from service.ranking.demands import Demand, RequirementKind, SkillDemand, read_demand, split_requirements
from tests.unit.service.ranking.examples import make_vacancy, unhurried, vacancies


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "You must know Python and SQL. Experience with Kafka is a plus. We offer Docker training.",
            SkillDemand(("Python", "SQL", "Git"), ("Kafka", "Docker")),
        ),
        (
            "Требования: Python, SQL. Плюсом будет Kafka. Docker не требуется.",
            SkillDemand(("Python", "SQL", "Git"), ("Kafka",), ("Docker",)),
        ),
        (
            "Requisitos: Python y SQL. Se valora Kafka, pero Docker no hace falta.",
            SkillDemand(("Python", "SQL", "Git"), ("Kafka",), ("Docker",)),
        ),
    ],
    ids=["en", "ru", "es"],
)
def test_split_requirements_tells_demands_from_wishes(text: str, expected: SkillDemand) -> None:
    assert split_requirements(text, ["Python", "SQL", "Kafka", "Docker", "Git"]) == expected


def test_split_requirements_counts_the_strongest_mention() -> None:
    text = "Kafka is a plus. Our platform runs on Python. You will maintain Kafka consumers."
    assert split_requirements(text, ["Kafka", "Python"]) == SkillDemand(("Kafka",), ("Python",))


def test_split_requirements_takes_a_text_without_demands_as_what_the_work_is_about() -> None:
    assert split_requirements("Small bakery, bread and cakes.", ["bread", "cakes"]).required == ("bread", "cakes")


def test_read_demand_requires_what_the_title_names() -> None:
    text = "We build a shop in Python. Requirements: SQL. Kafka would be a plus."
    vacancy = make_vacancy(title="Python developer", text=text, skills=("Python", "SQL", "Kafka"))
    assert read_demand(vacancy).skills == SkillDemand(("Python", "SQL"), ("Kafka",))


@pytest.mark.parametrize("list_", ["Python, Kafka", "Python", "Python, Kafka, a good mood."])
def test_split_requirements_takes_a_bare_list_for_required(list_: str) -> None:
    text = f"Requirements: SQL. Docker would be a plus.\n{list_}"
    required = split_requirements(text, ["SQL", "Docker", "Python", "Kafka"]).required
    assert required == ("SQL", "Python", "Kafka")


def test_split_requirements_takes_no_sentence_for_a_list() -> None:
    text = "Requirements: SQL.\nOur team moved to Kafka last year, and to Python before."
    assert split_requirements(text, ["SQL", "Kafka", "Python"]) == SkillDemand(("SQL",), ("Kafka", "Python"))


def test_split_requirements_finds_other_spellings_through_the_taxonomy() -> None:
    def find(text: str) -> list[str]:
        return ["JavaScript"] if "джаваскрипт" in text else []

    text = "Нужен SQL. Джаваскрипт, то есть джаваскрипт, будет плюсом."
    assert split_requirements(text, ["SQL", "JavaScript"], find).desired == ("JavaScript",)


def _values(demand: Demand, kind: RequirementKind) -> list[tuple[str | int, str | None, str | None]]:
    return [(one.value, one.level, one.quote and one.quote.text) for one in demand.requirements if one.kind is kind]


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("You need at least three years of experience in sales.", 36),
        ("Требования: опыт работы от двух лет.", 24),
        ("Pedimos un año de experiencia en almacén.", 12),
    ],
)
def test_read_demand_reads_years_from_the_text(text: str, months: int) -> None:
    assert _values(read_demand(make_vacancy(text=text)), RequirementKind.EXPERIENCE) == [(months, None, text)]


def test_read_demand_prefers_the_field_and_quotes_the_sentence_that_agrees() -> None:
    text = "You need one year of SQL. You need at least four years in finance."
    demand = read_demand(make_vacancy(text=text, experience_min_months=48))
    assert _values(demand, RequirementKind.EXPERIENCE) == [(48, None, "You need at least four years in finance.")]


def test_read_demand_asks_for_no_years_where_none_are_needed() -> None:
    assert _values(read_demand(make_vacancy(experience_min_months=0)), RequirementKind.EXPERIENCE) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Must have: English C1.", [("en", "c1", "Must have: English C1.")]),
        ("Нужен английский не ниже B2.", [("en", "b2", "Нужен английский не ниже B2.")]),
        ("Imprescindible inglés B1.", [("en", "b1", "Imprescindible inglés B1.")]),
        ("English B2 is a plus.", []),
        ("German B2 is not needed.", []),
    ],
)
def test_read_demand_reads_languages_that_are_demanded(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert _values(read_demand(make_vacancy(text=text)), RequirementKind.LANGUAGES) == expected


def test_read_demand_wants_no_language_that_is_only_wished_for() -> None:
    demand = read_demand(make_vacancy(text="English B2 is required. German would be a plus."))
    assert demand.languages == (("en", "b2"),)


def test_read_demand_takes_languages_that_fields_ask_for_and_the_higher_level() -> None:
    demand = read_demand(make_vacancy(text="English B2 is required."), stated_languages=["en:b1", "de"])
    assert _values(demand, RequirementKind.LANGUAGES) == [("en", "b2", "English B2 is required."), ("de", None, None)]


@pytest.mark.parametrize(
    ("text", "categories"),
    [
        ("A driving licence is required.", ""),
        ("You must have: HGV Class 1.", "CE"),
        ("Обязательны права категории CE.", "CE"),
        ("Imprescindible carné de conducir B.", "B"),
    ],
)
def test_read_demand_reads_the_driving_license(text: str, categories: str) -> None:
    assert _values(read_demand(make_vacancy(text=text)), RequirementKind.LICENSE) == [(categories, None, text)]


def test_read_demand_demands_the_place_only_where_people_come_to_it() -> None:
    on_site = make_vacancy(city="Leeds", work_format=WorkFormat.ON_SITE)
    remote = make_vacancy(city="Leeds", work_format=WorkFormat.REMOTE)
    assert _values(read_demand(on_site), RequirementKind.PLACE) == [("Leeds", None, None)]
    assert _values(read_demand(remote), RequirementKind.PLACE) == []


@unhurried
@given(vacancies)
def test_read_demand_quotes_the_vacancy_and_sorts_each_skill_once(vacancy: Vacancy) -> None:
    demand = read_demand(vacancy)
    for requirement in demand.requirements:
        if requirement.quote:
            assert vacancy.text[requirement.quote.start : requirement.quote.end] == requirement.quote.text
    skills = demand.skills
    assert sorted((*skills.required, *skills.desired, *skills.unneeded)) == sorted(vacancy.skills)
