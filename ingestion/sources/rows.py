"""Rows of tables (CSV, JSONL, Parquet, JSON) to documents, by the names of their columns."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingestion.parsing import read_education_level
from ingestion.periods import GROSS_OR_NET, parse_period
from ingestion.sources.columns import LAST_TITLE, PLACE_AND_MORE, REMOTE, SEX_AND_AGE, TERMS, find_field, fold_column
from ingestion.sources.port import Rejection, SourceFile, SourceRow
from ingestion.sources.validation import clip, hash_id, make_row, reject
from ingestion.sources.values import as_text, is_day_first, is_item, join_texts, read_amount, read_moment, split_items
from ingestion.sources.words import read_flag, read_language, read_term
from milvus import EmploymentType, Kind, WorkFormat

_MAX_IGNORED_NAMES = 200
_MAX_SHORT_TEXT = 500
_TERM_FIELDS = frozenset({TERMS, "employment_types", "work_format"})
_DATES = frozenset({"published_at", "expires_at"})
_AMOUNTS = frozenset({"salary.min", "salary.max"})
_NUMBERS = _AMOUNTS | {
    "experience_months",
    "experience_min_months",
    "experience_max_months",
    "place.latitude",
    "place.longitude",
}
# Where a plain value stands in place of an object, it is this part of it.
_PLAIN_PARTS = {"salary": "salary.text", "place": "place.text", "person": "person.name"}
_TEXT_PARTS = frozenset(_PLAIN_PARTS.values())
# How a history of work opens that states its total first: "Опыт работы 5 лет 7 месяцев Кондитер, ...".
_TOTAL = re.compile(
    r"\s*(?:опыт работы|стаж(?: работы)?|(?:work )?experience)\s{0,3}[:—–-]?\s{0,3}"
    r"(?P<total>\d{1,2}\s(?:лет|год[а]?|years?)(?:\s\d{1,2}\s(?:месяц(?:а|ев)?|months?))?"
    r"|\d{1,2}\s(?:месяц(?:а|ев)?|months?))(?!\w)",
    re.IGNORECASE,
)
_BORN = re.compile(r"(?:родил(?:ся|ась)|born)\s{1,3}(?P<date>[^,;]{4,40})", re.IGNORECASE)
# Fields that are read as they are: numbers and lists of objects, which pydantic checks.
_AS_IS = (_NUMBERS - _AMOUNTS) | {"work_periods"}


@dataclass(slots=True)
class _Draft:
    """The fields of one row as they fill up."""

    fields: dict[str, Any] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    last_title: str | None = None
    skills: list[str] = field(default_factory=list)
    employment: list[EmploymentType] = field(default_factory=list)
    formats: list[WorkFormat] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def put(self, name: str, value: Any, column: str) -> None:
        """Fill a field once; a second column for it is ignored."""
        if value is None:
            return
        head, _, part = name.partition(".")
        target = self.fields.setdefault(head, {}) if part else self.fields
        key = part or head
        if not isinstance(target, dict) or key in target:
            self.ignored.append(column)
        else:
            target[key] = value

    def append(self, name: str, value: str | None, joint: str) -> None:
        """Fill a field that several columns make up, such as first and last name."""
        if value:
            head, _, part = name.partition(".")
            target = self.fields.setdefault(head, {}) if part else self.fields
            target[part or head] = f"{target[part or head]}{joint}{value}" if target.get(part or head) else value


class RowReader:
    """Reads the rows of one file, which all are of one kind. Keeps count of what it ignored, so that memory is flat."""

    def __init__(self, file: SourceFile, kind: Kind) -> None:
        self._kind = kind
        self._mapping = {fold_column(column): name for column, name in file.mapping.items()} | dict(file.mapping)
        self._named: set[str] = set()

    def read(self, row: Mapping[str, Any], *, location: str, raw: str) -> SourceRow | Rejection:
        """The document of a row, whose JSON text is `raw`; without an id it gets one from its content."""
        try:
            draft = self._fill(row)
            fields = self._finish(draft, row)
        except RecursionError:
            return reject(location, "nested too deeply", kind=self._kind, raw=raw)
        ignored = self._name_ignored(draft.ignored)
        return make_row(fields, kind=self._kind, location=location, raw=raw, ignored=ignored)

    def find_field(self, column: str) -> str | None:
        """The field for a column: as the caller mapped it, else by its name."""
        return self._mapping.get(column) or self._mapping.get(fold_column(column)) or find_field(column, self._kind)

    def _fill(self, row: Mapping[str, Any]) -> _Draft:
        draft = _Draft()
        found = [(column, self.find_field(column), value) for column, value in row.items()]
        # A column that is called as the field itself goes before the ones that only mean it.
        for column, name, value in sorted(found, key=lambda one: one[0] != one[1]):
            if name is None:
                draft.ignored.append(column)
            elif not _is_empty(value):
                self._put(draft, name, value, column=column, row=row)
        return draft

    def _put(self, draft: _Draft, name: str, value: Any, *, column: str, row: Mapping[str, Any]) -> None:
        whole = name.partition(".")[0]
        if isinstance(value, Mapping) and (name in _PLAIN_PARTS or (name in _TEXT_PARTS and not as_text(value))):
            return self._put_parts(draft, whole, value, row=row)
        name = _PLAIN_PARTS.get(name, name)
        if isinstance(value, float) and not math.isfinite(value):
            # Where no number belongs, NaN is an empty cell; all else is left for the check of numbers to name.
            if name in _NUMBERS or not math.isnan(value):
                draft.put(name if name in _NUMBERS else column, value, column)
        elif name in _TERM_FIELDS:
            _put_terms(draft, value, column)
        elif name in _DATES:
            draft.put(name, _read_date(name, value, column=column, row=row, draft=draft), column)
        else:
            _put_plain(draft, name, value, column)
        return None

    def _put_parts(self, draft: _Draft, name: str, value: Mapping[str, Any], *, row: Mapping[str, Any]) -> None:
        for key, part in value.items():
            known = find_field(f"{name} {key}", self._kind) or find_field(key, self._kind) or ""
            # A part that no field takes is left for the schema to refuse by its name.
            target = known if known.startswith(f"{name}.") else f"{name}.{key}"
            if not _is_empty(part):
                self._put(draft, target, part, column=f"{name}.{key}", row=row)

    def _finish(self, draft: _Draft, row: Mapping[str, Any]) -> dict[str, Any]:
        fields = draft.fields
        _split_experience(draft)
        _settle_title(draft)
        if text := join_texts(draft.texts):
            fields["text"] = text
        if draft.skills:
            fields["skills"] = draft.skills
        if draft.employment:
            fields["employment_types"] = list(dict.fromkeys(draft.employment))
        if len(set(draft.formats)) == 1:
            fields["work_format"] = draft.formats[0]
        if not fields.get("id"):
            fields["id"] = hash_id(row)
        return fields

    def _name_ignored(self, columns: list[str]) -> tuple[str, ...]:
        names = []
        for column in dict.fromkeys(clip(column, 100) for column in columns):
            if column in self._named or len(self._named) < _MAX_IGNORED_NAMES:
                self._named.add(column)
                names.append(column)
        return tuple(names)


def _split_experience(draft: _Draft) -> None:
    """Take a history of work out of the field for its length, and leave there the total that it states first."""
    stated = draft.fields.get("experience")
    if not isinstance(stated, str):
        return
    total = _TOTAL.match(stated)
    if len(stated) > _MAX_SHORT_TEXT or "\n" in stated or (total and total.end() < len(stated)):
        draft.texts.append(draft.fields.pop("experience"))
        if total:
            draft.fields["experience"] = total["total"]


def _settle_title(draft: _Draft) -> None:
    """The last position is the title where no wanted one is given, else part of the text."""
    if draft.last_title is not None and draft.fields.setdefault("title", draft.last_title) != draft.last_title:
        draft.texts.insert(0, draft.last_title)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, (str, list, tuple, Mapping)) and not value) or value == ""


def _put_terms(draft: _Draft, value: Any, column: str) -> None:
    for phrase in split_items(value):
        # "Full-time/Contract" are two; "24/7" is none.
        terms = [read_term(phrase)] if read_term(phrase) else [read_term(part) for part in phrase.split("/")]
        for term in terms:
            if isinstance(term, EmploymentType):
                draft.employment.append(term)
            elif isinstance(term, WorkFormat):
                draft.formats.append(term)
            else:
                draft.ignored.append(f"{column}={clip(phrase, 40)}")


def _read_date(name: str, value: Any, *, column: str, row: Mapping[str, Any], draft: _Draft) -> Any:
    strict = column == name
    moment = read_moment(
        value, day_first=is_day_first([*row, *row.values()]), end_of_day=not strict and name == "expires_at"
    )
    if moment is None and strict:
        return f"{value}, not a date in ISO 8601" if isinstance(value, (int, float)) or str(value).isdigit() else value
    if moment is None:
        draft.ignored.append(f"{column}={clip(str(value), 40)}")
    return moment


def _put_plain(draft: _Draft, name: str, value: Any, column: str) -> None:
    if name == "text":
        draft.texts += [text] if (text := as_text(value, joint="\n")) else []
    elif name == "skills":
        items = split_items(value)
        draft.skills += [item for item in items if is_item(item) and item not in draft.skills]
        draft.texts += [item for item in items if not is_item(item)]
    elif name in _AMOUNTS:
        amount = read_amount(value)
        draft.put(name, amount, column)
        if amount is None:
            draft.put("salary.text", as_text(value), column)
    elif name == "person.name":
        draft.append(name, as_text(value), " ")
    elif name == "education":
        draft.append(name, as_text(value, joint="\n"), "\n")
    elif name == REMOTE:
        _put_remote(draft, value, column)
    elif name == LAST_TITLE:
        draft.last_title = as_text(value)
    elif name == SEX_AND_AGE:
        _put_sex_and_age(draft, as_text(value) or "", column)
    else:
        draft.put(*_read_single(name, value), column)


def _put_sex_and_age(draft: _Draft, text: str, column: str) -> None:
    born = _BORN.search(text)
    draft.put("person.gender", text.partition(",")[0].strip() or None, column)
    draft.put("person.birth_date", born["date"].strip() if born else None, column)


def _put_remote(draft: _Draft, value: Any, column: str) -> None:
    flag = read_flag(value)
    if flag:
        draft.formats.append(WorkFormat.REMOTE)
    elif flag is None:
        _put_terms(draft, value, column)


def _read_single(name: str, value: Any) -> tuple[str, Any]:
    """A field of one value, in the form that its schema checks."""
    if name in _AS_IS:
        return name, value
    if name == "languages":
        return name, value if _holds_objects(value) else [_read_spoken(item) for item in split_items(value)]
    if name == "person.links":
        return name, split_items(value)
    text = as_text(value)
    if text is None:
        return name, None if isinstance(value, bool) and name != "salary.gross" else _read_gross(name, value)
    if name == "education_level":
        return name, read_education_level(text)
    if name == "language":
        return name, read_language(text)
    if name == "salary.period":
        return name, parse_period(text)
    if name == "salary.gross":
        return name, _read_gross(name, text)
    if name == PLACE_AND_MORE:
        return "place.text", text.partition(",")[0].strip() or None
    return name, text


def _holds_objects(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and any(isinstance(part, Mapping) for part in value)


def _read_spoken(item: str) -> dict[str, str | None]:
    """The language and level of "English (C1)", "Английский - B2" or "Español: nativo"."""
    for mark in (" - ", " – ", " — ", ":", "("):
        language, found, level = item.partition(mark)
        if found and language.strip():
            return {"language": language.strip(), "level": level.strip(" )") or None}
    return {"language": item, "level": None}


def _read_gross(name: str, value: Any) -> Any:
    if name != "salary.gross":
        return value
    flag = read_flag(value)
    match = GROSS_OR_NET.search(str(value)[:100]) if flag is None else None
    return match.group("gross") is not None if match else flag
