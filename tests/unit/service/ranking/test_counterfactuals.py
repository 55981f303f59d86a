"""What a demand costs in matches."""

from milvus import Filter, ResumeFilter
from milvus.filters import ExperienceRange
from service.ranking.counterfactuals import MAX_COUNTS, relax_filter, relax_requirements
from service.ranking.demands import RequirementKind
from service.ranking.messages import describe
from service.ranking.requirements import Mode, check_requirements
from tests.unit.service.ranking.examples import make_pair, make_resume, make_vacancy

_RESUMES = [{"Kafka", "SQL"}] * 12 + [{"SQL"}] * 68 + [{"Kafka"}] * 3


def _count(filter: Filter) -> int:
    """How many of the resumes hold all skills; one in two of them has the experience."""
    count = sum(skills.issuperset(filter.skills_all) for skills in _RESUMES)
    return count // 2 if isinstance(filter, ResumeFilter) and filter.experience else count


def test_relax_filter_says_what_each_demand_costs_the_costliest_first() -> None:
    relaxations = relax_filter(ResumeFilter(skills_all=("Kafka", "SQL")), _count)
    assert [describe(one.note) for one in relaxations] == [
        "without the demand for Kafka (skills_all) 80 instead of 12 match",
        "without the demand for SQL (skills_all) 15 instead of 12 match",
    ]
    assert relaxations[0].filter == ResumeFilter(skills_all=("SQL",))


def test_relax_filter_gives_up_a_range_as_a_whole() -> None:
    filter = ResumeFilter(skills_all=("SQL",), experience=ExperienceRange(min=36))
    notes = {one.note.values["demand"]: one.note for one in relax_filter(filter, _count)}
    assert notes["experience"].values["value"] == "min 36"
    assert (notes["experience"].values["before"], notes["experience"].values["after"]) == (40, 80)


def test_relax_filter_is_silent_where_nothing_is_gained() -> None:
    assert relax_filter(Filter(), _count) == []
    assert relax_filter(Filter(exclude_ids=("1",)), _count) == []
    assert relax_filter(Filter(countries=("GB",)), _count) == []


def test_relax_filter_counts_no_more_often_than_it_says() -> None:
    asked = []

    def count(filter: Filter) -> int:
        asked.append(filter)
        return len(asked)

    relax_filter(Filter(skills_all=tuple(f"skill {number}" for number in range(199))), count)
    assert len(asked) == MAX_COUNTS


def test_relax_requirements_counts_who_fails_by_one_demand_alone() -> None:
    vacancy = make_vacancy(skills=("Kafka", "SQL"))
    pairs = [
        make_pair(make_resume(skills=skills), vacancy)
        for skills in [("Kafka", "SQL"), ("SQL",), ("SQL", "Git"), ("Kafka",), ("Git",)]
    ]
    verdicts = [check_requirements(pair, {RequirementKind.SKILLS: Mode.DEMAND}) for pair in pairs]
    assert [describe(note) for note in relax_requirements(verdicts)] == [
        "without the demand for Kafka (skills) 3 instead of 1 match",
        "without the demand for SQL (skills) 2 instead of 1 match",
    ]
    assert relax_requirements(check_requirements(pair) for pair in pairs) == []
