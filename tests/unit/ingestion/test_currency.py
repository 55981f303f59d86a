"""Currencies as people write them, and the packaged table of rates."""

from datetime import date
from pathlib import Path

import pytest

from ingestion.currency import load_rates, parse_currency
from ingestion.errors import SettingsError

GOOD_TABLE = "# approximate\n# date: 2025-01-31\n# base: EUR\ncurrency\tunits_per_base\nEUR\t1\nUSD\t1.25\n"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("RUB", "RUB"),
        ("RUR", "RUB"),
        ("rur", "RUB"),
        ("руб", "RUB"),
        ("рублей", "RUB"),
        ("р.", "RUB"),
        ("₽", "RUB"),
        ("бел. руб.", "BYN"),
        ("белорусских рублей", "BYN"),
        ("евро", "EUR"),
        ("€", "EUR"),
        ("Euros", "EUR"),
        ("$", "USD"),
        ("долларов США", "USD"),
        ("US$", "USD"),
        ("C$", "CAD"),
        ("R$", "BRL"),
        ("£", "GBP"),
        ("тенге", "KZT"),
        ("грн.", "UAH"),
        ("сум", "UZS"),
        ("so'm", "UZS"),
        ("zł", "PLN"),
        ("Kč", "CZK"),
        ("S/", "PEN"),
        ("pesos colombianos", "COP"),
        ("THB", "THB"),
        ("paid in PLN or cash", "PLN"),
    ],
)
def test_parse_currency_reads_codes_symbols_and_words(written: str, code: str) -> None:
    assert parse_currency(written) == code


@pytest.mark.parametrize(
    "written", ["pesos", "kr", "¥", "лей", "у.е.", "", "XYZ", "N/A", "we will try", "Rubik", "г/р 5/2"]
)
def test_parse_currency_is_none_where_unclear_or_absent(written: str) -> None:
    assert parse_currency(written) is None


@pytest.mark.parametrize(
    ("written", "hint", "code"),
    [("pesos", "MXN", "MXN"), ("kr", "NOK", "NOK"), ("$", "CAD", "CAD"), ("руб.", "BYN", "BYN"), ("€", "USD", "EUR")],
)
def test_parse_currency_takes_the_hint_only_within_what_the_mark_can_mean(written: str, hint: str, code: str) -> None:
    assert parse_currency(written, hint) == code


def test_load_rates_reads_the_packaged_table() -> None:
    rates = load_rates()
    assert rates.date.year >= 2025
    assert rates.reference == "EUR"
    assert rates.units["EUR"] == 1
    assert {"USD", "RUB", "KZT", "UZS", "PLN", "ARS", "ZAR"} <= set(rates.units)
    assert len(rates.units) >= 45


def test_packaged_table_says_that_it_is_approximate() -> None:
    table = Path(__file__).parents[3] / "ingestion" / "rates.tsv"
    assert "approximate" in table.read_text(encoding="utf-8").lower()


def test_load_rates_reads_a_table_and_its_date(tmp_path: Path) -> None:
    table = tmp_path / "rates.tsv"
    table.write_text(GOOD_TABLE, encoding="utf-8")
    rates = load_rates(table)
    assert rates.date == date(2025, 1, 31)
    assert rates.convert(2.5, "USD") == pytest.approx(2)
    assert rates.convert(1, "JPY") is None


def test_load_rates_rebases_to_another_reference_currency(tmp_path: Path) -> None:
    table = tmp_path / "rates.tsv"
    table.write_text(GOOD_TABLE, encoding="utf-8")
    rates = load_rates(table, reference="USD")
    assert rates.convert(100, "EUR") == pytest.approx(125)
    assert rates.convert(100, "USD") == pytest.approx(100)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("USD\t1.25", "USD 1.25", "line 6: expected"),
        ("USD\t1.25", "DOLLAR\t1.25", "line 6: 'DOLLAR' is not an ISO 4217"),
        ("USD\t1.25", "USD\tmuch", "line 6: the rate of USD"),
        ("USD\t1.25", "USD\t0", "line 6: the rate of USD"),
        ("USD\t1.25", "USD\tnan", "line 6: the rate of USD"),
        ("USD\t1.25", "USD\tinf", "line 6: the rate of USD"),
        ("USD\t1.25", "EUR\t1", "line 6: EUR is listed twice"),
        ("2025-01-31", "January", "must date the rates"),
        ("# date: 2025-01-31\n", "", "must date the rates"),
        ("EUR\t1\n", "EUR\t2\n", "whose rate is 1"),
        ("# base: EUR\n", "", "must name a currency"),
    ],
)
def test_load_rates_names_the_file_and_line_of_an_error(tmp_path: Path, old: str, new: str, message: str) -> None:
    table = tmp_path / "broken.tsv"
    table.write_text(GOOD_TABLE.replace(old, new), encoding="utf-8")
    with pytest.raises(SettingsError, match=message) as failure:
        load_rates(table)
    assert "broken.tsv" in str(failure.value)


def test_load_rates_refuses_a_reference_currency_without_rate() -> None:
    with pytest.raises(SettingsError, match="no rate for the reference currency 'XXX'"):
        load_rates(reference="XXX")
