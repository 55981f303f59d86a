"""The columns of each collection, and entities to rows and back; knows no client library."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from milvus.entities import ENTITY_TYPES, EducationLevel, EmploymentType, Entity, Kind, Vacancy, WorkFormat
from milvus.errors import InvalidEntity
from milvus.filters import epoch_seconds
from milvus.keys import company_key, languages_key, terms_key

SCHEMA_VERSION = 3
"""Raised with every column that is added. A collection of an older version is used with the columns that it has."""

MAX_ID_BYTES = 512
MAX_TEXT_BYTES = 60_000
MAX_SHORT_BYTES = 6000
"""Room for 500 characters of any script: up to 4 bytes each in UTF-8, and up to 3 times that once in NFC (UAX #15)."""

_MAX_INT64 = 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ColumnType(StrEnum):
    """The types of a scalar column."""

    VARCHAR = "VARCHAR"
    DOUBLE = "DOUBLE"
    INT64 = "INT64"
    TIME = "TIME"
    """Whole seconds since 1970 in UTC, in an INT64."""
    BOOL = "BOOL"
    ARRAY = "ARRAY"


@dataclass(frozen=True, slots=True)
class Column:
    """A scalar column.

    `max_bytes` bounds a text (or each text of an ARRAY) in UTF-8, `capacity` an ARRAY's length, `limit` the size of a
    number.

    An ARRAY is never null: an empty one stands for a missing one, which both engines filter alike.
    """

    name: str
    type: ColumnType
    max_bytes: int = 0
    capacity: int = 0
    limit: float = math.inf
    nullable: bool = True
    indexed: bool = False


def _text(name: str, max_bytes: int, *, nullable: bool = True, indexed: bool = False) -> Column:
    return Column(name, ColumnType.VARCHAR, max_bytes, nullable=nullable, indexed=indexed)


def _list(name: str, max_bytes: int, capacity: int) -> Column:
    return Column(name, ColumnType.ARRAY, max_bytes, capacity, nullable=False, indexed=True)


def _number(name: str, type: ColumnType, limit: float = math.inf) -> Column:
    return Column(name, type, limit=limit, indexed=True)


_COMMON = (
    _text("id", MAX_ID_BYTES, nullable=False),
    _text("title", MAX_SHORT_BYTES),
    _text("text", MAX_TEXT_BYTES, nullable=False),
    _list("skills", 800, 512),
    _text("skills_key", 10_000, nullable=False),
    _text("country", MAX_SHORT_BYTES, indexed=True),
    _text("region", MAX_SHORT_BYTES, indexed=True),
    _text("city", MAX_SHORT_BYTES, indexed=True),
    _number("latitude", ColumnType.DOUBLE, 90.0),
    _number("longitude", ColumnType.DOUBLE, 180.0),
    _text("work_format", 32, indexed=True),
    _list("employment_types", 32, 16),
    _text("employment_types_key", 400, nullable=False),
    _number("salary_min", ColumnType.DOUBLE),
    _number("salary_max", ColumnType.DOUBLE),
    _text("salary_original", MAX_SHORT_BYTES),
    Column("salary_gross", ColumnType.BOOL),
    _text("language", 800, indexed=True),
    _list("languages", 16, 64),
    _text("languages_key", 10_000, nullable=False),  # 17 bytes for each of 8 terms that a language satisfies
    _text("education_level", 32, indexed=True),
    _text("category", MAX_SHORT_BYTES, indexed=True),
    _text("source", MAX_SHORT_BYTES, indexed=True),
    _text("url", 8000),
    _number("published_at", ColumnType.TIME),
    _number("expires_at", ColumnType.TIME),
    _text("duplicate_group", 64, indexed=True),
    _text("text_hash", 128, nullable=False),
    _text("document_hash", 128, nullable=False),
)

COLUMNS: dict[Kind, tuple[Column, ...]] = {
    Kind.RESUMES: (*_COMMON, _number("experience_months", ColumnType.INT64)),
    Kind.VACANCIES: (
        *_COMMON,
        _text("company", MAX_SHORT_BYTES),
        _text("company_key", 3 * MAX_SHORT_BYTES, indexed=True),  # casefolding makes some letters three times as long
        _number("experience_min_months", ColumnType.INT64),
        _number("experience_max_months", ColumnType.INT64),
        _number("topic", ColumnType.INT64),
    ),
}


_TIMES = [column.name for column in _COMMON if column.type is ColumnType.TIME]


def list_names(kind: Kind) -> list[str]:
    """The columns that make up an entity; without the vector and the columns that only filters read."""
    return [column.name for column in COLUMNS[kind] if column.name not in _DERIVED]


def is_storable_id(id: str) -> bool:
    """Whether an id could be in a collection at all."""
    try:
        return 0 < len(id.encode()) <= MAX_ID_BYTES
    except UnicodeEncodeError:
        return False


def to_row(kind: Kind, entity: Entity) -> dict[str, Any]:
    """The scalar columns of an entity.

    `text` is clipped at 60,000 bytes, on a character (what was embedded is the whole text); times are cut to whole
    seconds. Raises InvalidEntity, which names id and field, for any other value that does not fit its column.
    """
    if type(entity) is not ENTITY_TYPES[kind]:
        raise InvalidEntity(f"{entity.id!r}: a {type(entity).__name__} does not belong in {kind}")
    if not is_storable_id(entity.id):
        raise InvalidEntity(f"{entity.id!r}: id must be 1 to {MAX_ID_BYTES} bytes of valid Unicode")
    return {column.name: _to_value(entity, column) for column in COLUMNS[kind]}


def to_entity(kind: Kind, row: Mapping[str, Any]) -> Entity:
    """The entity of a row; times come back in UTC. A column that the row lacks, as of an older schema, is missing."""
    values = {name: row[name] for name in list_names(kind) if name in row}
    for name in _TIMES:
        values[name] = None if values[name] is None else _EPOCH + timedelta(seconds=values[name])
    values["skills"] = tuple(values["skills"])
    values["employment_types"] = tuple(EmploymentType(term) for term in values["employment_types"])
    values["work_format"] = None if values["work_format"] is None else WorkFormat(values["work_format"])
    values["languages"] = tuple(values.get("languages", ()))
    if values.get("education_level") is not None:
        values["education_level"] = EducationLevel(values["education_level"])
    return ENTITY_TYPES[kind](**values)


def _to_value(entity: Entity, column: Column) -> Any:
    try:
        value = _read_value(entity, column.name)
        if value is not None:
            return _CONVERTERS[column.type](value, column)
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidEntity(f"{entity.id!r}: {column.name}: {error}") from error
    if not column.nullable:
        raise InvalidEntity(f"{entity.id!r}: {column.name} is missing")
    return None


def _read_value(entity: Entity, name: str) -> Any:
    derive = _DERIVED.get(name)
    return getattr(entity, name) if derive is None else derive(entity)


def _derive_company_key(entity: Entity) -> str | None:
    company = entity.company if isinstance(entity, Vacancy) else None
    return None if company is None else company_key(company)


def _to_varchar(value: Any, column: Column) -> str:
    encoded = str(value).encode()
    if len(encoded) <= column.max_bytes:
        return str(value)
    if column.name == "text":
        return encoded[: column.max_bytes].decode(errors="ignore")
    raise ValueError(f"is {len(encoded):,} bytes long, at most {column.max_bytes:,} fit")


def _to_array(value: Any, column: Column) -> list[str]:
    if len(value) > column.capacity:
        raise ValueError(f"has {len(value):,} values, at most {column.capacity:,} fit")
    return [_to_varchar(item, column) for item in value]


def _to_double(value: Any, column: Column) -> float:
    number = float(value)
    if not math.isfinite(number) or abs(number) > column.limit:
        raise ValueError(f"is {number}, not a number within {column.limit}")
    return number


def _to_int64(value: Any, _column: Column) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"is {value!r}, not a whole number")
    if abs(value) > _MAX_INT64:
        raise ValueError("is beyond 64 bits")
    return value


def _to_time(value: Any, _column: Column) -> int:
    # Through UTC, so that a time which UTC cannot name (year 0 or 10000) is refused here and not when it is read.
    return epoch_seconds(value if value.tzinfo is None else value.astimezone(UTC))


def _to_bool(value: Any, _column: Column) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"is {value!r}, not true or false")
    return value


_CONVERTERS = {
    ColumnType.VARCHAR: _to_varchar,
    ColumnType.ARRAY: _to_array,
    ColumnType.DOUBLE: _to_double,
    ColumnType.INT64: _to_int64,
    ColumnType.TIME: _to_time,
    ColumnType.BOOL: _to_bool,
}

_DERIVED: dict[str, Callable[[Entity], str | None]] = {
    "company_key": _derive_company_key,
    "skills_key": lambda entity: terms_key(entity.skills),
    "employment_types_key": lambda entity: terms_key(entity.employment_types),
    "languages_key": lambda entity: languages_key(entity.languages),
}
