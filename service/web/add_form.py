"""The form of one document: from its fields to a document, and from what was understood back to fields."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from ingestion import DOCUMENT_TYPES, AnyDocument
from ingestion.sources.validation import hash_id
from milvus import Entity, Kind, Resume, Vacancy
from service.api.errors import FieldProblem, describe_errors

# Where a field of the form stands in a document, where that is elsewhere than under its own name.
_COMMON: Mapping[str, tuple[str, ...]] = {
    "id": ("id",),
    "title": ("title",),
    "text": ("text",),
    "category": ("category",),
    "city": ("place", "city"),
    "region": ("place", "region"),
    "country": ("place", "country"),
    "work_format": ("work_format",),
    "salary": ("salary", "text"),
    "education_level": ("education_level",),
}
_OWN: Mapping[Kind, Mapping[str, tuple[str, ...]]] = {
    Kind.VACANCIES: {
        "company": ("company",),
        "experience": ("experience_min_months",),
        "url": ("url",),
        "expires_at": ("expires_at",),
    },
    Kind.RESUMES: {
        "experience": ("experience_months",),
        "name": ("person", "name"),
        "email": ("person", "email"),
        "phone": ("person", "phone"),
    },
}
_LISTS = ("skills", "languages")
_SEPARATORS = re.compile(r"[\n,;]")
# "English B2", "en:b2", "German (native)"
_LEVEL = re.compile(r"[\s:(]+(?P<level>[abcABC][12]|native)\)?$")


@dataclass(frozen=True, slots=True)
class DocumentForm:
    """The fields as they were written; what is not filled in is an empty text."""

    kind: Kind
    values: Mapping[str, str] = field(default_factory=dict)
    employment_types: Sequence[str] = ()

    def get(self, name: str) -> str:
        """What a field says."""
        return self.values.get(name, "")


class BadForm(Exception):
    """A form that gives no document; the problems are under the names of the form's fields, or under none."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__("; ".join(one.message for one in problems))
        self.problems = problems


def list_fields(kind: Kind) -> list[str]:
    """The names of the fields of a form, but for the employment types."""
    return [*_COMMON, *_OWN[kind], *_LISTS]


def read_form(kind: Kind, sent: FormData) -> DocumentForm:
    """The form as it was sent. Whatever else was sent is left out."""
    values = {name: value.strip() for name in list_fields(kind) if isinstance(value := sent.get(name), str)}
    # Browsers send line ends as the HTTP of old did.
    values = {name: value.replace("\r\n", "\n") for name, value in values.items() if value}
    types = [value for value in sent.getlist("employment_types") if isinstance(value, str)]
    return DocumentForm(kind, values, types)


def make_document(form: DocumentForm) -> AnyDocument:
    """The document that a form describes; without an id it gets the hash of its content. Raises BadForm."""
    content: dict[str, Any] = {}
    for name, path in {**_COMMON, **_OWN[form.kind]}.items():
        if value := form.get(name):
            target = content
            for part in path[:-1]:
                target = target.setdefault(part, {})
            target[path[-1]] = value
    content["skills"] = _split(form.get("skills"))
    content["languages"] = [_read_language(one) for one in _split(form.get("languages"))]
    content["employment_types"] = list(form.employment_types)
    if "id" not in content:
        # Of a text the same as of a file that holds nothing else.
        content["id"] = hash_id(content.get("text") or content)
    try:
        return DOCUMENT_TYPES[form.kind].model_validate(content)
    except ValidationError as error:
        raise BadForm([_rename(one, form.kind) for one in describe_errors(error, limit=20)]) from None


def fill_form(form: DocumentForm, document: AnyDocument, entity: Entity) -> DocumentForm:
    """The form with what was understood in the fields that were left empty."""
    found = {
        "id": document.id,
        "title": entity.title,
        "city": entity.city,
        "region": entity.region,
        "country": entity.country,
        "work_format": entity.work_format,
        "education_level": entity.education_level,
        "skills": ", ".join(entity.skills),
        "languages": ", ".join(one.replace(":", " ") for one in entity.languages),
        "experience": _find_experience(entity),
    }
    known = {name: str(value) for name, value in found.items() if value}
    return DocumentForm(form.kind, {**known, **form.values}, form.employment_types or list(entity.employment_types))


def _find_experience(entity: Entity) -> int | None:
    if isinstance(entity, Vacancy):
        return entity.experience_min_months
    return entity.experience_months if isinstance(entity, Resume) else None


def _split(text: str) -> list[str]:
    return [part.strip() for part in _SEPARATORS.split(text) if part.strip()]


def _read_language(written: str) -> dict[str, str]:
    found = _LEVEL.search(written)
    if found is None:
        return {"language": written}
    return {"language": written[: found.start()], "level": found["level"]}


def _rename(problem: FieldProblem, kind: Kind) -> FieldProblem:
    """The problem under the name that its field has in the form; one with no field of its own under none."""
    said = tuple(problem.field.split("."))
    for name, path in {**_COMMON, **_OWN[kind]}.items():
        if said[: len(path)] == path:
            return FieldProblem(field=name, message=problem.message)
    if said[0] in (*_LISTS, "employment_types"):
        return FieldProblem(field=said[0], message=problem.message)
    return FieldProblem(field="", message=problem.message)
