"""Words of pay in English, Russian and Spanish: the period an amount is paid for, and gross or net."""

import re
from typing import Literal

Period = Literal["hour", "day", "week", "month", "year"]

_MAX_CHARS = 1000
_LEFT, _RIGHT = r"(?<![^\W\d_])", r"(?![^\W\d_])"

_HOUR = (
    r"(?:per|an|p\.?|/)\s?/?\s?(?:hours?|hr)|/\s?h|p\s?[./]?\s?h\.?|hourly|(?:в|за|/)\s?час(?:ов)?|/\s?ч"
    r"|(?:a la|la|por|/)\s?hora|/\s?hora"
)
_DAY = (
    r"(?:per|a|/)\s?(?:day|shift)|p/d|daily|day rate|(?:в|за|/)\s?(?:день|смену|сутки|смена)|ежедневно"
    r"|(?:al|por|/)\s?d[ií]a|diari[oa]s?"
)
_WEEK = (
    r"(?:per|a|/)\s?(?:week|wk)|p\s?/?\s?w|weekly|(?:в|за|/)\s?нед(?:елю)?|еженедельн\w*"
    r"|(?:a la|por|/)\s?semana|semanal(?:es)?"
)
_MONTH = (
    r"(?:per|a|/)\s?(?:calendar\s)?(?:month|mth|mo)|p/m|pcm|monthly|(?:в|за|/)\s?мес(?:яц)?|ежемесячн\w*|среднемесячн\w*"
    r"|(?:al|por|/)\s?mes|mensual(?:es|mente)?"
)
_YEAR = (
    r"(?:per|a|/)\s?(?:annum|year|yr)|p\s?[./]?\s?a|annual(?:ly)?(?!\s(?:leave|bonus|increment|review|holiday))|yearly"
    r"|(?:в|за|/)\s?год|(?:al|por|/)\s?año|anual(?:es|mente)?"
)

PERIOD = re.compile(
    rf"(?:{_LEFT}|(?=/))(?:(?P<hour>{_HOUR})|(?P<day>{_DAY})|(?P<week>{_WEEK})|(?P<month>{_MONTH})|(?P<year>{_YEAR})){_RIGHT}\.?",
    re.IGNORECASE,
)
_UNIT_WORDS: dict[Period, str] = {
    "hour": "hour hourly час hora hr h",
    "day": "day daily день смена día dia shift",
    "week": "week weekly неделя semana wk",
    "month": "month monthly месяц mes mo",
    "year": "year yearly annual annually annum год año ano yr",
}
_UNITS = {word: period for period, words in _UNIT_WORDS.items() for word in words.split()}

_GROSS = r"gross|brut+os?|до вычета(?: налогов| ндфл)?|до налог\w+|гросс|брутто|грязными|before tax(?:es)?|pre-tax"
_NET = r"net|net+os?|нетто|на руки|после вычета(?: налогов| ндфл)?|чистыми|after tax(?:es)?|take[- ]home|l[ií]quidos?"
# ".NET" is a platform, not pay.
GROSS_OR_NET = re.compile(rf"(?<![\w.])(?:(?P<gross>{_GROSS})|(?P<net>{_NET})){_RIGHT}", re.IGNORECASE)


def parse_period(text: str) -> Period | None:
    """The period named in ``text`` ("per annum", "в месяц", "al mes", or schema.org's unitText "HOUR"), else None.

    A shift counts as a day. The first period wins where several are named.
    """
    text = text[:_MAX_CHARS].strip()
    unit = _UNITS.get(text.lower().strip("./ "))
    if unit:
        return unit
    match = PERIOD.search(text)
    return read_period(match) if match else None


def read_period(match: re.Match[str]) -> Period:
    """The period of a match of `PERIOD`."""
    return next(period for period in _UNIT_WORDS if match.group(period) is not None)
