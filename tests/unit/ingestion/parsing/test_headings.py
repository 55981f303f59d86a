"""Headings in three languages and any dress."""

import pytest

from ingestion.parsing.headings import split_sections, tell_heading
from ingestion.parsing.lines import split_lines
from ingestion.parsing.model import SectionKind


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Work Experience", "experience"),
        ("EMPLOYMENT HISTORY:", "experience"),
        ("W O R K   E X P E R I E N C E", "experience"),
        ("ProfessionalExperience", "experience"),
        ("ОПЫТ РАБОТЫ", "experience"),
        ("Опыт работы — 11 лет 3 месяца", "experience"),
        ("Trayectoria profesional", "experience"),
        ("Education & Training", "education"),
        ("Образование и повышение квалификации", "education"),
        ("Formación académica", "education"),
        ("Key Skills and Competencies", "skills"),
        ("Профессиональные навыки:", "skills"),
        ("HABILIDADES TÉCNICAS", "skills"),
        ("Languages", "languages"),
        ("Знание иностранных языков", "languages"),
        ("Idiomas", "languages"),
        ("About me", "summary"),
        ("О себе", "summary"),
        ("Sobre mí", "summary"),
        ("Certifications", "other"),
        ("Дополнительная информация", "other"),
        ("Datos personales", "other"),
    ],
)
def test_heading_is_told(heading: str, kind: str) -> None:
    assert tell_heading(heading) == kind


@pytest.mark.parametrize(
    "line",
    [
        "Programming languages",
        "Языки программирования",
        "Experience with large herds of sheep",
        "Head of Education",
        "Skills 2019",
        "Anna Petrova",
        "",
        "e" * 10_000,
    ],
)
def test_other_lines_are_no_headings(line: str) -> None:
    assert tell_heading(line) is None


def kinds(text: str) -> list[tuple[SectionKind, list[str]]]:
    return [(block.kind, [line.text for line in block.lines]) for block in split_sections(split_lines(text))]


def test_what_follows_a_heading_in_its_line_belongs_to_the_section() -> None:
    assert kinds("Anna\nSkills: SQL, Excel\nLANGUAGES English, French") == [
        ("header", ["Anna"]),
        ("skills", ["SQL, Excel"]),
        ("languages", ["English, French"]),
    ]


def test_labels_within_a_section_open_no_section() -> None:
    text = "Experience\nWelder, 2019 - 2020\nTechnologies: TIG\nAchievements:\nBest gate\nSkills\nLanguages: Java, C++"
    assert kinds(text) == [
        ("experience", ["Welder, 2019 - 2020", "Technologies: TIG", "Achievements:", "Best gate"]),
        ("skills", ["Languages: Java, C++"]),
    ]


def test_last_word_of_a_wrapped_sentence_is_no_heading() -> None:
    assert len(kinds("Experience\nFiled and defended\npatents\nin court")) == 1


def test_section_in_a_column_has_a_span_for_each_stretch() -> None:
    rows = [("Skills", "Experience"), ("TIG", "Welder at Yardley"), ("MIG", "Gates"), ("MMA", "Rails"), ("Gas", "Keys")]
    text = "\n".join(f"{left:<24}{right}" for left, right in rows)
    skills, experience = [block.section for block in split_sections(split_lines(text))]
    assert [text[start:end] for start, end in skills.spans] == [left for left, _ in rows]
    assert [text[start:end] for start, end in experience.spans] == [right for _, right in rows]
