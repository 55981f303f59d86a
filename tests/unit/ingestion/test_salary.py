"""Salaries as people write them, and the annual scale they are compared on."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.currency import Rates
from ingestion.salary import AnnualSalary, Period, Salary, annualize, parse_period, read_salary

RATES = Rates(
    date=date(2025, 1, 31),
    reference="EUR",
    units={"EUR": 1.0, "USD": 1.25, "GBP": 0.8, "RUB": 100.0, "UZS": 15_000.0, "INR": 100.0},
)


@pytest.mark.parametrize(
    ("text", "minimum", "maximum", "currency"),
    [
        ("от 60000 до 90000 руб.", 60_000, 90_000, "RUB"),
        ("от 80 т.р.", 80_000, None, "RUB"),
        ("от 50 до 80 тр", 50_000, 80_000, "RUB"),
        ("150–200 тыс. руб. на руки", 150_000, 200_000, "RUB"),
        ("60-90 000 руб.", 60_000, 90_000, "RUB"),
        ("до 2,5 млн руб. в год", None, 2_500_000, "RUB"),
        ("от 250 000 руб. до 350 000 руб.", 250_000, 350_000, "RUB"),
        ("25\u00a0000₽", 25_000, 25_000, "RUB"),
        ("1 200 000 сум", 1_200_000, 1_200_000, "UZS"),
        ("Зарплата в рублях: 50000", 50_000, 50_000, "RUB"),
        ("£18,185 - £19,337 per annum", 18_185, 19_337, "GBP"),
        ("£25k-30k", 25_000, 30_000, "GBP"),
        ("40-50k EUR", 40_000, 50_000, "EUR"),
        ("100k+ EUR", 100_000, None, "EUR"),
        ("500-1k USD", 500, 1_000, "USD"),
        ("$45/hr", 45, 45, "USD"),
        ("US$ 3,000/mo", 3_000, 3_000, "USD"),
        ("from 3 000 PLN gross/month", 3_000, None, "PLN"),
        ("Salary (EUR): 3000 - 4000", 3_000, 4_000, "EUR"),
        ("up to £34,000 depending on experience", None, 34_000, "GBP"),
        ("between 30 000 and 40 000 EUR", 30_000, 40_000, "EUR"),
        ("£9.50ph - £16.85ph", 9.5, 16.85, "GBP"),
        ("£24,100/£26,200/£28,300", 24_100, 28_300, "GBP"),
        ("2.500 €/mes", 2_500, 2_500, "EUR"),
        ("12,50 €/hora", 12.5, 12.5, "EUR"),
        ("30.000€ - 35.000€ brutos anuales", 30_000, 35_000, "EUR"),
        ("entre 20.000 y 25.000 €", 20_000, 25_000, "EUR"),
        ("de 20.000 a 30.000 € brutos/año", 20_000, 30_000, "EUR"),
        ("hasta 28 mil euros", None, 28_000, "EUR"),
        ("R$ 5.000,00 por mes", 5_000, 5_000, "BRL"),
        ("CHF 1'200'000", 1_200_000, 1_200_000, "CHF"),
        ("₹12,00,000 per annum", 1_200_000, 1_200_000, "INR"),
    ],
)
def test_read_salary_reads_amounts(text: str, minimum: float | None, maximum: float | None, currency: str) -> None:
    salary = read_salary(text)
    assert salary is not None
    assert (salary.minimum, salary.maximum, salary.currency) == (minimum, maximum, currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "negotiable",
        "Competitive salary plus benefits",
        "по договоренности",
        "договорная",
        "a convenir",
        "2024",
        "+7 (495) 555-01-23",
        "89165550123",
        "555-0123-4567",
        "01.02.2024",
        "Band 7",
        "Band 5/6, grade 12",
        "37.5 hours per week",
        "5 лет опыта",
        "bonus up to 20%",
        "зарплата 2 раза в месяц",
        "график 5/2 с 10:00 до 19:00, зарплата вовремя",
        "team of 2500 people",
        "£0.00",
        "45,0000 to 50,000",
    ],
)
def test_read_salary_is_none_without_an_amount_of_money(text: str) -> None:
    assert read_salary(text) is None


@pytest.mark.parametrize(
    ("text", "gross"),
    [
        ("60 000 ₽ за месяц, до вычета налогов", True),
        ("172000 руб. (гросс)", True),
        ("30.000 € brutos", True),
        ("до 350 000 net", False),
        ("100 000 руб. на руки", False),
        ("25.000 € netos", False),
        ("30 000 EUR, ASP.NET developer", None),
        ("30 000 EUR", None),
    ],
)
def test_read_salary_tells_gross_from_net(text: str, gross: bool | None) -> None:
    salary = read_salary(text)
    assert salary is not None
    assert salary.gross is gross


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("£25 an hour", "hour"),
        ("2500 р/за смену", "day"),
        ("$900 weekly", "week"),
        ("25.00 Hourly", "hour"),
        ("3000 monthly", "month"),
        ("Ежемесячный доход 100 000 руб.", "month"),
        ("37.5 hours per week, £30,000 pa", "year"),
        ("£30,000 per annum (£16 per hour)", "year"),
        ("зарплата 60 000 руб., выплаты 2 раза в месяц", None),
        ("£30,000 and generous annual leave", None),
    ],
)
def test_read_salary_takes_the_period_beside_the_amount(text: str, period: Period | None) -> None:
    salary = read_salary(text)
    assert salary is not None
    assert salary.period == period


def test_read_salary_turns_around_a_range_written_downwards() -> None:
    assert read_salary("90000-60000 руб.") == Salary(60_000, 90_000, "RUB", None, None)


def test_read_salary_takes_the_pay_and_not_the_bonus() -> None:
    salary = read_salary("Band 6: 35,500 - 37,900 GBP plus £5,000 welcome bonus")
    assert salary is not None
    assert (salary.minimum, salary.maximum) == (35_500, 37_900)


def test_read_salary_counts_a_thousand_written_twice_once() -> None:
    salary = read_salary("З/п от 95.000 т.р. в месяц")
    assert salary == Salary(95_000, None, "RUB", "month", None)


def test_read_salary_leaves_a_bound_that_bounds_nothing_as_an_amount() -> None:
    salary = read_salary("до 40 000 руб. и выше")
    assert salary is not None
    assert (salary.minimum, salary.maximum) == (40_000, 40_000)


def test_read_salary_does_not_join_ends_too_far_apart_to_be_a_range() -> None:
    assert read_salary("£30 - £24,907") is None


def test_read_salary_prefers_what_the_text_says_to_what_the_caller_knows() -> None:
    assert read_salary("€20 per hour", currency="GBP", period="year") == Salary(20, 20, "EUR", "hour", None)
    assert read_salary("2500", currency="GBP", period="month") == Salary(2_500, 2_500, "GBP", "month", None)
    assert read_salary("1.500.000 pesos", currency="COP") == Salary(1_500_000, 1_500_000, "COP", None, None)
    assert read_salary("3000 руб.", currency="RUR") == Salary(3_000, 3_000, "RUB", None, None)


def test_read_salary_reads_a_bare_year_as_money_only_in_a_field_of_money() -> None:
    assert read_salary("2000") is None
    assert read_salary("2000", currency="EUR") == Salary(2_000, 2_000, "EUR", None, None)
    assert read_salary("Band 5", currency="EUR") is None


@given(st.integers(100, 9_999_999), st.sampled_from(["{:,}", "{}"]), st.sampled_from(["$", "€", "£"]))
def test_read_salary_reads_back_what_was_formatted(amount: int, form: str, mark: str) -> None:
    salary = read_salary(mark + form.format(amount))
    assert salary is not None
    assert salary.minimum == salary.maximum == amount


@given(st.text(alphabet="0123456789 .,-–+/kтысрубот£$€ до%()'", max_size=300))
def test_read_salary_takes_any_text_and_orders_the_ends(text: str) -> None:
    salary = read_salary(text)
    if salary and salary.minimum is not None and salary.maximum is not None:
        assert 0 < salary.minimum <= salary.maximum


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("HOUR", "hour"),
        ("DAY", "day"),
        ("WEEK", "week"),
        ("MONTH", "month"),
        ("YEAR", "year"),
        ("ANNUAL", "year"),
        ("per annum", "year"),
        ("p.a.", "year"),
        ("pa pro rata", "year"),
        ("/yr", "year"),
        ("anuales", "year"),
        ("al año", "year"),
        ("в год", "year"),
        ("в месяц", "month"),
        ("/мес.", "month"),
        ("al mes", "month"),
        ("/mes", "month"),
        ("mensuales", "month"),
        ("в неделю", "week"),
        ("за смену", "day"),
        ("в день", "day"),
        ("la hora", "hour"),
        ("p/h", "hour"),
        ("руб./час", "hour"),
        ("paid when done", None),
        ("5 pm", None),
        ("", None),
    ],
)
def test_parse_period_reads_three_languages(text: str, period: Period | None) -> None:
    assert parse_period(text) == period


@pytest.mark.parametrize(("period", "times"), [("hour", 2080), ("day", 260), ("week", 52), ("month", 12), ("year", 1)])
def test_annualize_multiplies_by_the_periods_of_a_year(period: Period, times: int) -> None:
    annual = annualize(Salary(500, 1_000, "USD", period, None), RATES)
    assert annual == AnnualSalary(minimum=400 * times, maximum=800 * times)


def test_annualize_keeps_a_missing_bound_missing() -> None:
    assert annualize(Salary(None, 50_000, "EUR", "year", True), RATES) == AnnualSalary(None, 50_000)
    assert annualize(Salary(50_000, None, "EUR", "year", False), RATES) == AnnualSalary(50_000, None)


@pytest.mark.parametrize(
    ("amount", "currency", "annual"),
    [
        (80_000, "RUB", 9_600),
        (15_000_000, "UZS", 12_000),
        (25, "GBP", 65_000),
        (3_000, "EUR", 36_000),
        (60_000, "EUR", 60_000),
        (14_000, "GBP", 17_500),
    ],
)
def test_annualize_guesses_an_unsaid_period_where_only_one_makes_sense(
    amount: float, currency: str, annual: float
) -> None:
    assert annualize(Salary(amount, amount, currency, None, None), RATES) == AnnualSalary(annual, annual)


def test_annualize_does_not_guess_between_a_high_monthly_and_a_low_annual_salary() -> None:
    assert annualize(Salary(12_000, 12_000, "EUR", None, None), RATES) is None
    assert annualize(Salary(30_000, 30_000, "INR", None, None), RATES) is None


def test_annualize_does_not_guess_where_the_two_ends_disagree() -> None:
    assert annualize(Salary(100, 3_000, "EUR", None, None), RATES) is None


@pytest.mark.parametrize("amount", [0.0, -50_000.0, 99.0, 10_000_001.0, math.nan, math.inf])
def test_annualize_is_none_for_absurd_amounts(amount: float) -> None:
    assert annualize(Salary(amount, None, "EUR", "year", None), RATES) is None


def test_annualize_is_none_when_currency_rate_or_amount_is_unknown() -> None:
    assert annualize(Salary(50_000, None, None, "year", None), RATES) is None
    assert annualize(Salary(50_000, None, "THB", "year", None), RATES) is None
    assert annualize(Salary(None, None, "EUR", "year", None), RATES) is None


def test_annualize_guesses_the_same_period_on_any_reference_currency() -> None:
    in_dollars = Rates(date=RATES.date, reference="USD", units={"USD": 1.0, "EUR": 0.8})
    assert annualize(Salary(3_000, 3_000, "EUR", None, None), in_dollars) == AnnualSalary(45_000, 45_000)
