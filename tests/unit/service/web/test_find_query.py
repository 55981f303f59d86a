"""The state of a search: in a URL and back."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from milvus import EmploymentType, Kind, ResumeFilter, VacancyFilter, WorkFormat
from service.web.find_query import FindForm, FindState, Sort

NAMES = st.lists(st.text(min_size=1, max_size=50).map(str.strip).filter(bool), max_size=3, unique=True)
STATES = st.builds(
    FindState,
    find=st.sampled_from(Kind),
    skill=NAMES,
    city=NAMES,
    work_format=st.lists(st.sampled_from(WorkFormat), unique=True),
    employment=st.lists(st.sampled_from(EmploymentType), unique=True),
    salary=st.none() | st.integers(1, 10**6).map(float),
    since=st.none() | st.integers(1, 365),
    fit=st.none() | st.integers(1, 99),
    expired=st.booleans(),
    sort=st.sampled_from(Sort),
    page=st.integers(1, 50),
)


@given(state=STATES)
def test_state_survives_its_url(state: FindState) -> None:
    query = urlencode(state.to_query(page=state.page), doseq=True)

    assert FindForm(go=query).state == state


@given(state=STATES)
def test_each_chosen_thing_can_be_taken_away(state: FindState) -> None:
    for name, value in state.list_chosen():
        left = FindForm(go=urlencode(state.without(name, value), doseq=True)).state
        assert (name, value) not in left.list_chosen()
        assert len(left.list_chosen()) == len(state.list_chosen()) - 1
        assert left.page == 1


def test_filter_is_of_the_kind_that_is_sought() -> None:
    now = datetime(2026, 6, 30, tzinfo=UTC)
    state = FindState(skill=["Python", " "], company=["Northwind"], since=10, salary=30_000)

    vacancies = state.make_filter(now)
    assert isinstance(vacancies, VacancyFilter)
    assert (vacancies.skills_all, vacancies.companies) == (("Python",), ("Northwind",))
    assert vacancies.published_since == datetime(2026, 6, 20, tzinfo=UTC)
    assert vacancies.salary is not None
    assert vacancies.salary.min == 30_000
    assert isinstance(state.model_copy(update={"find": Kind.RESUMES}).make_filter(now), ResumeFilter)
    assert FindState().make_filter() is None


def test_blank_fields_of_a_form_choose_nothing() -> None:
    state = FindState.model_validate({"salary": " ", "since": "", "fit": "", "country": ["", " "]})

    assert state == FindState()


@pytest.mark.parametrize(
    "values", [{"salary": "-1"}, {"since": "0"}, {"fit": "100"}, {"page": "0"}, {"language": ["x"]}]
)
def test_impossible_values_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        FindState.model_validate(values)


def test_a_button_of_the_form_goes_to_another_state() -> None:
    form = FindForm(text="cook", skill=["Python"], go="find=resumes&skill=Baking&page=3")

    assert parse_qs(form.go)["skill"] == form.state.skill
    assert (form.state.find, form.state.page) == (Kind.RESUMES, 3)
