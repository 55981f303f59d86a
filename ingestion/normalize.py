"""From a document to an entity: canonical values beside a redacted text. What cannot be read stays null."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from ingestion.currency import Rates, parse_currency
from ingestion.documents import (
    AnyDocument,
    LanguageSkill,
    PlaceDocument,
    ResumeDocument,
    SalaryDocument,
    VacancyDocument,
)
from ingestion.documents import WorkPeriod as WorkPeriodDocument
from ingestion.experience import (
    WorkPeriod,
    find_experience,
    months_worked,
    parse_partial_date,
    read_experience,
    read_experience_range,
)
from ingestion.language import detect_language
from ingestion.markup import clean_text, html_to_text
from ingestion.parsing import ParsedResume, parse_resume, read_education_level
from ingestion.places import Place, is_city_name, normalize_place
from ingestion.redaction import redact
from ingestion.salary import Salary, annualize, read_salary
from ingestion.skills import Taxonomy, normalize_skills
from ingestion.spoken import read_spoken, write_languages
from milvus import EducationLevel, Entity, Filter, Resume, Vacancy

AnyFilter = TypeVar("AnyFilter", bound=Filter)


def _today() -> date:
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalizer:
    """Turns documents into entities. `today` ends the work periods that have no end."""

    taxonomy: Taxonomy
    rates: Rates
    today: Callable[[], date] = _today

    def normalize(self, document: AnyDocument, *, document_hash: str = "", names: Sequence[str] = ()) -> Entity:
        """The entity of a document. `names` are the person's, cut from the text wherever they stand."""
        text = redact(compose_text(document), names=names)
        parsed = self._parse(document)
        title = redact(clean_text(document.title or parsed.title or ""), names=names)
        place = find_place(document.place or PlaceDocument(text=parsed.place), names=names)
        shared: dict[str, Any] = {
            "id": document.id,
            "title": title or None,
            "text": text,
            "skills": normalize_skills(
                [*_redact_all(document.skills, names), *_redact_list(parsed.skills, names)],
                text,
                taxonomy=self.taxonomy,
            ),
            "country": place.country,
            "region": place.region,
            "city": place.city,
            "latitude": place.latitude,
            "longitude": place.longitude,
            "work_format": document.work_format,
            "employment_types": tuple(dict.fromkeys(document.employment_types)),
            "language": document.language or detect_language(text or title or ""),
            "languages": read_spoken(document.languages) or write_languages(parsed.languages),
            "education_level": _find_education_level(document, parsed),
            "category": _redact_short(document.category, names),
            "source": _redact_short(document.source, names),
            # A resume's page is a link to the person's profile.
            "url": document.url if isinstance(document, VacancyDocument) else None,
            "published_at": document.published_at,
            "expires_at": document.expires_at,
            "document_hash": document_hash,
            **self._normalize_salary(document.salary, names),
        }
        shared["text_hash"] = _hash_text(shared["title"], text)
        if isinstance(document, VacancyDocument):
            minimum, maximum = _find_experience_bounds(document)
            return Vacancy(
                **shared,
                company=document.company,
                experience_min_months=minimum,
                experience_max_months=maximum,
            )
        return Resume(**shared, experience_months=self._find_experience(document, parsed, text))

    def normalize_text(self, text: str) -> str:
        """A text without markup and without personal data, as it may be embedded."""
        return redact(clean_text(html_to_text(text)))

    def normalize_filter(self, asked: AnyFilter) -> AnyFilter:
        """The filter with skills and places spelled as they are stored; what is unknown stays as written.

        So does what is spelled as some city is, as a facet gives it: it may be another name of a larger city elsewhere.
        A region passes as it is written too: "SC" is a state of Brazil, stored so, and one of the United States.
        """
        country = asked.countries[0] if len(asked.countries) == 1 else None
        countries = tuple(normalize_place(country=name).country or name for name in asked.countries)
        regions = tuple(
            spelling
            for name in asked.regions
            for spelling in dict.fromkeys((normalize_place(region=name, country=country).region or name, name))
        )
        cities = tuple(
            name if country is None and is_city_name(name) else normalize_place(city=name, country=country).city or name
            for name in asked.cities
        )
        skills = {
            name: tuple(self.taxonomy.canonical(skill) or skill for skill in getattr(asked, name))
            for name in ("skills_any", "skills_all")
        }
        return asked.model_copy(update={"countries": countries, "regions": regions, "cities": cities, **skills})

    def _parse(self, document: AnyDocument) -> ParsedResume:
        """What the text of a resume says, before anything is cut from it; it fills what the document does not state."""
        said = document.text if isinstance(document, ResumeDocument) else None
        return parse_resume(clean_text(html_to_text(said or "")), today=self.today())

    def _normalize_salary(self, stated: SalaryDocument | None, names: Sequence[str]) -> dict[str, Any]:
        if stated is None:
            return {}
        salary = read_stated_salary(stated)
        annual = annualize(salary, self.rates) if salary else None
        if salary and not annual and salary.period:
            # Feeds label hourly pay as yearly; where that makes it absurd, the amount itself tells the period better.
            annual = annualize(replace(salary, period=None), self.rates)
        return {
            "salary_min": annual.minimum if annual else None,
            "salary_max": annual.maximum if annual else None,
            "salary_original": _redact_short(stated.text, names) or (format_salary(salary) if salary else None),
            "salary_gross": salary.gross if salary else stated.gross,
        }

    def _find_experience(self, document: ResumeDocument, parsed: ParsedResume, text: str) -> int | None:
        if document.experience_months is not None:
            return document.experience_months
        if document.experience and (stated := read_experience(document.experience)) is not None:
            return stated
        periods = [
            WorkPeriod(start=start, end=parse_partial_date(period.end) if period.end else None)
            for period in document.work_periods
            if (start := parse_partial_date(period.start))
        ]
        worked = months_worked(periods, today=self.today())
        if worked is None:
            worked = parsed.experience_months
        return worked if worked is not None else find_experience(text)


def compose_text(document: AnyDocument) -> str:
    """Everything a document says in words, as clean text: its text, what only its parts say, its skills."""
    text = html_to_text(document.text) if document.text else ""
    parts = [text]
    if isinstance(document, ResumeDocument):
        if not text:
            parts += [_describe_period(period) for period in document.work_periods]
        parts.append(document.education or "")
    parts.append(", ".join(_describe_language(spoken) for spoken in document.languages))
    folded = "\n".join(parts).casefold()
    unsaid = [skill for skill in dict.fromkeys(document.skills) if skill.casefold() not in folded]
    parts.append(", ".join(unsaid))
    return clean_text("\n".join(part for part in _drop_repeated(parts) if part))


def find_place(stated: PlaceDocument | None, *, names: Sequence[str] = ()) -> Place:
    """The canonical place; all None where nothing was stated."""
    if stated is None:
        return normalize_place()
    words = {name: _redact_short(getattr(stated, name), names) for name in ("city", "region", "country", "text")}
    return normalize_place(**words, latitude=stated.latitude, longitude=stated.longitude)


def read_stated_salary(stated: SalaryDocument) -> Salary | None:
    """The salary from its amounts, else from its text; None where neither says one."""
    currency = parse_currency(stated.currency) if stated.currency else None
    if stated.min is not None or stated.max is not None:
        hint = read_salary(stated.text, currency=currency, period=stated.period) if stated.text else None
        return Salary(
            minimum=stated.min,
            maximum=stated.max,
            currency=currency or (hint.currency if hint else None),
            period=stated.period or (hint.period if hint else None),
            gross=stated.gross if stated.gross is not None else hint.gross if hint else None,
        )
    read = read_salary(stated.text, currency=currency, period=stated.period) if stated.text else None
    if read is None or stated.gross is None:
        return read
    return Salary(read.minimum, read.maximum, read.currency, read.period, stated.gross)


def format_salary(salary: Salary) -> str:
    """A salary in words and figures: "42000-50000 GBP/year gross"."""
    amounts = [f"{amount:,.10g}" for amount in (salary.minimum, salary.maximum) if amount is not None]
    if salary.minimum == salary.maximum:
        amounts = amounts[:1]
    bound = "from " if salary.maximum is None else "up to " if salary.minimum is None else ""
    unit = "/".join(part for part in (salary.currency, salary.period) if part)
    taxes = {True: "gross", False: "net", None: ""}[salary.gross]
    return " ".join(part for part in (bound + "-".join(amounts), unit, taxes) if part)


def _find_experience_bounds(document: VacancyDocument) -> tuple[int | None, int | None]:
    stated = (document.experience_min_months, document.experience_max_months)
    if stated != (None, None) or not document.experience:
        return stated
    return read_experience_range(document.experience) or (None, None)


def _find_education_level(document: AnyDocument, parsed: ParsedResume) -> EducationLevel | None:
    if document.education_level or isinstance(document, VacancyDocument):
        return document.education_level
    stated = read_education_level(html_to_text(document.education)) if document.education else None
    return stated or parsed.education


def _describe_period(period: WorkPeriodDocument) -> str:
    heading = ", ".join(part for part in (period.title, period.company) if part)
    dates = " - ".join(part for part in (period.start, period.end) if part)
    return "\n".join(part for part in (f"{heading} ({dates})", html_to_text(period.description or "")) if part)


def _redact_short(text: str | None, names: Sequence[str]) -> str | None:
    """A short field without names and contacts; a heading that looks like a name is none here ("San Juan")."""
    return redact(f"- {text}", names=names).removeprefix("-").strip() or None if text else None


def _redact_all(entries: Iterable[str], names: Sequence[str]) -> list[str]:
    return [kept for entry in entries if (kept := _redact_short(entry, names))]


def _redact_list(entries: Sequence[str], names: Sequence[str]) -> list[str]:
    """Many short entries at once: the rules of redaction take their time."""
    redacted = redact("".join(f"- {entry}\n" for entry in entries), names=names)
    return [kept for line in redacted.splitlines() if (kept := line.removeprefix("-").strip())]


def _describe_language(spoken: LanguageSkill) -> str:
    return " ".join(part for part in (spoken.language, spoken.level) if part)


def _drop_repeated(parts: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for part in parts:
        if part and not any(part in earlier for earlier in kept):
            kept.append(part)
    return kept


def _hash_text(title: str | None, text: str) -> str:
    return hashlib.sha256(f"{title or ''}\x00{text}".encode()).hexdigest()
