"""Entries of skills sections."""

import pytest

from ingestion.parsing.lines import split_lines
from ingestion.parsing.skills import collect_skills


@pytest.mark.parametrize(
    ("text", "skills"),
    [
        ("• TIG welding\n• Fire alarms", ["TIG welding", "Fire alarms"]),
        ("Figma · Prototyping | HTML/CSS; dbt", ["Figma", "Prototyping", "HTML/CSS", "dbt"]),
        ("Languages: Java, C++\nTools:\nGit", ["Java", "C++", "Git"]),
        ("Office (Word, Excel), Python (3 years)", ["Office", "Word", "Excel", "Python"]),
        ("Excel - advanced, Excel avanzado, SQL (базовый)", ["Excel", "SQL"]),
        ("Soporte vital avanzado", ["Soporte vital avanzado"]),
        ("English B2, SQL", ["SQL"]),
        ("I have been working with many people in many countries for years", []),
        ("a@example.com, https://example.com, 2019", []),
        ("C, R, Q", ["C", "R"]),
    ],
)
def test_entries_are_read(text: str, skills: list[str]) -> None:
    assert list(collect_skills(split_lines(text))) == skills


def test_list_wrapped_by_the_page_is_joined() -> None:
    text = "Laminated dough, tempering chocolate, sugar work, cost\ncontrol, класси-\nфикация"
    assert collect_skills(split_lines(text))[3:] == ("cost control", "классификация")
