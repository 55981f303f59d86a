"""Reads the values of foreign columns: amounts, dates, lists of skills, texts. What cannot be read is None."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

_GROUPED = re.compile(r"(?P<whole>[0-9]{1,3}(?:[., '’]?[0-9]{3})*)(?:[.,](?P<part>[0-9]{1,2}))?")
_MONEY_SIGNS = re.compile(r"^[£$€₽\s]+|[£$€₽\s]+$")
_SPACES = re.compile(r"\s+")
_NUMERIC_DATE = re.compile(
    r"(?P<first>[0-9]{1,2})(?P<mark>[./-])(?P<second>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4})"
    r"(?:[ T,]{1,2}(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<seconds>[0-9]{2}))?)?"
)
# An item ends at a comma, semicolon, bar, bullet or line end, but not within parentheses: "Excel (VBA, Power Query)".
_ITEM = re.compile(r"(?:[^,;|•\n\r(]|\([^()\n\r]*\)|\()+")
_DAY_FIRST = re.compile(r"[а-яёñ¿¡áíóú]", re.IGNORECASE)
_LONGEST_ITEM = 200
_NAMES = ("name", "text", "value", "@value", "title", "label", "description", "credentialCategory")


def as_text(value: Any, *, joint: str = ", ") -> str | None:
    """A scalar as a string, a list joined, an object by its name or text; None for nothing and for anything deeper."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, bytes):
        return as_text(value.decode("utf-8", "replace"))
    if isinstance(value, Mapping):
        return next((text for name in _NAMES if isinstance(text := value.get(name), str) and text.strip()), None)
    if isinstance(value, (list, tuple)):
        parts = [as_text(part) for part in value if not isinstance(part, (list, tuple))]
        return joint.join(part for part in parts if part) or None
    if isinstance(value, float):
        # Tables keep ids as floats as soon as one is missing: 42.0 is "42".
        return (str(int(value)) if value.is_integer() else str(value)) if math.isfinite(value) else None
    return str(value)


def read_amount(value: Any) -> float | None:
    """A number, or one written "80 000", "42,000.50", "80.000", "£42,000"; None for other words. NaN stays NaN."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return float(value) if hasattr(value, "as_tuple") else None
    if not isinstance(value, str):
        return _to_float(value)
    text = _SPACES.sub(" ", _MONEY_SIGNS.sub("", value))[:60]
    match = _GROUPED.fullmatch(text)
    if match:
        whole = re.sub(r"[^0-9]", "", match["whole"])
        return float(f"{whole}.{match['part'] or 0}")
    return None if "_" in text else _to_float(text)


def _to_float(value: str | int | float) -> float | None:
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def read_moment(value: Any, *, day_first: bool, end_of_day: bool = False) -> datetime | None:
    """A time from ISO 8601, "12.05.2024", "12/05/2024 10:30" or a date of a typed column.

    "12/05/2024" is read only where `day_first` or one of the numbers is beyond 12; numbers (seconds since 1970?) never
    are. A bare date is its first moment, or its last with `end_of_day`; a time without a zone is UTC.
    """
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return _at(value, end_of_day)
    if not isinstance(value, str) or len(value) > 64:
        return None
    text = value.strip()
    numeric = _NUMERIC_DATE.fullmatch(text)
    if numeric:
        return _read_numeric(numeric, day_first=day_first, end_of_day=end_of_day)
    if not text or text.isdigit():
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _at(moment.date(), end_of_day) if len(text) <= len("2024-05-12") else moment


def _read_numeric(match: re.Match[str], *, day_first: bool, end_of_day: bool) -> datetime | None:
    first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
    if match["mark"] == "." or day_first or first > 12:
        day, month = first, second
    elif second > 12 or first == second:
        day, month = second, first
    else:
        return None
    try:
        on = date(year, month, day)
        if match["hour"] is None:
            return _at(on, end_of_day)
        return datetime.combine(
            on, time(int(match["hour"]), int(match["minute"]), int(match["seconds"] or 0), tzinfo=UTC)
        )
    except ValueError:
        return None


def _at(day: date, end_of_day: bool) -> datetime:
    return datetime.combine(day, time(23, 59, 59) if end_of_day else time(), tzinfo=UTC)


def is_day_first(texts: Iterable[Any]) -> bool:
    """Whether the words around a date are of Russian or Spanish, which both write the day first."""
    return any(isinstance(text, str) and _DAY_FIRST.search(text[:2000]) for text in texts)


def split_items(value: Any) -> list[str]:
    """The items of a list, or of a string split at `,;|`, bullets and line ends; each once, in order.

    "['SQL', 'Go']", as tables exported by pandas write a list, is read as a list.
    """
    if isinstance(value, str):
        parts: Iterable[Any] = _split_string(value)
    elif isinstance(value, (list, tuple)):
        parts = value
    else:
        parts = (value,)
    items = (as_text(part) for part in parts)
    return list(dict.fromkeys(item for item in items if item))


def _split_string(text: str) -> list[str]:
    inner = text.strip()
    if inner.startswith("[") and inner.endswith("]"):
        try:
            items = json.loads(inner)
        except (ValueError, RecursionError):
            return [item.strip(" '\"") for item in _ITEM.findall(inner[1:-1])]
        return [item for item in items if isinstance(item, str)]
    return [item.strip() for item in _ITEM.findall(inner)]


def is_item(text: str) -> bool:
    """Whether a text is short enough to be the name of a skill."""
    return len(text) <= _LONGEST_ITEM


def join_texts(parts: Iterable[str]) -> str | None:
    """The texts one after another, but those that an earlier one holds already."""
    kept: list[str] = []
    for part in parts:
        if part and not any(part in earlier for earlier in kept):
            kept.append(part)
    return "\n\n".join(kept) or None
