"""Finds the positions held: dates of work, and the title and the employer that stand beside them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ingestion.parsing.dates import DateRange, find_ranges
from ingestion.parsing.education import tells_study
from ingestion.parsing.lines import Line
from ingestion.parsing.model import Position
from ingestion.parsing.place import is_place
from ingestion.parsing.titles import find_title, holds_job_word

_MAX_POSITIONS = 100
_MAX_BESIDE = 110
_MAX_COMPANY = 70
_LINES_AFTER = 4
_LINES_BEFORE = 2
_RUNNING_TEXT = 130

_SEPARATOR = re.compile(
    r"[ \t]*(?:[|·•;,\t]|[ ][-–—@][ ]|(?<=\w)[–—](?=\w)|--|[ ](?:at|en|@|в компании|в)[ ](?=[«\"“A-ZА-ЯЁ])|[()]|[ ]{2,}|:[ ]?)[ \t]*"
)
_EDGES = " \t.,;:–—-|/()[]@"
_DURATION = re.compile(r"[(·,\s]*\d{1,2}[ ]?\+?[ ](?:лет|год\w*|мес\w*|years?|yrs?|mos?|months?|años?|mes(?:es)?)\b.{0,30}", re.IGNORECASE)
_COMPANY_MARK = re.compile(
    r"(?<![^\W_])(?:ltd|llc|llp|inc|plc|gmbh|co|corp|company|group|holdings?|bank|hospital|clinic|university|college|school|studio|agency|labs?|systems|solutions"
    r"|logistics|services|hotel|institute|center|centre|medical|technologies|partners|& sons"
    r"|ооо|оао|зао|пао|ао|ип|чуп|гк|фгуп|гбуз|мбоу|мку|гк|тоо|нпо|компания|банк|завод|фабрика|больница|поликлиника|клиника|школа|лицей|гимназия|сош|студия|агентство|группа|магазин|институт|университет"
    r"|s\.?l\.?u?|s\.?a\.?u?|grupo|banco|hospital|cl[ií]nica|talleres|colegio|ies|academia|universidad|bufete|asesor[ií]a|agencia|empresa|gestor[ií]a|hostal|hotel)(?![^\W_])|[«»]",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"company\s?name|city|state|название компании", re.IGNORECASE)
_TITLE_LABEL = re.compile(r"(?:должность|role|position|job title|title|puesto|cargo)[ ]*:[ ]*(?P<said>.{2,90})", re.IGNORECASE)
_COMPANY_LABEL = re.compile(
    r"(?:место работы|организация|компания|работодатель|company|employer|organi[sz]ation|empresa)[ ]*:[ ]*(?P<said>.{2,90})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Dated:
    """A line with dates of work: its number, the dates, what else it says."""

    number: int
    dates: DateRange
    rest: str


def find_positions(lines: Sequence[Line], *, today: date, dedicated: bool) -> tuple[Position, ...]:
    """The positions that lines tell. Where they are not `dedicated` to work, lines about study are passed over."""
    dated = list(_find_dated(lines, today=today, dedicated=dedicated))[:_MAX_POSITIONS]
    beside = [bool(_read_title(entry.rest)) for entry in dated]
    before = [_look_before(lines, dated, index) for index in range(len(dated))]
    after = [_look_after(lines, dated, index) for index in range(len(dated))]
    # One resume keeps one layout: the title stands either above the dates or below them.
    above = sum(_has_title(near) and not said for near, said in zip(before, beside, strict=True))
    below = sum(_has_title(near) and not said for near, said in zip(after, beside, strict=True))
    positions = []
    for index, entry in enumerate(dated):
        near = before[index] if above > below else after[index]
        if not any(beside) or above or below:
            other = after[index] if above > below else before[index]
        else:
            other = []
        title, company = _read_position(entry.rest, near, other if not _has_title(near) else [])
        positions.append(Position(entry.dates.start, entry.dates.end, title, company))
    return tuple(positions)


def _find_dated(lines: Sequence[Line], *, today: date, dedicated: bool) -> Iterator[_Dated]:
    for number, line in enumerate(lines):
        ranges = list(find_ranges(line.text, today=today))
        if not dedicated and (tells_study(line.text) and not holds_job_word(line.text)):
            continue
        running = len(line.text) > _RUNNING_TEXT
        for index, dates in enumerate(ranges):
            around = line.text[: dates.at] + " " + line.text[dates.until :]
            at_edge = dates.at <= 3 or len(line.text) - dates.until <= 3
            if dedicated and len(ranges) == 1 and not at_edge and running:
                continue
            if line.bullet and not (at_edge and holds_job_word(around)):
                continue
            if not dedicated and tells_study(line.text[max(0, dates.at - 60) : dates.until + 60]) and not _at_start(dates):
                continue
            edge = ranges[index + 1].at if index + 1 < len(ranges) else len(line.text)
            yield _Dated(number, dates, _join_rest(line.text, dates, edge) if not (running and len(ranges) > 1) else "")


def _at_start(dates: DateRange) -> bool:
    return dates.at <= 3


def _join_rest(text: str, dates: DateRange, edge: int) -> str:
    """What the line says besides its dates."""
    lead = re.sub(r"(?:^|[ ])(?:since|from|desde|период|period|dates?)[ :]*$", "", text[: dates.at], flags=re.IGNORECASE)
    return _DURATION.sub("", f"{lead.strip(_EDGES)} | {text[dates.until : edge].strip(_EDGES)}".strip(_EDGES))


def _look_before(lines: Sequence[Line], dated: Sequence[_Dated], index: int) -> list[str]:
    """The lines above, the nearest first, down to the entry before."""
    number = dated[index].number
    floor = dated[index - 1].number if index else -1
    near = []
    for line in reversed(lines[max(floor + 1, number - _LINES_BEFORE) : number]):
        if not _is_heading_like(line):
            break
        near.append(line.text)
    return near


def _look_after(lines: Sequence[Line], dated: Sequence[_Dated], index: int) -> list[str]:
    number = dated[index].number
    ceiling = dated[index + 1].number if index + 1 < len(dated) else len(lines)
    near = []
    for line in lines[number + 1 : min(ceiling, number + 1 + _LINES_AFTER)]:
        if _DURATION.fullmatch(line.text):
            continue
        if not _is_heading_like(line):
            break
        near.append(line.text)
    return near


def _is_heading_like(line: Line) -> bool:
    return not line.bullet and len(line.text) <= _MAX_BESIDE and not line.text.endswith((".", ":"))


def _has_title(near: Sequence[str]) -> bool:
    return any(_read_title(text) for text in near)


def _read_title(text: str) -> str | None:
    label = _TITLE_LABEL.search(text)
    if label:
        return label["said"].strip(_EDGES)
    return next((title for part in _SEPARATOR.split(text[:400]) if not _is_company(part) and (title := find_title(part))), None)


def _read_position(rest: str, near: Sequence[str], other: Sequence[str]) -> tuple[str | None, str | None]:
    """Title and company from the line of the dates, then from the lines beside it."""
    lines = [rest, *near, *other]
    number = next((number for number, text in enumerate(lines) if _read_title(text)), None)
    labelled = next((match["said"].strip(_EDGES) for text in lines if (match := _COMPANY_LABEL.search(text))), None)
    if number is None:
        return None, labelled or _find_company(lines, None)
    title = _widen(lines[number], _read_title(lines[number]) or "")
    around = [lines[number], *lines[max(0, number - 1) : number], *lines[number + 1 : number + 2]]
    return title, labelled or _find_company(around, title)


def _widen(text: str, title: str) -> str:
    """With the part after a comma that belongs to the title: "Charge Nurse, ICU", "VP, Public Relations Director"."""
    return title


def _find_company(texts: Sequence[str], title: str | None) -> str | None:
    """The employer: marked as one, else what stands in one line with the title, or alone in the next line."""
    parts = [
        (number, part.strip(_EDGES))
        for number, text in enumerate(texts)
        for part in _SEPARATOR.split(text[:400])
    ]
    fitting = [(number, part) for number, part in parts if _may_be_company(part, title)]
    marked = next((part for _, part in fitting if _is_company(part)), None)
    if marked or title is None:
        return marked
    return next((part for _, part in fitting if not holds_job_word(part)), None)


def _is_company(part: str) -> bool:
    return _COMPANY_MARK.search(part[:_MAX_COMPANY]) is not None


def _may_be_company(part: str, title: str | None) -> bool:
    if not 2 <= len(part) <= _MAX_COMPANY or len(part.split()) > 8 or (title and part in title):
        return False
    if not (part[0].isupper() or part[0] in "«\"“" or _is_company(part)) or part.endswith((".", "!")) and not _is_company(part):
        return False
    return not (_PLACEHOLDER.search(part) or is_place(part) or "@" in part or re.fullmatch(r"[\d\W]+", part))
