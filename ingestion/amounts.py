"""Finds amounts of money in one line of text: numbers with their scale and currency, joined into ranges."""

import re
from dataclasses import dataclass
from itertools import pairwise

from ingestion.currency import MARKS, read_mark
from ingestion.periods import GROSS_OR_NET, PERIOD

_LEFT, _RIGHT = r"(?<![^\W\d_])", r"(?![^\W\d_])"

_RUN = re.compile(r"(?<![0-9])[0-9]+(?:[.,'’][0-9]+|[ ][0-9]{3}(?![0-9]))*")
_GROUPED = re.compile(
    r"(?P<whole>[1-9][0-9]{0,2}(?:(?P<sep>[ .,'’])[0-9]{3})(?:(?P=sep)[0-9]{3})*)(?P<cents>[.,][0-9]{1,2})?"
)
_LAKHS = re.compile(r"(?P<whole>[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3})(?P<cents>\.[0-9]{1,2})?")
_PLAIN = re.compile(r"(?P<whole>[0-9]{1,12})(?P<cents>[.,][0-9]{1,2})?")

_SCALE = re.compile(
    rf"\s?(?P<thousand>k{_RIGHT}|тыс(?:яч\w*)?{_RIGHT}\.?|т\.?\s?(?=р)|т\.{_RIGHT}|mil{_RIGHT}|thousand{_RIGHT}|(?<=[0-9])к{_RIGHT})"
    rf"|\s?(?P<million>млн{_RIGHT}\.?|миллион\w*|mill[oó]n(?:es)?{_RIGHT}|millions?{_RIGHT}|(?<=[0-9])mm?{_RIGHT})",
    re.IGNORECASE,
)
_CURRENCY_AFTER = re.compile(rf"\s?\(?(?:in\s|в\s|en\s|de\s)?(?:{MARKS})", re.IGNORECASE)
_CURRENCY_BEFORE = re.compile(rf"(?:{MARKS})\s?$", re.IGNORECASE)
_BEFORE_REACH = 28

# What is counted is not money: hours, years, people, percents, times of day, parts of fractions.
_COUNTED = re.compile(
    r"\s?(?:%|[:/]\s?[0-9]|-?\s?(?:час|лет|год|дн[яе]|день|месяц|раза?(?![а-я])|мин(?![а-я])|человек|сотрудник"
    r"|(?:hours?|hrs?|years?|yrs?|años?|meses|months?|days?|días?|weeks?|minutes?|people|employees|staff|personas|points?"
    r"|pts)(?![a-z])))",
    re.IGNORECASE,
)
_LABELED = re.compile(
    r"(?:[0-9]:|(?:[0-9]\s?/|#|№"
    r"|(?:band|grade|annex|level|step|spine|scale|point|tier|class|разряд|категори\w|nivel)s?[ :.]?)\s?)$",
    re.IGNORECASE,
)

_MINIMUM = re.compile(
    rf"{_LEFT}(?:from|от|desde|a partir de|starting (?:at|from)|min(?:imum)?\.?|m[ií]nimo|минимум|не менее|не ниже"
    r"|no less than|no menos de|over|more than|свыше|более|más de|at least|al menos)[ :]*$",
    re.IGNORECASE,
)
_MAXIMUM = re.compile(
    rf"{_LEFT}(?:up ?to|до|hasta|max(?:imum)?\.?|m[aá]ximo|максимум|не более|не выше|no more than|not more than"
    r"|no más de|under|less than|menos de|to)[ :]*$",
    re.IGNORECASE,
)
_OPEN_END = re.compile(
    r"\s?(?:\+(?=\s?(?:$|[,;.)/€$£₽]|EUR|USD|GBP|PLN|руб|per |a |gross|net))"
    r"|(?:and|or) (?:above|more|over)|и (?:выше|более)|[oy] más)",
    re.IGNORECASE,
)
_CONNECTOR = re.compile(
    r"(?:[-‐‑–—−~]+|\.{2,3}|to|и?\s?до|(?:and )?up to|rising to|increasing to|hasta|a|по)", re.IGNORECASE
)
_PAIRING = re.compile(r"and|и|y|e", re.IGNORECASE)
_LISTING = re.compile(r"\s?/\s?")
_EXTRA = re.compile(r"(?:\+|plus|with|плюс|más)\s?(?:an? |additional )?$", re.IGNORECASE)
_BETWEEN = re.compile(rf"{_LEFT}(?:between|между|entre)[ :]*$", re.IGNORECASE)

# A thousand written twice ("95.000 т.р.", "50 000 тыс. руб.") counts once, except where money is counted in millions.
_TWICE_SCALED_FROM = 10_000
_SMALL_UNITS = frozenset({"UZS", "KRW", "COP", "CLP", "JPY", "VND", "IDR"})


# Ends further apart than this are a slip of the pen ("24,907 - 30'615" cut in two), not a range of pay.
_WIDEST_RANGE = 30


@dataclass(frozen=True, slots=True)
class Amount:
    """A number at ``start:end`` of a text; its ``value`` is without the ``scale`` and None if it cannot be read."""

    start: int
    end: int
    value: float | None
    scale: int
    currency: str | None
    marked: bool
    relation: str
    exact: bool


@dataclass(frozen=True, slots=True)
class Money:
    """One amount or a range at ``start:end`` of a text.

    ``marked``: a currency stands beside it; ``scaled``: a thousand or million does; ``extra``: it is added to
    another amount ("+ 5,000 bonus"); ``exact``: written with two decimals.
    """

    start: int
    end: int
    minimum: float | None
    maximum: float | None
    currency: str | None
    marked: bool
    scaled: bool
    extra: bool
    exact: bool


def find_money(text: str, hint: str | None = None) -> list[Money]:
    """All amounts and ranges of ``text`` (one line, single spaces) in order; ``hint`` as in `parse_currency`.

    Numbers that are readably something else (a percent, a duration, a pay band, part of a word) are left out,
    and so is a range of which one end cannot be read.
    """
    amounts: list[Amount] = []
    for match in _RUN.finditer(text):
        amount = _read_amount(text, match, amounts[-1].end if amounts else 0, hint)
        if amount:
            amounts.append(amount)
    groups: list[list[Amount]] = []
    for position, amount in enumerate(amounts):
        previous = amounts[position - 1]
        is_range = bool(groups) and len(groups[-1]) == 1 and _is_range(text, previous, amount)
        if is_range or (groups and _is_listing(text, previous, amount)):
            groups[-1].append(amount)
        else:
            groups.append([amount])
    found = (_join_amounts(group) for group in groups)
    return [money for money in found if money]


def _read_amount(text: str, match: re.Match[str], previous_end: int, hint: str | None) -> Amount | None:
    start, end = match.span()
    before = _CURRENCY_BEFORE.search(text[max(previous_end, start - _BEFORE_REACH) : start])
    scale_match = _SCALE.match(text, end)
    scale = 1
    if scale_match:
        scale = 1_000 if scale_match.group("thousand") is not None else 1_000_000
        end = scale_match.end()
    # A mark that a digit follows belongs to the next number: "Band 7 £38,890".
    after = None if before else _CURRENCY_AFTER.match(text, end)
    if after and text[after.end() : after.end() + 1].isdigit():
        after = None
    mark = before or after
    if after:
        end = after.end()
    if not mark and not scale_match and _is_other_number(text, match):
        return None
    start -= len(before.group()) if before else 0
    lead = text[max(previous_end, start - _BEFORE_REACH) : start]
    return Amount(
        start=start,
        end=end,
        value=_read_number(match.group()),
        scale=scale,
        currency=read_mark(mark, hint) if mark else None,
        marked=mark is not None,
        relation=_read_relation(lead, text, end),
        exact=bool(re.search(r"[.,][0-9]{2}$", match.group())),
    )


def _is_other_number(text: str, match: re.Match[str]) -> bool:
    """Whether the bare number is part of a word, counted, labeled, or as long as a phone number."""
    start, end = match.span()
    glued_before = start > 0 and (text[start - 1].isalpha() or text[start - 1] == "_")
    glued_after = end < len(text) and text[end].isalpha() and not PERIOD.match(text, end)
    if glued_before and re.search(rf"{_LEFT}(?:от|до|from|to|по)$", text[max(0, start - 5) : start], re.IGNORECASE):
        glued_before = False
    return bool(
        glued_before
        or glued_after
        or re.fullmatch(r"[0-9]{9,}", match.group())
        or _COUNTED.match(text, end)
        or _LABELED.search(text[max(0, start - 12) : start])
    )


def _read_number(written: str) -> float | None:
    match = _GROUPED.fullmatch(written) or _LAKHS.fullmatch(written) or _PLAIN.fullmatch(written)
    if not match:
        return None
    separator, cents = match.groupdict().get("sep"), match.group("cents") or ""
    if cents and cents[0] == separator:
        return None
    return float(re.sub(r"[^0-9]", "", match.group("whole")) + cents.replace(",", "."))


def _read_relation(lead: str, text: str, end: int) -> str:
    if _BETWEEN.search(lead):
        return "between"
    if _EXTRA.search(lead):
        return "extra"
    open_end = bool(_OPEN_END.match(text, end))
    if _MAXIMUM.search(lead):
        # "Up to 40,000 and more" bounds nothing.
        return "" if open_end else "maximum"
    return "minimum" if open_end or _MINIMUM.search(lead) else ""


def _is_range(text: str, first: Amount, second: Amount) -> bool:
    gap = GROSS_OR_NET.sub(" ", PERIOD.sub(" ", text[first.end : second.start])).strip(" ,()")
    return bool(_CONNECTOR.fullmatch(gap) or (first.relation == "between" and _PAIRING.fullmatch(gap)))


def _is_listing(text: str, first: Amount, second: Amount) -> bool:
    """Whether the two are points of one pay scale: "£24,907/£26,970/£30,615"."""
    if not (first.marked and second.marked and first.value and second.value):
        return False
    return bool(_LISTING.fullmatch(text[first.end : second.start])) and 0.5 < second.value / first.value < 2


def _join_amounts(group: list[Amount]) -> Money | None:
    values = [amount.value for amount in group]
    currency = next((amount.currency for amount in group if amount.currency), None)
    scales = _share_scale(group)
    read = [_scale_value(value, scale, currency) for value, scale in zip(values, scales, strict=True)]
    known = [value for value in read if value is not None]
    if len(known) < len(read) or not any(known):
        return None
    relation = group[0].relation if len(group) == 1 else ""
    low, high = min(known), max(known)
    if low * _WIDEST_RANGE < high and low > 0:
        return None
    return Money(
        start=group[0].start,
        end=group[-1].end,
        minimum=None if relation == "maximum" or low == 0 else low,
        maximum=None if relation == "minimum" else high,
        currency=currency,
        marked=any(amount.marked for amount in group),
        scaled=any(scale > 1 for scale in scales),
        extra=group[0].relation == "extra",
        exact=all(amount.exact for amount in group),
    )


def _share_scale(group: list[Amount]) -> list[int]:
    """Scales of the amounts, where "150-200k" and "25k-30" mean thousands at both ends but "500-1k" does not."""
    scales = [amount.scale for amount in group]
    for first, second in pairwise(group):
        below_thousand = (first.value or 0) < 1_000 and (second.value or 0) < 1_000
        if 1 in scales and below_thousand and (first.value or 0) <= (second.value or 0):
            return [max(scales)] * len(group)
        if scales == [1, 1] and _omits_thousand(first.value or 0, second.value or 0):
            return [1_000, 1]
    return scales


def _omits_thousand(low: float, high: float) -> bool:
    """Whether "60-90 000" means "60 000-90 000": a thousand times the low end makes a sensible range."""
    return low < 1_000 and high >= _TWICE_SCALED_FROM and high / 10 <= low * 1_000 <= high


def _scale_value(value: float | None, scale: int, currency: str | None) -> float | None:
    if value is None:
        return None
    if scale == 1_000 and value >= _TWICE_SCALED_FROM and currency not in _SMALL_UNITS:
        return value
    return value * scale
