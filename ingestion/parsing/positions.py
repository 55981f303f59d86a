"""Finds the positions held: dates of work, and the title and the employer that stand beside them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from ingestion.parsing.dates import DateRange, find_ranges
from ingestion.parsing.education import tells_study
from ingestion.parsing.lines import Line
from ingestion.parsing.model import Position
from ingestion.parsing.place import is_place
from ingestion.parsing.titles import find_title, holds_job_word, is_job_word

_MAX_POSITIONS = 100
_MAX_BESIDE = 110
_MAX_COMPANY = 70
_MIN_COMPANY = 3
_MAX_COMPANY_WORDS = 8
_MAX_READ = 400
_LINES_BELOW = 4
_LINES_ABOVE = 2
_STUDY_REACH = 60
_SMALL_WORD = 3
# Dates that stand so near to either end of a line open or close it.
_EDGE = 3
_RUNNING_TEXT = 130

_SEPARATOR = re.compile(
    r"[ \t]*(?:[|·•;,\t()]|(?<=\w{4})\.[ ](?=[^\W\d_])|[ ][-–—@][ ]|(?<=\w)[–—](?=\w)|-[-–>]|[ ]{2,}|:[ ]?"
    # "Welder at Northyard", "Fontanero en Instalaciones Sur": what follows is a name.
    r"|[ ](?:at|en|@|в компании|в)[ ](?=[«\"“A-ZА-ЯЁÁÉÍÓÚ]|\w{1,40}\.\w{2,3}\b))[ \t]*"
)
_EDGES = " \t.,;:–—-|/()[]@"
_ENDS = ".,;:)"
_SENTENCE_END = re.compile(r"(?<=\w{3})\.[ ]+")
_DURATION = re.compile(
    r"[(·,\s]*\d{1,2}[ ]?\+?[ ](?:лет|год\w*|мес\w*|years?|yrs?|mos?|months?|años?|mes(?:es)?)\b.{0,30}", re.IGNORECASE
)
_DATE_LABEL = re.compile(r"(?:^|[ ])(?:since|from|desde|период(?: работы)?|period|dates?)[ :]*$", re.IGNORECASE)
# Signs that only an employer has, and words that a title may hold as well ("School teacher").
_LEGAL_FORM = re.compile(
    r"(?<![^\W_])(?:ltd|llc|llp|inc|plc|gmbh|co|corp|ооо|оао|зао|пао|ао|ип|чуп|гк|фгуп|гбуз|мбоу|мку|тоо|нпо"
    r"|s\.?l\.?u?|s\.?a\.?u?)(?![^\W_])|[«»]",
    re.IGNORECASE,
)
_COMPANY_WORD = re.compile(
    r"(?<![^\W_])(?:company|group|holdings?|bank|hospital|clinic|university|college|school|studio|agency|labs?"
    r"|systems|solutions|logistics|services|hotel|institute|center|centre|technologies|partners|& sons"
    r"|компания|банк|завод|фабрика|больница|поликлиника|клиника|школа|лицей|гимназия|студия|агентство|магазин|институт"
    r"|университет|grupo|banco|cl[ií]nica|talleres|colegio|ies|academia|universidad|bufete|asesor[ií]a|agencia|empresa"
    r"|gestor[ií]a|hostal)(?![^\W_])",
    re.IGNORECASE,
)
_CAPITAL = re.compile(
    r"(?<=[а-яё])[ ](?=(?P<word>[А-ЯЁ][а-яё]{2,}))"
    r"|(?<=\w)[ ](?=(?P<form>ООО|OOO|ОАО|ЗАО|ПАО|АО|АКБ|ИП|ГБУЗ|МБОУ|ФГУП|НПФ)[ ])"
)
_ANY_LABEL = re.compile(r"[^\W\d_][\w &/-]{1,30}:[ ]")
_ABBREVIATION = re.compile(r"(?:co|inc|ltd|corp|bros|s\.a|s\.l|s\.l\.u)\.$", re.IGNORECASE)
# What nobody filled in or somebody blotted out.
_TEMPLATE = re.compile(r"company\s?name.*", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"company\s?name|(?:city|state)\b|education$|remote|part[- ]time|full[- ]time", re.IGNORECASE)
_TITLE_LABEL = re.compile(
    r"(?:должность|role|position|job title|title|puesto|cargo)[ ]*:[ ]*(?P<said>.{2,90})", re.IGNORECASE
)
_COMPANY_LABEL = re.compile(
    r"(?:место работы|организация|компания|работодатель|company|employer|organi[sz]ation|empresa)[ ]*:[ ]*"
    r"(?P<said>.{2,90})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Dated:
    """A line with dates of work: its number, the dates, what else it says."""

    number: int
    dates: DateRange
    rest: str


@dataclass(frozen=True, slots=True)
class _Near:
    """What stands above the dates, the nearest line first, and below them, to the next dates."""

    above: list[str]
    below: list[str]


def find_positions(lines: Sequence[Line], *, today: date, dedicated: bool) -> tuple[Position, ...]:
    """The positions that lines tell. Where they are not `dedicated` to work, lines about study are passed over.

    The title stands in the line of the dates, or above, or below it, and one resume keeps to one of these; what
    most of its positions do decides. A company is named only where it is told apart from the title.
    """
    dated = list(islice(_find_dated(lines, today=today, dedicated=dedicated), _MAX_POSITIONS))
    beside = [_Near(_look_above(lines, dated, index), _look_below(lines, dated, index)) for index in range(len(dated))]
    bare = [near for entry, near in zip(dated, beside, strict=True) if not _read_title(entry.rest)]
    titles_above = sum(_has_title(near.above) for near in bare) > sum(_has_title(near.below) for near in bare)
    labels_above = bool(beside) and any(_COMPANY_LABEL.match(text) for text in beside[0].above)
    positions = []
    for entry, near in zip(dated, beside, strict=True):
        lines_beside = near.above if titles_above else near.below
        title_lines = lines_beside if _has_title(lines_beside) else [*near.below, *near.above] if bare else []
        title, at = _find_title([entry.rest, *title_lines])
        labelled = _read_company_label(near.above if labels_above else near.below)
        company = labelled or _find_company([entry.rest, *title_lines], near, title=title, at=at)
        positions.append(Position(entry.dates.start, entry.dates.end, title, company))
    return tuple(positions)


def _find_dated(lines: Sequence[Line], *, today: date, dedicated: bool) -> Iterator[_Dated]:
    for number, line in enumerate(lines):
        ranges = list(find_ranges(line.text, today=today))
        for index, dates in enumerate(ranges):
            if not _is_of_work(line, dates, dedicated=dedicated, alone=len(ranges) == 1):
                continue
            edge = ranges[index + 1].at if index + 1 < len(ranges) else len(line.text)
            rest = _join_rest(line.text, dates, edge)
            if len(line.text) > _RUNNING_TEXT:
                # The description follows in the same line: what comes first is the title, if anything.
                rest = next(filter(None, _SEPARATOR.split(rest.strip(_EDGES))), "") if len(ranges) == 1 else ""
            yield _Dated(number, dates, rest)


def _is_of_work(line: Line, dates: DateRange, *, dedicated: bool, alone: bool) -> bool:
    """Whether dates are those of a position, not of a project or a market told of in running text, nor of study."""
    text = line.text
    at_edge = dates.at <= _EDGE or len(text) - dates.until <= _EDGE
    if dates.since and alone and not at_edge and not _opens_paragraph(text, dates):
        return False
    running = len(text) > _RUNNING_TEXT
    if dedicated and alone and not at_edge and running and not _opens_paragraph(text, dates):
        return False
    if line.bullet and not (at_edge and holds_job_word(text[: dates.at] + " " + text[dates.until :])):
        return False
    if dedicated:
        return True
    around = text[max(0, dates.at - _STUDY_REACH) : dates.until + _STUDY_REACH]
    return not tells_study(around) or (alone and holds_job_word(text))


def _opens_paragraph(text: str, dates: DateRange) -> bool:
    """Whether dates close the heading of a paragraph: "Riverlin College. Technician, May 2024 to now. First line"."""
    return (
        dates.until <= _MAX_BESIDE and text[dates.until : dates.until + 1] in _ENDS and holds_job_word(text[: dates.at])
    )


def _join_rest(text: str, dates: DateRange, edge: int) -> str:
    """What the line says besides its dates."""
    lead = _DATE_LABEL.sub("", text[: dates.at]).strip(_EDGES)
    if len(lead) > _RUNNING_TEXT:
        # The end of a description and the heading of the next position have come into one line.
        lead = _SENTENCE_END.split(lead)[-1]
        lead = lead if len(lead) <= _MAX_BESIDE else ""
    rest = f"{lead} | {text[dates.until : edge].strip(_EDGES)}"
    return _TEMPLATE.sub(" | ", _DURATION.sub("", rest)).strip(_EDGES)


def _look_above(lines: Sequence[Line], dated: Sequence[_Dated], index: int) -> list[str]:
    number = dated[index].number
    floor = dated[index - 1].number if index else -1
    return _take_short(reversed(lines[max(floor + 1, number - _LINES_ABOVE) : number]))


def _look_below(lines: Sequence[Line], dated: Sequence[_Dated], index: int) -> list[str]:
    number = dated[index].number
    ceiling = dated[index + 1].number if index + 1 < len(dated) else len(lines)
    return _take_short(lines[number + 1 : min(ceiling, number + 1 + _LINES_BELOW)])


def _take_short(lines: Iterable[Line]) -> list[str]:
    """The lines up to the first that belongs to a description."""
    taken = []
    for line in lines:
        labelled = _TITLE_LABEL.match(line.text) or _COMPANY_LABEL.match(line.text)
        if not labelled and (line.bullet or _describes(line.text)):
            break
        if not _DURATION.fullmatch(line.text):
            taken.append(_TEMPLATE.sub("", line.text))
    return taken


def _describes(text: str) -> bool:
    """Whether a line is of a description: long, a sentence, or labelled ("Technologies: ...")."""
    if len(text) > _MAX_BESIDE or _ANY_LABEL.match(text):
        return True
    return text.endswith((".", ":", ";")) and _ABBREVIATION.search(text) is None


def _has_title(texts: Sequence[str]) -> bool:
    return any(_read_title(text) for text in texts)


def _find_title(texts: Sequence[str]) -> tuple[str | None, int]:
    """The first title and the number of its line."""
    return next(((title, number) for number, text in enumerate(texts) if (title := _read_title(text))), (None, 0))


def _read_title(text: str) -> str | None:
    label = _TITLE_LABEL.match(text)
    if label:
        return label["said"].strip(_EDGES)
    if _COMPANY_LABEL.match(text):
        return None
    parts = _split(text)
    titled = [number for number, part in enumerate(parts) if find_title(part) and not _LEGAL_FORM.search(part)]
    if not titled:
        return None
    number = titled[0]
    title = find_title(parts[number])
    following = f"{title}, {parts[number + 1]}" if number + 1 in titled else ""
    return following if following and following in text else title


def _read_company_label(texts: Sequence[str]) -> str | None:
    return next((match["said"].strip(_EDGES) for text in texts if (match := _COMPANY_LABEL.match(text))), None)


def _find_company(texts: Sequence[str], near: _Near, *, title: str | None, at: int) -> str | None:
    """The employer: what is marked as one, else what stands in one line with the title, or in the line next to it."""
    for signs in (_LEGAL_FORM, _COMPANY_WORD):
        for part in _iterate_parts([*texts, *near.below[:1], *near.above[:1]], title):
            if signs.search(part):
                return part
    if title is None:
        return None
    next_to = [texts[at], *filter(_is_name, [*texts[max(0, at - 1) : at], *texts[at + 1 : at + 2]])]
    found = next((part for part in _iterate_parts(next_to, title) if not holds_job_word(part)), None)
    return found or next(
        (part for text in near.below[:1] if _is_name(text) for part in _iterate_parts([text], title)), None
    )


def _iterate_parts(texts: Sequence[str], title: str | None) -> Iterator[str]:
    for text in texts:
        if not _TITLE_LABEL.match(text):
            yield from (part for part in _split(text) if _may_be_company(part, title))


def _is_name(text: str) -> bool:
    """Whether a line below a title is an employer's name and perhaps its town, and no description yet."""
    words = [word for word in text.split() if word[0].isalpha() and len(word) > _SMALL_WORD]
    return 0 < len(words) <= _MAX_COMPANY_WORDS and all(word[0].isupper() for word in words)


def _split(text: str) -> list[str]:
    parts = (part.strip(_EDGES) for part in _SEPARATOR.split(text[:_MAX_READ]))
    return [piece for part in parts if part for piece in _split_capital(part)]


def _split_capital(part: str) -> list[str]:
    """ "Инженер продаж Почта России": a Russian title goes on in small letters, so a capital opens the employer."""
    for capital in _CAPITAL.finditer(part):
        title = part[: capital.start()]
        if capital["form"] or (holds_job_word(title) and not is_job_word(capital["word"])):
            return [title, part[capital.start() + 1 :]]
    return [part]


def _may_be_company(part: str, title: str | None) -> bool:
    if (
        not _MIN_COMPANY <= len(part) <= _MAX_COMPANY
        or len(part.split()) > _MAX_COMPANY_WORDS
        or (title and part in title)
    ):
        return False
    if _LEGAL_FORM.fullmatch(part) or _PLACEHOLDER.match(part) or "@" in part or not any(map(str.isalpha, part)):
        return False
    return _LEGAL_FORM.search(part) is not None or ((part[0].isupper() or part[0] in '"“') and not is_place(part))
