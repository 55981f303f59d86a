"""Length of experience, in words and from periods of work."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.experience import (
    WorkPeriod,
    find_experience,
    months_worked,
    parse_partial_date,
    read_experience,
    read_experience_range,
)

TODAY = date(2025, 6, 15)


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("5 лет 8 месяцев", 68),
        ("Опыт работы — 12 лет 3 месяца", 147),
        ("1 год", 12),
        ("5 л. 3 мес.", 63),
        ("3-х лет", 36),
        ("4-летний", 48),
        ("полтора года", 18),
        ("2,5 года", 30),
        ("два с половиной года", 30),
        ("полгода", 6),
        ("без опыта", 0),
        ("3+ years", 36),
        ("over 10 years of experience", 120),
        ("2 years and a half", 30),
        ("one year and 2 months", 14),
        ("half a year", 6),
        ("18 months", 18),
        ("3-5 years", 36),
        ("no experience", 0),
        ("2 años y 6 meses", 30),
        ("un año y medio", 18),
        ("sin experiencia", 0),
    ],
)
def test_read_experience_reads_months(text: str, months: int) -> None:
    assert read_experience(text) == months


@pytest.mark.parametrize("text", ["", "5", "senior", "2024 года", "61 years", "полная занятость", "5 yearlings"])
def test_read_experience_is_none_without_a_plausible_duration(text: str) -> None:
    assert read_experience(text) is None


@given(st.integers(0, 59), st.integers(0, 11))
def test_read_experience_adds_years_and_months(years: int, months: int) -> None:
    assert read_experience(f"{years} years {months} months") == 12 * years + months


@pytest.mark.parametrize(
    ("text", "demanded"),
    [
        ("1–3 года", (12, 36)),
        ("от 3 лет", (36, None)),
        ("не менее 4-х лет", (48, None)),
        ("от 1 года до 3 лет", (12, 36)),
        ("до 1 года", (None, 12)),
        ("более 6 лет", (72, None)),
        ("more than 6 years", (72, None)),
        ("3-5 years", (36, 60)),
        ("5-3 years", (36, 60)),
        ("3+ years", (36, None)),
        ("2 years", (24, None)),
        ("less than a year", (None, 12)),
        ("6 months to 1 year", (6, 12)),
        ("between 2 and 5 years", (24, 60)),
        ("entre 2 y 5 años", (24, 60)),
        ("не требуется", (0, None)),
        ("опыт работы не требуется", (0, None)),
        ("Без опыта", (0, None)),
        ("No experience required", (0, None)),
        ("noExperience", (0, None)),
        ("between1And3", (12, 36)),
        ("between3And6", (36, 72)),
        ("moreThan6", (72, None)),
    ],
)
def test_read_experience_range_reads_what_is_demanded(text: str, demanded: tuple[int | None, int | None]) -> None:
    assert read_experience_range(text) == demanded


@pytest.mark.parametrize("text", ["", "полная занятость", "Java", "from 70 years", "10-99 years"])
def test_read_experience_range_is_none_where_nothing_is_said(text: str) -> None:
    assert read_experience_range(text) is None


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("A developer with 5 years of experience in banking.", 60),
        ("5+ years’ hands-on experience", 60),
        ("Skills: SQL.\nExperience: over 10 years", 120),
        ("More than 12 months of commercial experience", 12),
        ("3 years of experience in C, 8 years of experience in total", 96),
        ("опыт работы 7 лет", 84),
        ("Более 3-х лет опыта коммерческой разработки", 36),
        ("аналитик с 4-летним опытом работы", 48),
        ("Мне 25 лет, опыт работы 3 года", 36),
        ("7 años de experiencia", 84),
        ("experiencia de más de 4 años", 48),
    ],
)
def test_find_experience_finds_the_longest_statement(text: str, months: int) -> None:
    assert find_experience(text) == months


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A 5 years old company",
        "5 years old company with experience in logistics",
        "Our company has 20 years of experience",
        "Experience with Oracle. I am 30 years old",
        "100 years of experience",
        "Опыт работы с 2018 года",
        "Водительский стаж 8 лет",
        "Мне 25 лет, есть опыт",
        "5 years at school, then some other things, and a lot of experience",
    ],
)
def test_find_experience_is_none_where_the_years_are_of_something_else(text: str) -> None:
    assert find_experience(text) is None


def test_find_experience_does_not_cut_a_number_at_the_edge_of_what_it_looks_at() -> None:
    for padding in range(80):
        text = "x" * padding + " 15 years of very very longlonglonglong professional experience"
        assert find_experience(text) in {None, 180}


dates = st.dates(date(1990, 1, 1), date(2030, 12, 31))
work_periods = st.builds(WorkPeriod, start=dates, end=st.none() | dates)


def month_number(day: date) -> int:
    return 12 * day.year + day.month


def test_months_worked_counts_the_first_and_the_last_month() -> None:
    period = WorkPeriod(date(2019, 1, 1), date(2019, 12, 31))
    assert months_worked([period], today=TODAY) == 12


def test_months_worked_counts_overlaps_once() -> None:
    periods = [
        WorkPeriod(date(2019, 1, 1), date(2020, 6, 1)),
        WorkPeriod(date(2020, 6, 1), date(2020, 12, 1)),
        WorkPeriod(date(2019, 3, 1), date(2019, 5, 1)),
    ]
    assert months_worked(periods, today=TODAY) == 24


def test_months_worked_skips_the_gap_between_periods() -> None:
    periods = [WorkPeriod(date(2019, 1, 1), date(2019, 2, 1)), WorkPeriod(date(2021, 1, 1), date(2021, 1, 9))]
    assert months_worked(periods, today=TODAY) == 3


def test_months_worked_ends_an_open_or_future_period_today() -> None:
    assert months_worked([WorkPeriod(date(2025, 5, 1), None)], today=TODAY) == 2
    assert months_worked([WorkPeriod(date(2025, 5, 1), date(2027, 1, 1))], today=TODAY) == 2


def test_months_worked_is_none_when_no_period_counts() -> None:
    assert months_worked([], today=TODAY) is None
    assert months_worked([WorkPeriod(date(2020, 5, 1), date(2019, 5, 1))], today=TODAY) is None
    assert months_worked([WorkPeriod(date(2026, 5, 1), None)], today=TODAY) is None


@given(st.lists(work_periods, max_size=8))
def test_months_worked_exceeds_neither_the_sum_nor_the_span(periods: list[WorkPeriod]) -> None:
    alone = [months_worked([period], today=TODAY) for period in periods]
    counted = [(period, months) for period, months in zip(periods, alone, strict=True) if months is not None]
    together = months_worked(periods, today=TODAY)
    if not counted:
        assert together is None
        return
    assert together is not None
    first = min(month_number(period.start) for period, _ in counted)
    last = max(month_number(min(period.end or TODAY, TODAY)) for period, _ in counted)
    assert max(months for _, months in counted) <= together
    assert together <= sum(months for _, months in counted)
    assert together <= last - first + 1


@given(
    st.lists(work_periods, max_size=8).flatmap(lambda periods: st.tuples(st.just(periods), st.permutations(periods)))
)
def test_months_worked_does_not_depend_on_order(orders: tuple[list[WorkPeriod], list[WorkPeriod]]) -> None:
    original, shuffled = orders
    assert months_worked(original, today=TODAY) == months_worked(shuffled, today=TODAY)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019", date(2019, 1, 1)),
        ("2019 г.", date(2019, 1, 1)),
        ("2019-05", date(2019, 5, 1)),
        ("2019-05-17", date(2019, 5, 17)),
        ("03/2020", date(2020, 3, 1)),
        ("03.2020", date(2020, 3, 1)),
        ("17.05.2019", date(2019, 5, 17)),
        ("Mar 2020", date(2020, 3, 1)),
        ("March 2020", date(2020, 3, 1)),
        ("Sept. 2021", date(2021, 9, 1)),
        ("17 May 2019", date(2019, 5, 17)),
        ("May 17, 2019", date(2019, 5, 17)),
        ("март 2020", date(2020, 3, 1)),
        ("марта 2020", date(2020, 3, 1)),
        ("Май 2010", date(2010, 5, 1)),
        ("17 мая 2019 г.", date(2019, 5, 17)),
        ("marzo de 2020", date(2020, 3, 1)),
        ("1 de enero de 2020", date(2020, 1, 1)),
        ("2018-12-27T10:50:17+0000", date(2018, 12, 27)),
        ("2018-12-27T23:50:17.123-05:00", date(2018, 12, 27)),
        ("2018-12-27T10:50:17Z", date(2018, 12, 27)),
    ],
)
def test_parse_partial_date_reads_what_is_given(text: str, expected: date) -> None:
    assert parse_partial_date(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "present", "по настоящее время", "2019-13", "2019-02-30", "05/06/2019", "1899", "12", "May", "x" * 1000],
)
def test_parse_partial_date_is_none_for_anything_else(text: str) -> None:
    assert parse_partial_date(text) is None


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_parse_partial_date_reads_every_iso_date(day: date) -> None:
    assert parse_partial_date(day.isoformat()) == day
    assert parse_partial_date(day.strftime("%d.%m.%Y")) == day
