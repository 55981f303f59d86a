"""Whether an entity passes a filter, in plain Python: what expressions and masks are checked against."""

from datetime import datetime

from milvus.entities import Entity, Resume, Vacancy
from milvus.filters import (
    EducationRange,
    ExperienceRange,
    Filter,
    Near,
    ResumeFilter,
    SalaryRange,
    VacancyFilter,
    epoch_seconds,
    is_near,
)
from milvus.keys import company_key
from milvus.languages import list_satisfied


def matches_filter(entity: Entity, filter: Filter | None, *, active_at: datetime | None = None) -> bool:
    """Whether an entity passes; the same meaning as `build_expression`, but `near` is exact."""
    if active_at is not None and entity.expires_at is not None and _is_before(entity.expires_at, active_at):
        return False
    return filter is None or (_matches_common(entity, filter) and _matches_kind(entity, filter))


def _matches_common(entity: Entity, filter: Filter) -> bool:
    skills, terms = set(entity.skills), set(entity.employment_types)
    return (
        _is_one_of(entity.country, filter.countries)
        and _is_one_of(entity.region, filter.regions)
        and _is_one_of(entity.city, filter.cities)
        and _is_one_of(entity.work_format, filter.work_formats)
        and _is_one_of(entity.language, filter.languages)
        and _is_one_of(entity.category, filter.categories)
        and _is_one_of(entity.source, filter.sources)
        and (not filter.skills_any or not skills.isdisjoint(filter.skills_any))
        and skills.issuperset(filter.skills_all)
        and (not filter.employment_types or not terms.isdisjoint(filter.employment_types))
        and _speaks(entity, filter)
        and (filter.education is None or _is_educated(entity, filter.education))
        and (filter.salary is None or _overlaps(filter.salary, entity.salary_min, entity.salary_max))
        and (filter.near is None or _is_entity_near(entity, filter.near))
        and (filter.published_since is None or _is_published_since(entity, filter.published_since))
        and (filter.published_before is None or _is_published_before(entity, filter.published_before))
        and entity.id not in filter.exclude_ids
    )


def _matches_kind(entity: Entity, filter: Filter) -> bool:
    if isinstance(filter, VacancyFilter) and isinstance(entity, Vacancy):
        key = None if entity.company is None else company_key(entity.company)
        asked, low, high = filter.experience, entity.experience_min_months, entity.experience_max_months
        return (
            _is_one_of(key, tuple(company_key(company) for company in filter.companies))
            and (not filter.topics or entity.topic in filter.topics)
            and (asked is None or _overlaps(asked, low, high))
        )
    if isinstance(filter, ResumeFilter) and isinstance(entity, Resume):
        return filter.experience is None or _overlaps(
            filter.experience, entity.experience_months, entity.experience_months
        )
    return type(filter) is Filter


def _speaks(entity: Entity, filter: Filter) -> bool:
    satisfied = {term for written in entity.languages for term in list_satisfied(written)}
    any_one = not filter.languages_any or not satisfied.isdisjoint(filter.languages_any)
    return any_one and satisfied.issuperset(filter.languages_all)


def _is_educated(entity: Entity, asked: EducationRange) -> bool:
    levels = asked.list_levels()
    return not levels or (asked.or_missing if entity.education_level is None else entity.education_level in levels)


def _is_one_of(value: str | None, allowed: tuple[str, ...]) -> bool:
    return not allowed or value in allowed


def _overlaps(asked: SalaryRange | ExperienceRange, low: float | None, high: float | None) -> bool:
    if asked.min is None and asked.max is None:
        return True
    if low is None and high is None:
        return asked.or_missing
    return (asked.min is None or high is None or high >= asked.min) and (
        asked.max is None or low is None or low <= asked.max
    )


def _is_entity_near(entity: Entity, near: Near) -> bool:
    return is_near(near, latitude=entity.latitude, longitude=entity.longitude, work_format=entity.work_format)


def _is_published_since(entity: Entity, since: datetime) -> bool:
    return entity.published_at is not None and not _is_before(entity.published_at, since)


def _is_published_before(entity: Entity, before: datetime) -> bool:
    return entity.published_at is not None and _is_before(entity.published_at, before)


def _is_before(time: datetime, other: datetime) -> bool:
    return epoch_seconds(time) < epoch_seconds(other)
