"""Parts of JSON documents, which may be of any type where another was expected. What cannot be read is None."""

from collections.abc import Iterable, Mapping
from typing import Any

from ingestion.sources.validation import clip
from ingestion.sources.values import as_text, read_amount, read_moment
from ingestion.sources.words import read_term
from milvus import EmploymentType, WorkFormat

_MAX_SHORT_TEXT = 500
MAX_SKILL_CHARACTERS = 200


def as_list(value: Any) -> list[Any]:
    """A list as it is, nothing as an empty one, anything else as its only item."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def first(value: Any) -> Any:
    """Of a list the first item that is not null, anything else as it is."""
    return next((one for one in as_list(value) if one is not None), None)


def get(part: Any, *path: str) -> Any:
    """The value at a path of properties; of a list on the way, its first item is followed."""
    for name in path:
        part = first(part)
        if not isinstance(part, Mapping):
            return None
        part = part.get(name)
    return part


def get_text(part: Any, *path: str) -> str | None:
    """The text at a path of properties: a scalar, or an object's name."""
    return as_text(first(get(part, *path)))


def get_short(part: Any, *path: str) -> str | None:
    """The text at a path of properties if a short field can hold it."""
    return shorten(get_text(part, *path))


def list_objects(part: Any, *path: str) -> list[Mapping[str, Any]]:
    """The objects at a path, which careless exports write as one object or as nothing."""
    return [one for one in as_list(get(part, *path)) if isinstance(one, Mapping)]


def list_texts(part: Any, *path: str) -> list[str]:
    """The texts at a path, of objects their names; each once, in order."""
    return list(dict.fromkeys(text for one in as_list(get(part, *path)) if (text := as_text(one))))


def shorten(text: str | None) -> str | None:
    """The text if a short field can hold it: a whole page in its place is no city and no salary."""
    return text if text and len(text) <= _MAX_SHORT_TEXT else None


def split_skills(skills: Iterable[str]) -> tuple[list[str], list[str]]:
    """Names of skills, and the texts among them that are too long to be one."""
    skills = list(skills)
    return (
        [skill for skill in skills if len(skill) <= MAX_SKILL_CHARACTERS],
        [skill for skill in skills if len(skill) > MAX_SKILL_CHARACTERS],
    )


def drop_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def read_point(latitude: Any, longitude: Any) -> dict[str, float]:
    """Coordinates as the fields of a place, none unless both are degrees."""
    north, east = _read_degrees(latitude, 90), _read_degrees(longitude, 180)
    return {} if north is None or east is None else {"latitude": north, "longitude": east}


def _read_degrees(value: Any, limit: int) -> float | None:
    try:
        degrees = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return degrees if -limit <= degrees <= limit else None


def read_time(value: Any, *, end_of_day: bool = False) -> Any:
    """A time; what is not one is kept for the schema to refuse by the field's name."""
    stated = first(value)
    moment = read_moment(stated, day_first=False, end_of_day=end_of_day)
    text = as_text(stated)
    if moment is not None or text is None:
        return moment
    # A number must not pass for seconds since 1970.
    return f"{clip(text, 40)}, not a date in ISO 8601" if read_amount(text) is not None else text


def make_salary(
    low: Any, high: Any, *, currency: Any, period: str | None, gross: Any = None, text: str | None = None
) -> dict[str, Any]:
    """The fields of a salary; none where neither amounts nor words are given."""
    minimum, maximum = read_amount(low), read_amount(high)
    if minimum is None and maximum is None and text is None:
        return {}
    salary = {
        "min": minimum,
        "max": maximum,
        "currency": shorten(as_text(currency)),
        "period": period,
        "gross": gross if isinstance(gross, bool) else None,
        "text": shorten(text),
    }
    return drop_empty(salary)


def join_ranges(salaries: list[dict[str, Any]]) -> dict[str, Any]:
    """One salary of the ranges of several pay zones: lowest to highest if all are of one currency and period.

    Otherwise the first range.
    """
    if len({(salary.get("currency"), salary.get("period")) for salary in salaries}) != 1:
        return salaries[0] if salaries else {}
    lows = [salary.get("min") for salary in salaries]
    highs = [salary.get("max") for salary in salaries]
    bounds = {
        "min": None if None in lows else min(low for low in lows if low is not None),
        "max": None if None in highs else max(high for high in highs if high is not None),
    }
    return drop_empty({**salaries[0], **bounds})


def read_terms(*values: Any) -> list[EmploymentType | WorkFormat]:
    """Employment types and work formats in words, or in objects of a dictionary by their `id`, else their `name`."""
    items = [item for value in values for item in as_list(value)]
    phrases = [(item.get("id"), item.get("name")) if isinstance(item, Mapping) else (item,) for item in items]
    terms = (next((term for word in words if (term := read_term(as_text(word) or ""))), None) for words in phrases)
    return [term for term in terms if term is not None]


def pick_types(terms: Iterable[EmploymentType | WorkFormat | None]) -> list[EmploymentType]:
    """The employment types among terms, each once."""
    return list(dict.fromkeys(term for term in terms if isinstance(term, EmploymentType)))


def pick_format(terms: Iterable[EmploymentType | WorkFormat | None]) -> WorkFormat | None:
    """The work format among terms; None where several leave it open."""
    formats = {term for term in terms if isinstance(term, WorkFormat)}
    return formats.pop() if len(formats) == 1 else None


def describe(
    part: Mapping[str, Any], *, head: tuple[str, ...], lines: tuple[str, ...] = (), dates: tuple[str, ...] = ()
) -> str:
    """Properties of an object as text: "Baker, Old Mill (2019 – 2021)", and under it `lines`, each on its own."""
    names = ", ".join(text for name in head if (text := as_text(part.get(name))))
    span = " – ".join(text for name in dates if (text := as_text(part.get(name))))
    heading = f"{names} ({span})" if names and span else names
    return "\n".join(text for text in (heading, join_lines(part, *lines)) if text)


def join_lines(part: Mapping[str, Any], *names: str) -> str | None:
    """Properties of an object as text, the items of lists on lines of their own."""
    return "\n".join(text for name in names if (text := as_text(part.get(name), joint="\n"))) or None
