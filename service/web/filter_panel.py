"""The filters beside results: what may be chosen, how often it is found, and what is chosen."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from milvus import EmploymentType, Kind, WorkFormat
from service.facets import Facet as FacetCounts
from service.facets import FacetName
from service.ranking import Note
from service.web.find_query import FindState
from service.web.languages import translatable
from service.web.words import Words

Counts = Mapping[str, Sequence[tuple[str, int]]]
"""By field of a search's state, its values with how many results have them, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Option:
    """A value that may be chosen. `count` is None where it is not known."""

    value: str
    label: str
    count: int | None
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A field with its options. `hint` says what to type where others than those listed may be asked for."""

    name: str
    title: str
    options: tuple[Option, ...]
    hint: str | None


@dataclass(frozen=True, slots=True)
class Chip:
    """Something that narrows the search, and the state without it."""

    label: str
    without: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Advice:
    """What narrows the search, how many documents would match without it, and the state that is left then."""

    label: str
    count: int
    without: Mapping[str, object]


FACET_FIELDS: Mapping[FacetName, str] = {
    FacetName.SKILLS: "skill",
    FacetName.WORK_FORMATS: "work_format",
    FacetName.EMPLOYMENT_TYPES: "employment",
    FacetName.COUNTRIES: "country",
    FacetName.CITIES: "city",
    FacetName.COMPANIES: "company",
}
"""The facets that are counted, with the field of a search's state that each stands for."""

_PART_FIELDS: Mapping[str, str] = {name.value: field for name, field in FACET_FIELDS.items()} | {
    "languages_any": "language",
    "salary": "salary",
    "published_since": "since",
}
_TITLES = {
    "skill": translatable("Skills"),
    "work_format": translatable("Work format"),
    "employment": translatable("Employment"),
    "country": translatable("Country"),
    "city": translatable("City"),
    "company": translatable("Company"),
    "language": translatable("Languages"),
}
_HINTS = {
    "skill": translatable("Another skill"),
    "country": translatable("Another country"),
    "city": translatable("Another city"),
    "company": translatable("Another company"),
}
_FIXED: Mapping[str, Sequence[str]] = {"work_format": list(WorkFormat), "employment": list(EmploymentType)}
_SPOKEN = ("en", "de", "es", "fr", "ru")


def read_counts(facets: Iterable[FacetCounts]) -> Counts:
    """The counts of a search's answer, by field."""
    return {FACET_FIELDS[one.name]: [(value.value, value.count) for value in one.values] for one in facets}


def list_advice(state: FindState, relaxations: Iterable[Note], words: Words, currency: str) -> Iterator[Advice]:
    """What each thing that narrows the search costs, the costliest first; `relaxations` as a search gives them."""
    for note in relaxations:
        field = _PART_FIELDS.get(str(note.values["demand"]))
        if field is None:
            continue
        # One skill of several may be given up; of the others all that was chosen.
        lost = str(note.values["value"]).casefold() if field == "skill" else None
        chosen = [value for name, value in state.list_chosen() if name == field]
        given_up = [value for value in chosen if lost is None or value.casefold() == lost] or chosen
        kept = [value for value in chosen if value not in given_up]
        label = ", ".join(_label(field, value, words, currency) for value in given_up)
        is_list = isinstance(getattr(state, field), list)
        yield Advice(label, int(str(note.values["after"])), state.to_query(**{field: kept if is_list else None}))


def list_facets(state: FindState, counts: Counts, words: Words) -> Iterator[Facet]:
    """The facets of a search in the order in which they are shown."""
    for name, title in _TITLES.items():
        if name == "company" and state.find is Kind.RESUMES:
            continue
        chosen = [str(value) for value in getattr(state, name)]
        counted = dict(counts.get(name, ()))
        listed = _FIXED.get(name, _SPOKEN if name == "language" and not counted else ())
        values = dict.fromkeys([*counted, *listed, *chosen])
        options = tuple(
            Option(value, label_value(name, value, words), counted.get(value, 0 if counted else None), value in chosen)
            for value in values
        )
        hint = _HINTS.get(name)
        yield Facet(name, words.translate(title), options, words.translate(hint) if hint else None)


def list_chips(state: FindState, words: Words, currency: str) -> Iterator[Chip]:
    """What narrows the search, each with the state that is left without it."""
    for name, value in state.list_chosen():
        yield Chip(_label(name, value, words, currency), state.without(name, value))


def label_value(name: str, value: str, words: Words) -> str:
    """A value as people say it."""
    if name == "country":
        return words.say_country(value)
    if name == "language":
        return words.say_language(value)
    return words.name(value) if name in _FIXED else value


def _label(name: str, value: str, words: Words, currency: str) -> str:
    return _LABELS[name](words, value, currency) if name in _LABELS else label_value(name, value, words)


def _label_salary(words: Words, value: str, currency: str) -> str:
    return words.translate(translatable("from %(amount)s a year")) % {"amount": words.say_money(float(value), currency)}


def _label_since(words: Words, value: str, _: str) -> str:
    days = int(value)
    said = words.translations.ungettext("published within %(num)s day", "published within %(num)s days", days)
    return said % {"num": words.say_number(days)}


def _label_fit(words: Words, value: str, _: str) -> str:
    return words.translate(translatable("fit at least %(share)s")) % {"share": words.say_percent(float(value) / 100)}


_LABELS = {"salary": _label_salary, "since": _label_since, "fit": _label_fit}
