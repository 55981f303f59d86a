"""Length of experience: reads it from words in English, Russian and Spanish, and counts it from periods of work."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

_MAX_CHARS = 1000
_MAX_DATE_CHARS = 64
_MAX_SEARCHED_CHARS = 200_000
_MAX_YEARS = 60

_LEFT, _RIGHT = r"(?<![^\W\d_])", r"(?![^\W\d_])"

_NUMBER_WORDS: dict[str, float] = {
    word: value
    for value, words in {
        0.5: "half",
        1: "a an one один одного одну un una uno",
        1.5: "полтора полутора",
        2: "two два две двух dos",
        3: "three три трех трёх tres",
        4: "four четыре четырех четырёх cuatro",
        5: "five пять пяти cinco",
        6: "six шесть шести seis",
        7: "seven семь семи siete",
        8: "eight восемь восьми ocho",
        9: "nine девять девяти nueve",
        10: "ten десять десяти diez",
        11: "eleven одиннадцать одиннадцати once",
        12: "twelve двенадцать двенадцати doce",
        15: "fifteen пятнадцать пятнадцати quince",
        20: "twenty двадцать двадцати veinte",
    }.items()
    for word in words.split()
}
_NUMBER = rf"(?:[0-9]{{1,4}}(?:[.,][0-9])?|{_LEFT}(?:{'|'.join(_NUMBER_WORDS)}))"
_ENDING = r"\s?\+?\s?(?:-?(?:х|ти|и|го|летн\w*)\s?)?"
_YEAR = rf"(?:years?|yrs?|лет|год(?:а|ов|у)?|[лг]\.|años?){_RIGHT}"
_MONTH = rf"(?:months?|mos?|мес(?:яц(?:а|ев)?)?|м(?=\.)|mes(?:es)?){_RIGHT}\.?"

_DURATION = re.compile(
    rf"(?<![0-9.,])(?:(?P<years>{_NUMBER})(?P<half1>\s(?:and a half|с половиной))?(?:{_ENDING}\s?{_YEAR}|-?летн\w*)"
    rf"(?P<half2>\s(?:and a half|y medio))?(?:[\s,]{{1,2}}(?:and\s|и\s|y\s)?(?P<extra>{_NUMBER})\s?{_MONTH})?"
    rf"|(?P<months>{_NUMBER}){_ENDING}\s?{_MONTH}"
    rf"|{_LEFT}(?P<half_year>half a year|полгода|полугода|medio año){_RIGHT})",
    re.IGNORECASE,
)
_RANGE = re.compile(
    rf"(?<![0-9.,])(?P<low>{_NUMBER})\s?(?:[-‐‑–—−]|to|до|a|and|y|и|\.\.)\s?"
    rf"(?P<high>{_NUMBER}){_ENDING}(?:(?P<year>{_YEAR})|(?P<month>{_MONTH}))",
    re.IGNORECASE,
)
_NO_EXPERIENCE = re.compile(
    rf"{_LEFT}(?:без опыта|нет опыта|опыта нет|опыт отсутствует|no (?:\w+ )?experience|without (?:any )?experience"
    rf"|sin experiencia){_RIGHT}",
    re.IGNORECASE,
)
_NOT_REQUIRED = re.compile(
    rf"{_LEFT}(?:не требуется|не важен|не нужен|not required|not needed|no se requiere|no requerida|no necesaria"
    rf"|entry[- ]level){_RIGHT}",
    re.IGNORECASE,
)
_AT_MOST = re.compile(rf"{_LEFT}(?:up to|less than|under|до|менее|не более|hasta|menos de|máximo)\s$", re.IGNORECASE)
_NOT_LESS = re.compile(rf"{_LEFT}(?:not? less than|не менее|no menos de)\s$", re.IGNORECASE)
_TO = re.compile(r"\s?(?:[-‐‑–—−]|to|до|a|hasta|and|y|и)\s?", re.IGNORECASE)

# The codes of the dictionary "experience" of the hh.ru API.
_HH_CODES: dict[str, tuple[int | None, int | None]] = {
    "noexperience": (0, None),
    "between1and3": (12, 36),
    "between3and6": (36, 72),
    "morethan6": (72, None),
}

_EXPERIENCE_WORD = re.compile(
    rf"{_LEFT}(?:experience|experiencia|опыт(?:а|у|ом|е)?|стаж(?:а|ем|е)?){_RIGHT}", re.IGNORECASE
)
_CLAUSE_REACH = 60
_UNIT_STEM = re.compile(r"year|yr|лет|год|л\.|г\.|año|mo|mes|мес|м\.|half|medio", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[\n;!?•|]|\.(?=\s|$)")
_GAP_BEFORE = re.compile(r"['’]?(?:\s[\w#+/-]{1,20}){0,4}\s?")
_GAP_AFTER = re.compile(r"(?:\s?[:—–-]\s?|\s\(?)?(?:[\w#+/.-]{1,20}\s\(?){0,5}(?:[:—–-]\s?)?")
_NOT_OF_WORK = re.compile(
    rf"{_LEFT}(?:old|ago|назад|hace|company|firm|компани\w*|фирм\w*|empresa|age|aged|возраст\w*|мне|edad){_RIGHT}",
    re.IGNORECASE,
)

_DRIVING = re.compile(r"водительск\w*\s?$|driving\s?$", re.IGNORECASE)

_MONTH_PREFIXES = {
    prefix: number
    for number, prefixes in enumerate(
        (
            "jan янв ene",
            "feb фев",
            "mar мар",
            "apr апр abr",
            "may май мая мае",
            "jun июн",
            "jul июл",
            "aug авг ago",
            "sep сен set",
            "oct окт",
            "nov ноя",
            "dec дек dic",
        ),
        start=1,
    )
    for prefix in prefixes.split()
}
_MONTH_NAME = rf"(?P<name>{'|'.join(_MONTH_PREFIXES)})[^\W\d_]{{0,7}}\.?"
_YEAR_NUMBER = r"(?P<year>(?:19|20)[0-9]{2})"
_DATES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_YEAR_NUMBER}(?:\s?(?:г\.?|год))?",
        rf"{_YEAR_NUMBER}[-/.](?P<month>[0-9]{{1,2}})",
        rf"{_YEAR_NUMBER}[-/.](?P<month>[0-9]{{1,2}})[-/.](?P<day>[0-9]{{1,2}})"
        r"(?:[T\s][0-9:.,]{4,20}\s?(?:Z|[+-][0-9:]{2,5})?)?",
        rf"(?P<month>[0-9]{{1,2}})[-/.]{_YEAR_NUMBER}",
        rf"(?P<day>[0-9]{{1,2}})\.(?P<month>[0-9]{{1,2}})\.{_YEAR_NUMBER}(?:\s?г\.?)?",
        rf"(?:(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?\s(?:de\s)?)?{_MONTH_NAME},?\s?(?:de\s|del\s)?{_YEAR_NUMBER}"
        r"(?:\s?(?:г\.?|года?))?",
        rf"{_MONTH_NAME}\s(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,?\s{_YEAR_NUMBER}",
    )
]


@dataclass(frozen=True, slots=True)
class WorkPeriod:
    """One stretch of work; ``end`` is None while it lasts."""

    start: date
    end: date | None


def read_experience(text: str) -> int | None:
    """Months of experience in a field that states it: "5 лет 8 месяцев", "over 10 years", "полтора года", "18 months".

    The first duration is read, the lower end of a range, and 0 for "no experience" and its like. None if there is no
    duration or it is longer than 60 years. The first 1,000 characters are read.
    """
    line = _clean(text)
    span = _RANGE.search(line)
    first = _DURATION.search(line)
    if span and first and span.start() <= first.start():
        return _limit(min(_read_span(span)))
    if first:
        return _limit(_read_duration(first))
    return 0 if _NO_EXPERIENCE.search(line) else None


def read_experience_range(text: str) -> tuple[int | None, int | None] | None:
    """Months of experience a vacancy demands as (minimum, maximum); None where nothing is said.

    "from 3 years", "3+ years" and plain "3 years" are a minimum: (36, None). "Up to a year" is (None, 12).
    "Not required" and "no experience" are (0, None): nothing is demanded and nobody is too experienced.
    The codes of hh.ru (noExperience, between1And3, between3And6, moreThan6) are read too.
    """
    line = _clean(text)
    code = _HH_CODES.get(line.lower())
    if code:
        return code
    span = _RANGE.search(line)
    found = list(_DURATION.finditer(line))
    if span and (not found or span.start() <= found[0].start()):
        return _order_range(*_read_span(span))
    if len(found) > 1 and _TO.fullmatch(line[found[0].end() : found[1].start()]):
        return _order_range(_read_duration(found[0]), _read_duration(found[1]))
    if found:
        months = _limit(_read_duration(found[0]))
        lead = line[: found[0].start()]
        if months is None:
            return None
        return (None, months) if _AT_MOST.search(lead) and not _NOT_LESS.search(lead) else (months, None)
    return (0, None) if _NOT_REQUIRED.search(line) or _NO_EXPERIENCE.search(line) else None


def find_experience(text: str) -> int | None:
    """Months of total experience stated in a long text ("5 years of experience", "опыт работы 7 лет"), else None.

    A duration counts only in one clause with a word for experience, a few words apart, and not beside words of age
    or of a company. The largest one up to 60 years is taken, since statements about single skills are shorter.
    The first 200,000 characters are searched.
    """
    text = text[:_MAX_SEARCHED_CHARS]
    stated: list[int] = []
    for word in _EXPERIENCE_WORD.finditer(text):
        stated.extend(_find_beside(text, word))
    return max(stated, default=None)


def months_worked(periods: Iterable[WorkPeriod], *, today: date) -> int | None:
    """Months in which any of ``periods`` was worked, first and last month included; overlaps count once.

    A period without end lasts until ``today``, what lies after ``today`` is cut off, and a period that starts after
    its end or after ``today`` is ignored. None if no period is left: not known, which is not the same as no experience.
    """
    last = _index_month(today)
    spans = []
    for period in periods:
        start = _index_month(period.start)
        end = last if period.end is None else min(last, _index_month(period.end))
        reversed_dates = period.end is not None and period.start > period.end
        if start <= end and not reversed_dates:
            spans.append((start, end))
    if not spans:
        return None
    total, reached = 0, -1
    for start, end in sorted(spans):
        total += max(0, end - max(start, reached + 1) + 1)
        reached = max(reached, end)
    return total


def parse_partial_date(text: str) -> date | None:
    """The date of "2019", "2019-05", "03/2020", "17.05.2019", "марта 2020", "May 17, 2019" or an ISO 8601 datetime.

    A month or day not given is the first one; a datetime keeps the day of its own zone. None for anything else: words
    such as "present", days that do not exist, and "05/06/2019", whose order of day and month differs by country.
    """
    if len(text) > _MAX_DATE_CHARS:
        return None
    line = _clean(text)
    for pattern in _DATES:
        match = pattern.fullmatch(line)
        if match:
            return _build_date(match.groupdict())
    return None


def _clean(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text[:_MAX_CHARS]).split())


def _read_number(written: str) -> float:
    word = _NUMBER_WORDS.get(written.lower())
    return float(written.replace(",", ".")) if word is None else word


def _read_duration(match: re.Match[str]) -> int:
    if match.group("half_year"):
        return 6
    if match.group("months"):
        return round(_read_number(match.group("months")))
    years = _read_number(match.group("years"))
    if match.group("half1") or match.group("half2"):
        years += 0.5
    extra = match.group("extra")
    return round(years * 12 + (_read_number(extra) if extra else 0))


def _read_span(match: re.Match[str]) -> tuple[int, int]:
    unit = 12 if match.group("year") else 1
    return round(_read_number(match.group("low")) * unit), round(_read_number(match.group("high")) * unit)


def _limit(months: int) -> int | None:
    return months if months <= _MAX_YEARS * 12 else None


def _order_range(first: int, second: int) -> tuple[int, int] | None:
    low, high = sorted((first, second))
    return None if _limit(high) is None else (low, high)


def _find_beside(text: str, word: re.Match[str]) -> Iterator[int]:
    if not _UNIT_STEM.search(text, max(0, word.start() - _CLAUSE_REACH), word.end() + _CLAUSE_REACH):
        return
    lead = text[max(0, word.start() - _CLAUSE_REACH) : word.start()]
    if word.start() > _CLAUSE_REACH:
        # The first word of the window may be cut, and "15 years" would become "5 years".
        lead = re.sub(r"^\S+", "", lead)
    before = re.sub(r"\s+", " ", _CLAUSE_END.split(lead)[-1])
    if _DRIVING.search(before):
        return
    if not _NOT_OF_WORK.search(before):
        for match in _DURATION.finditer(before):
            if _GAP_BEFORE.fullmatch(before[match.end() :].replace("+", " ")):
                yield from _keep_plausible(match)
    after = _CLAUSE_END.split(text[word.end() : word.end() + _CLAUSE_REACH], maxsplit=1)[0]
    after = re.sub(r"\s+", " ", after)
    first = _DURATION.search(after)
    if first and _GAP_AFTER.fullmatch(after[: first.start()]) and not _NOT_OF_WORK.search(after[: first.end() + 8]):
        yield from _keep_plausible(first)


def _keep_plausible(match: re.Match[str]) -> Iterator[int]:
    months = _limit(_read_duration(match))
    if months:
        yield months


def _index_month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _build_date(parts: dict[str, str | None]) -> date | None:
    name, month, day = parts.get("name"), parts.get("month"), parts.get("day")
    number = _MONTH_PREFIXES[name.lower()] if name else int(month or 1)
    try:
        return date(int(parts["year"] or 0), number, int(day or 1))
    except ValueError:
        return None
