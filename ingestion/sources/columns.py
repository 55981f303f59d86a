"""The obvious names of columns in English, Russian and Spanish, and the document fields that they fill."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from ingestion.documents import DOCUMENT_TYPES, Part
from ingestion.errors import UnreadableSource
from milvus import Kind

# Columns that say in words how and where one works: employment types and work formats, whatever the export calls them.
TERMS = "terms"
# A column of yes and no.
REMOTE = "remote"
# "Москва, готов к переезду, ...": the place is what stands before the first comma.
PLACE_AND_MORE = "place_and_more"
# "Мужчина, 42 года, родился 6 октября 1976": of the person, and never in the text.
SEX_AND_AGE = "sex_and_age"
# The position held last, beside which another may be wanted.
LAST_TITLE = "last_title"

_BOTH, _KIND = "both", "@kind"
_OWN_ONLY: Mapping[Kind, frozenset[str]] = {
    Kind.RESUMES: frozenset({"person", "work_periods", "experience_months"}),
    Kind.VACANCIES: frozenset({"company", "experience_min_months", "experience_max_months"}),
}
_PARTS = frozenset({"place", "salary", "person"})
_LONGEST_NAME = 200
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_WORD = re.compile(r"[\W_]+")


@lru_cache(maxsize=4096)
def fold_column(name: str) -> str:
    """A column name without case, punctuation and underscores: `jobTitle` and `Job_Title:` are "job title"."""
    if len(name) > _LONGEST_NAME:
        return name
    words = _NOT_WORD.sub(" ", _CAMEL.sub(" ", name)).casefold().strip()
    return words.replace("ё", "е")


@cache
def list_fields(kind: Kind) -> frozenset[str]:
    """The fields of a document that a column can fill, parts dotted: `title`, `salary.min`, `person.name`."""
    names: set[str] = set()
    for name, info in DOCUMENT_TYPES[kind].model_fields.items():
        names.add(name)
        for part in getattr(info.annotation, "__args__", ()):
            if name in _PARTS and isinstance(part, type) and issubclass(part, Part):
                names |= {f"{name}.{inner}" for inner in part.model_fields}
    return frozenset(names)


def find_field(column: str, kind: Kind) -> str | None:
    """The field that a column fills by its name, None where the name tells nothing."""
    return _table(kind).get(fold_column(column))


@cache
def _load() -> dict[str, dict[str, list[str]]]:
    """The folded names in columns.tsv by holder and field."""
    holders: dict[str, dict[str, list[str]]] = {}
    for line in files("ingestion.sources").joinpath("columns.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            holder, field, names = line.split("\t")
            holders.setdefault(holder, {})[field] = [fold_column(name) for name in names.split("|")]
    return holders


@cache
def _table(kind: Kind) -> Mapping[str, str]:
    table: dict[str, str] = {}
    for holder in (_BOTH, kind.value):
        for field, names in _load()[holder].items():
            if field != _KIND:
                table.update(dict.fromkeys(names, field))
    return table | {fold_column(field): field for field in list_fields(kind)}


@cache
def _marks(kind: Kind) -> frozenset[str]:
    """Names, folded, that only tables of this kind have."""
    return frozenset({fold_column(name) for name in _OWN_ONLY[kind]} | set(_load()[kind.value][_KIND]))


def tell_kind(columns: frozenset[str]) -> Kind | None:
    """What a table with these columns holds; None where they tell nothing or contradict each other."""
    folded = {fold_column(column) for column in columns}
    told = {kind for kind in Kind if folded & _marks(kind)}
    if any(column.startswith("person ") for column in folded):
        told.add(Kind.RESUMES)
    return told.pop() if len(told) == 1 else None


def check_mapping(mapping: Mapping[str, str], kind: Kind | None) -> None:
    """Raise UnreadableSource where a column is mapped to a field that documents (of this kind) do not have."""
    known = list_fields(kind) if kind else list_fields(Kind.RESUMES) | list_fields(Kind.VACANCIES)
    for column, field in mapping.items():
        if field not in known:
            fields = f"the fields of {kind.value if kind else 'documents'} are {', '.join(sorted(known))}"
            raise UnreadableSource(f"column {column!r} is mapped to {field!r}, which is no field; {fields}")
