"""What values are called in each language."""

from datetime import UTC, datetime

import pytest

from service.ranking import Note
from service.web.words import find_words

ENGLISH, RUSSIAN, SPANISH = (find_words(language) for language in ("en", "ru", "es"))


def test_numbers_dates_and_money_follow_the_language() -> None:
    day = datetime(2026, 3, 5, tzinfo=UTC)

    assert [words.say_number(12_345.6) for words in (ENGLISH, RUSSIAN)] == ["12,346", "12\xa0346"]
    assert [words.say_figure(-0.125) for words in (ENGLISH, RUSSIAN)] == ["-0.12", "-0,12"]
    assert [words.say_date(day) for words in (ENGLISH, SPANISH)] == ["Mar 5, 2026", "5 mar 2026"]
    assert ENGLISH.say_money(42_000, "EUR") == "€42,000"
    assert RUSSIAN.say_money(42_000, "EUR") == "42\xa0000\xa0€"


@pytest.mark.parametrize(("months", "said"), [(0, "0 месяцев"), (1, "1 месяц"), (26, "2 года 2 месяца"), (60, "5 лет")])
def test_months_are_said_in_russian_forms(months: int, said: str) -> None:
    assert RUSSIAN.say_months(months).replace("\xa0", " ") == said


def test_what_is_missing_is_not_said() -> None:
    assert [ENGLISH.say_number(None), ENGLISH.say_date(None), ENGLISH.say_months(None), ENGLISH.say_country(None)] == [
        ""
    ] * 4


def test_probability_is_never_rounded_to_certainty() -> None:
    assert [ENGLISH.say_probability(one) for one in (0, 0.0001, 0.5, 0.9999, 1)] == [
        "0%",
        "< 1%",
        "50%",
        "> 99%",
        "100%",
    ]


def test_notes_are_translated_with_their_values() -> None:
    note = Note("language_short", {"language": "de", "stated": "a2", "asked": "native"})

    assert ENGLISH.note(note) == "speaks German at A2, asked is native speaker"
    assert RUSSIAN.note(note) == "язык: немецкий, уровень A2, требуется родной"
    assert SPANISH.note(Note("place_remote_abroad", {"resume": None, "vacancy": "FR"})) == (
        "el trabajo es a distancia, pero desde Francia, y la persona está en desconocido"
    )


def test_values_in_a_note_are_no_templates() -> None:
    assert ENGLISH.note(Note("skill_found", {"skill": "{0.__class__} %s"})) == "{0.__class__} %s is among the skills"


def test_long_lists_are_cut() -> None:
    assert RUSSIAN.say_list([str(number) for number in range(20)]).endswith("10, 11 и ещё 8")
