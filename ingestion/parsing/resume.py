"""From the text of a resume to what it says: rules only, so nothing is guessed and nothing is made up."""

import re
from collections.abc import Sequence
from datetime import date

from ingestion.experience import WorkPeriod, find_experience, months_worked
from ingestion.parsing.education import read_education
from ingestion.parsing.headings import Block, split_sections
from ingestion.parsing.languages import collect_languages
from ingestion.parsing.lines import Line, split_lines
from ingestion.parsing.model import ParsedResume, Position, SectionKind
from ingestion.parsing.place import find_lone_place, find_place_text
from ingestion.parsing.positions import find_positions
from ingestion.parsing.skills import collect_skills
from ingestion.parsing.titles import read_header_title
from milvus import EducationLevel

_LAST_LINES = 6
_ROUNDING = 12
_CONTACTS = re.compile(r"conta[ck]t|personal|контакт|личн|datos", re.IGNORECASE)


def parse_resume(text: str, *, today: date) -> ParsedResume:
    """What a resume in English, Russian or Spanish says, in any layout. What is not found is None or empty.

    `text` is plain text; offsets of sections are into it. `today` ends the positions that go on. Time is linear in
    the length of the text.
    """
    blocks = split_sections(split_lines(text))
    header = _lines_of(blocks, SectionKind.HEADER)
    positions = _find_positions(blocks, today=today)
    education, unfinished = _read_education(blocks)
    return ParsedResume(
        sections=tuple(block.section for block in blocks),
        title=_find_title(blocks, positions),
        positions=positions,
        experience_months=_count_months(positions, text, today=today),
        skills=collect_skills(_lines_of(blocks, SectionKind.SKILLS)),
        languages=collect_languages([(block.kind, block.lines) for block in blocks]),
        education=education,
        unfinished=unfinished,
        place=_find_place(header, blocks),
    )


def _lines_of(blocks: Sequence[Block], *kinds: SectionKind) -> list[Line]:
    return [line for block in blocks if block.kind in kinds for line in block.lines]


def _find_positions(blocks: Sequence[Block], *, today: date) -> tuple[Position, ...]:
    lines = _lines_of(blocks, SectionKind.EXPERIENCE)
    if lines:
        return find_positions(lines, today=today, dedicated=True)
    lines = _lines_of(blocks, SectionKind.HEADER, SectionKind.SUMMARY)
    return find_positions(lines, today=today, dedicated=False)


def _count_months(positions: Sequence[Position], text: str, *, today: date) -> int | None:
    """The months of the union of the positions, or what the text says of the whole where that is far more.

    Positions may be told without dates, so their union is the least that was worked; what people say is rounded.
    """
    worked = months_worked((WorkPeriod(position.start, position.end) for position in positions), today=today)
    stated = find_experience(text)
    if worked is None or (stated is not None and stated > worked + _ROUNDING):
        return stated
    return worked


def _read_education(blocks: Sequence[Block]) -> tuple[EducationLevel | None, EducationLevel | None]:
    lines = _lines_of(blocks, SectionKind.EDUCATION)
    if lines:
        return read_education(lines, dedicated=True)
    lines = _lines_of(blocks, SectionKind.HEADER, SectionKind.SUMMARY, SectionKind.OTHER, SectionKind.SKILLS)
    return read_education(lines, dedicated=False)


def _find_title(blocks: Sequence[Block], positions: Sequence[Position]) -> str | None:
    wanted = read_header_title(_lines_of(blocks, SectionKind.HEADER))
    if wanted or not positions:
        return wanted
    last = max(positions, key=lambda position: (position.end or date.max, position.start))
    # Of running text the parser may have missed the latest position; one that goes on is the latest.
    told = last.end is None or any(block.kind is SectionKind.EXPERIENCE for block in blocks)
    return last.title if told else None


def _find_place(header: Sequence[Line], blocks: Sequence[Block]) -> str | None:
    other = [line for block in blocks if _CONTACTS.search(block.heading) for line in block.lines]
    every = [line for block in blocks for line in block.lines]
    return (
        find_place_text(header, anywhere=other)
        or find_lone_place(other)
        or find_lone_place(every[-_LAST_LINES:], with_country=True)
    )
