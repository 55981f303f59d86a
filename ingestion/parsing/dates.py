"""Finds ranges of dates in a line: "March 2019 – Present", "03.2017 – н.в.", "desde enero de 2023"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain

from ingestion.experience import parse_partial_date

_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|янв|фев|мар|апр|мая|май|мае|июн|июл|авг|сен|окт|ноя|дек"
    r"|ene|abr|ago|set|dic)[^\W\d_]{0,7}\.?"
)
_YEAR = r"(?:19|20)\d\d(?!\d)"
_POINT = (
    rf"(?:(?:\d{{1,2}}(?:st|nd|rd|th)?[ ](?:de[ ])?)?{_MONTH},?[ ]{{0,3}}(?:de[ ]|del[ ]|of[ ])?{_YEAR}"
    rf"|\d{{1,2}}\.\d{{1,2}}\.{_YEAR}|\d{{1,2}}[ ]?[./-][ ]?{_YEAR}"
    rf"|{_YEAR}[-./](?:0?[1-9]|1[0-2])(?!\d)(?:-\d\d(?!\d))?|{_YEAR})(?:[ ]?г(?:од(?:а|у)?)?(?![^\W_])\.?)?"
)
_PRESENT = (
    r"(?:present|now|current(?:ly)?|to[ ]?day|to date|date|till now|ongoing|н\.?[ ]?в(?![^\W_])\.?"
    r"|наст(?:оящее|\.)?[ ]?(?:время|вр\.)|настоящий момент|сейчас|текущ\w{1,3} (?:время|момент)|сегодня\w{0,5}"
    r"|работа(?:ет|ю) сейчас|(?:la )?actualidad|actual(?:mente)?|presente|hoy|la fecha|ahora|-{3})(?![^\W_])"
)
_DASH = r"[-‐‑‒–—−~]{1,2}>?"
_LINK = (
    rf"(?:[ \t]{{0,9}}(?:{_DASH}|/|(?<![^\W_])(?:to|till?|until|through|по|до|al?|hasta)(?![^\W_]))"
    # Extraction loses some dashes altogether.
    r"(?:[ \t]{0,9}(?<![^\W_])(?:to|по|до|hasta|the|el)(?![^\W_]))?[ \t]{0,9}|[ \t]{2,9}|[ \t]?(?=[^\W\d_]))"
)
# A capital after a small letter: the space was lost ("CoachAug 2007 to Jun 2008").
_START = r"(?:(?<![\w/.-])|(?-i:(?<=[a-zа-я])(?=[A-ZА-Я])))"
_RANGE = re.compile(
    rf"{_START}(?:(?:from|с|со|de|desde(?: el)?)[ ])?\(?(?P<start>{_POINT}){_LINK}"
    rf"(?:(?P<end>{_POINT})|(?P<present>{_PRESENT}))",
    re.IGNORECASE,
)
_SINCE = (
    re.compile(
        rf"(?<![^\W_])(?:since|начиная с|desde(?: el)?)[ ](?P<start>{_POINT})"
        rf"(?![ \t]{{0,9}}(?:{_DASH}|hasta|to|a[ ]))",
        re.IGNORECASE,
    ),
    # "С" opens a range as well: alone it means "since" only at the end of the line.
    re.compile(rf"(?<![^\W_])со?[ ](?P<start>{_POINT})(?=[ .]{{0,3}}$)", re.IGNORECASE),
)
# What a date may hold besides what is parsed: "2019 г.", "03 / 2017", "May of 2020".
_INNER = re.compile(r"[ ]?г(?:од(?:а|у)?)?\.?$|(?<=\d)[ ](?=[./-])|(?<=[./-])[ ](?=\d)| of(?= )", re.IGNORECASE)
_FIRST_YEAR = 1940


@dataclass(frozen=True, slots=True)
class DateRange:
    """Dates found at `at` to `until` of a line; `end` is None where it lasts.

    `since`: only a beginning is named ("since 2019").
    """

    at: int
    until: int
    start: date
    end: date | None
    since: bool = False


def find_ranges(text: str, *, today: date) -> Iterator[DateRange]:
    """The ranges of a line in order. Ranges that are upside down or begin after `today` are none."""
    for match in chain(*(pattern.finditer(text) for pattern in (_RANGE, *_SINCE))):
        named = match.groupdict()
        start = _parse(named["start"])
        end = _parse(named["end"]) if named.get("end") else None
        if start is None or (named.get("end") and end is None):
            continue
        if date(_FIRST_YEAR, 1, 1) <= start <= (min(end, today) if end else today):
            yield DateRange(match.start(), match.end(), start, end, since=match.re is not _RANGE)


def _parse(written: str) -> date | None:
    return parse_partial_date(_INNER.sub("", written))
