"""Where a person lives, and nothing else of the address."""

import pytest

from ingestion.parsing.lines import split_lines
from ingestion.parsing.place import find_lone_place, find_place_text


@pytest.mark.parametrize(
    ("header", "place"),
    [
        ("Ann Smith\nSheffield, South Yorkshire | +44 114 496 0012", "Sheffield, South Yorkshire"),
        ("Ann Smith\nLocation: Toronto, Canada", "Toronto, Canada"),
        ("Анна\nПроживает: Екатеринбург, м. Геологическая", "Екатеринбург"),
        ("Анна\nг. Казань", "г. Казань"),
        ("Ana\nDirección: Calle Mayor 14, 3º B, Granada", "Granada"),
        ("Address: 17 Corporation Road, Newport, Wales", "Newport, Wales"),
        ("Ann\nAustin, TX 78704", "Austin, TX"),
        ("Ann is based in Leeds", "Leeds"),
    ],
)
def test_place_is_found_without_street(header: str, place: str) -> None:
    assert find_place_text(split_lines(header)) == place


@pytest.mark.parametrize(
    "header",
    ["Sofia", "Ann Smith, RN", "Гражданство: Россия", "Hola, soy fontanero.", "VAT, payroll", "Mobile", "Paris Hilton"],
)
def test_names_and_words_are_no_places(header: str) -> None:
    assert find_place_text(split_lines(header)) is None


def test_line_with_a_place_alone_is_found() -> None:
    assert find_lone_place(split_lines("a@example.com\nСамара")) == "Самара"
    assert find_lone_place(split_lines("Basic\nDublin, Ireland"), with_country=True) == "Dublin, Ireland"
