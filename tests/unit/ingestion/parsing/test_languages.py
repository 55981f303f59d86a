"""Languages and levels as stated."""

import pytest

from ingestion.parsing.languages import collect_languages, find_languages
from ingestion.parsing.lines import split_lines
from ingestion.parsing.model import SectionKind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("English - Upper-Intermediate", ["en:b2"]),
        ("Английский — B2", ["en:b2"]),
        ("Английский — В2 (Cyrillic letter)", ["en:b2"]),
        ("Inglés: avanzado", ["en:c1"]),
        ("English (native), Polish (A2)", ["en:native", "pl:a2"]),
        ("Native Russian, native Ukrainian", ["ru:native", "uk:native"]),
        ("Upper Intermediate English B2, Intermediate Polish B1", ["en:b2", "pl:b1"]),
        ("Fluent in English, Arabic, and Swedish", ["en:c1", "ar:c1", "sv:c1"]),
        ("Fluent English and native Spanish", ["en:c1", "es:native"]),
        ("русский, татарский — родные", ["ru:native", "tt:native"]),
        ("Euskera C1 | Inglés B1", ["eu:c1", "en:b1"]),
        ("Español nativo, inglés fluido, francés intermedio", ["es:native", "en:c1", "fr:b1"]),
        ("Немецкий язык — со словарём", ["de:None"]),
        ("Bilingual(English/Twi)", ["en:c2", "tw:c2"]),
        ("Hebrew, English", ["he:None", "en:None"]),
        ("Python, Java", []),
        ("Englishman in Irishtown", []),
    ],
)
def test_language_and_level_are_found(text: str, expected: list[str]) -> None:
    assert [f"{spoken.code}:{spoken.level}" for spoken in find_languages(text)] == expected


def collect(kind: SectionKind, text: str) -> list[str]:
    return [f"{spoken.code}:{spoken.level}" for spoken in collect_languages([(kind, split_lines(text))])]


def test_level_may_stand_in_the_next_line() -> None:
    assert collect(SectionKind.LANGUAGES, "English\nB1 - Intermediate\nHebrew\nA2") == ["en:b1", "he:a2"]


def test_outside_their_section_languages_count_only_with_a_level() -> None:
    assert collect(SectionKind.SUMMARY, "I speak fluent French and like German cars.") == ["fr:c1"]
    assert collect(SectionKind.EXPERIENCE, "Taught advanced English to adults") == []
