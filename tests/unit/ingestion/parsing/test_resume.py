"""Whole resumes."""

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingestion.parsing import parse_resume
from tests.benchmarks.parsing import LABELS, score

TODAY = date(2026, 11, 20)

TEXT = """\
МАРИНА ОРЛОВА
Welder | Riga, Latvia

Опыт работы
Welder, Baltic Yard Ltd, 01/2020 - present
Сварщик, ООО «Верфь», 01/2018 - 06/2020

SKILLS: TIG, MIG
Idiomas
English B1, русский — родной
"""
FRAGMENTS = [
    "EXPERIENCE\n", "Skills: ", "S K I L L S\n", "Образование\n", "Languages: English B2, ", "2019 - 2020 ",
    "May 2019 –", "Welder, ", "at Yard Ltd", "\n", "\t", "    ", "• ", "(", "Москва, ", "г. ", "PhD ", "İ", "\ufffd",
    "\uf0b7", "\ud800", "desde ", "с 2019 по ", ":", "-", "1", "я", "master of ", "@", "\u0301",
]  # fmt: skip


def test_resume_in_mixed_languages_is_read() -> None:
    parsed = parse_resume(TEXT, today=TODAY)
    assert parsed.title == "Welder"
    assert parsed.place == "Riga, Latvia"
    assert [position.company for position in parsed.positions] == ["Baltic Yard Ltd", "ООО «Верфь»"]
    assert parsed.skills == ("TIG", "MIG")
    assert [(spoken.code, spoken.level) for spoken in parsed.languages] == [("en", "b1"), ("ru", "native")]


def test_months_that_overlap_count_once() -> None:
    assert parse_resume(TEXT, today=TODAY).experience_months == 8 * 12 + 11


def test_larger_total_that_the_text_states_counts() -> None:
    text = "Welder with 20 years of experience\nEXPERIENCE\nWelder, 2019 - 2020"
    assert parse_resume(text, today=TODAY).experience_months == 240


def test_sections_are_spans_of_the_text() -> None:
    sections = parse_resume(TEXT, today=TODAY).sections
    said = ["".join(TEXT[start:end] for start, end in section.spans) for section in sections]
    assert [text.split("\n", 1)[0] for text in said] == ["МАРИНА ОРЛОВА", "Опыт работы", "SKILLS: TIG, MIG", "Idiomas"]


def test_title_of_the_latest_position_stands_in_for_the_one_wanted() -> None:
    text = "EXPERIENCE\nBarista, 2015 - 2016\nKitchen porter, 2017 - 2019\n{}"
    assert parse_resume(text.format(""), today=TODAY).title == "Kitchen porter"
    # What the latest position is, the text does not say: an older title would be wrong.
    assert parse_resume(text.format("Somewhere else, 2020 - 2024"), today=TODAY).title is None


def test_resume_that_a_board_put_into_one_line_is_read() -> None:
    text = (
        "Welding Engineer Welding Engineer Welding Engineer - Yardley Works Leeds Twelve years of gates and bridges, "
        "nine of them in charge. Work Experience Welding Engineer Yardley Works - Leeds May 2018 to Present • Wrote "
        "welding procedures.  • Trained six welders. Education Master's in Materials Northern University 2010 to 2014 "
        "Skills NDT (5 years), TIG (10+ years) Additional Information Happy to travel."
    )
    parsed = parse_resume(text, today=TODAY)
    assert parsed.title == "Welding Engineer"
    assert [f"{position.start:%Y-%m}" for position in parsed.positions] == ["2018-05"]
    assert parsed.education == "master"
    assert parsed.skills == ("NDT", "TIG")


@pytest.mark.parametrize("text", ["", "\n\n", "Anna Petrova", "Anna Petrova\nanna@example.com\n+44 20 7946 0958"])
def test_nothing_is_made_up(text: str) -> None:
    parsed = parse_resume(text, today=TODAY)
    assert not any([parsed.title, parsed.positions, parsed.skills, parsed.languages, parsed.education, parsed.place])
    assert parsed.experience_months is None


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=80).map("".join) | st.text(max_size=400))
@example("x" * 100_000)
@example("2019 " * 20_000)
@example("(" * 100_000)
@example(" " * 100_000)
def test_any_text_is_read(text: str) -> None:
    parsed = parse_resume(text, today=TODAY)
    assert all(0 <= start < end <= len(text) for section in parsed.sections for start, end in section.spans)
    assert all(position.end is None or position.start <= position.end for position in parsed.positions)


def test_labeled_resumes_are_read() -> None:
    tally = score(LABELS)
    for name in ("title", "positions", "months", "languages", "levels", "education", "sections"):
        right, found, labeled = (tally[name][count] for count in ("right", "found", "labeled"))
        assert right / found > 0.95, name
        assert right / labeled > 0.95, name
