"""The notes of scores and searches in plain English; pages translate by the same codes and values."""

import string
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from service.ranking.values import Note

Formats = Mapping[str, Callable[[Any], str]]
"""How values are put into words, by the name of the way."""

MAX_LISTED = 12

# After the colon stands how a value is put into words, as one of `FORMATS`; plain text without it.
TEMPLATES: Mapping[str, str] = MappingProxyType(
    {
        "meaning_similarity": "the texts are alike by {similarity:share}",
        "meaning_unknown": "the texts were not compared",
        "title_similarity": "the titles are alike by {similarity:share}",
        "title_unknown": "a title is missing",
        "title_words": "titles compared by their words: “{resume}” and “{vacancy}”",
        "title_in_other_language": "titles in two languages are not compared by words: “{resume}” and “{vacancy}”",
        "required_skills": "required skills: has {matched:list}; lacks {missing:list}",
        "required_skills_not_asked": "the vacancy names no required skills",
        "desired_skills": "nice to have: has {matched:list}; lacks {missing:list}",
        "desired_skills_not_asked": "the vacancy names no nice-to-have skills",
        "skills_unknown": "no skills are known of the resume",
        "skill_found": "{skill} is among the skills",
        "skill_missing": "{skill} is not among the skills",
        "experience_met": "experience of {resume:months} is within what is asked",
        "experience_short": "experience of {resume:months} is {short:months} short of {least:months}",
        "experience_over": "experience of {resume:months} is {over:months} more than is asked at most",
        "experience_unknown": "the length of experience is not known",
        "experience_of_another_trade": "experience of {resume:months} is of another trade, as title and skills tell",
        "experience_not_asked": "the vacancy asks for no length of experience",
        "language": "languages: knows {known:languages}; lacks {lacking:languages}",
        "language_unknown": "the languages are not known",
        "language_met": "speaks {language:language}",
        "language_short": "speaks {language:language} at {stated:level}, asked is {asked:level}",
        "language_missing": "{language:language} is not among the languages spoken",
        "language_unstated": "the resume does not say whether {language:language} is spoken",
        "language_level_unstated": "speaks {language:language}, but the level is not stated; asked is {asked:level}",
        "license_not_asked": "no driving license is asked for",
        "license_unknown": "the resume does not mention a driving license",
        "license_category_unknown": "the resume mentions a driving license without its category",
        "license_met": "has the driving license asked for",
        "license_short": "has a driving license ({held:list}), but not of the category asked for ({asked})",
        "place_remote": "the work is remote",
        "place_remote_abroad": "the work is remote, but from {vacancy:country}, and the person is in {resume:country}",
        "place_same_city": "both are in {vacancy}",
        "place_distance": "{distance:km} apart",
        "place_too_far": "{resume} is too far from {vacancy}",
        "place_abroad": "the work is in {vacancy:country}, and the person is in {resume:country}",
        "place_same_region": "both are in the region {region}",
        "place_same_country": "both are in one country, but not in one region",
        "place_willing_to_move": "the person would move",
        "place_unknown": "a place is not known",
        "format_same": "both want {offered:format} work",
        "format_differs": "{wanted:format} work is wanted, {offered:format} work is offered",
        "salary_met": "the offer reaches the wish of {wish:money} a year",
        "salary_short": "the offer is {short:share} short of the wish of {wish:money} a year",
        "salary_unknown": "a salary is not stated ({missing})",
        "employment_shared": "the terms of employment agree: {offered:terms}",
        "employment_related": "the terms of employment are near: wanted {wanted:terms}, offered {offered:terms}",
        "employment_differs": "the terms of employment differ: wanted {wanted:terms}, offered {offered:terms}",
        "employment_unknown": "the terms of employment are not stated",
        "published": "published {days:days} ago",
        "published_unknown": "the date of publication is not known",
        "expired": "expired {days:days} ago",
        "change_add_skill": "the resume naming {skill}",
        "change_drop_skill": "the vacancy not asking for {skill}",
        "change_more_experience": "experience of {least:months}",
        "change_ask_less_experience": "the vacancy asking for no more than {least:months} of experience",
        "change_language": "knowing {language:language} at the level asked",
        "change_move": "living in {city}",
        "change_offer_remote": "the work being remote",
        "change_raise_salary": "an offer of {amount:money} a year",
        "change_lower_wish": "a wish of {amount:money} a year",
        "model_lacks_language": "the text is in {language:language}, but the embedding model {model} knows "
        "{known:languages}: terms count more in finding candidates, and the order of the results is less reliable",
        "model_lacks_script": "the text is in another script, but the embedding model {model} knows {known:languages}: "
        "terms count more in finding candidates, and the order of the results is less reliable",
        "index_lacks_terms": "the index keeps no terms until it is rebuilt, so candidates are found by meaning only",
        "words_not_judged": "a few words cannot be judged: weights, requirements and explain were not applied",
        "without_demand": "without the demand for {value} ({demand}) {after} instead of {before} match",
    }
)


class _Words(string.Formatter):
    """Puts values into words by `formats`; None is `unknown`."""

    def __init__(self, formats: Formats, unknown: str) -> None:
        self._formats = formats
        self._unknown = unknown

    def format_field(self, value: Any, format_spec: str) -> str:
        if value is None:
            return self._unknown
        return self._formats[format_spec](value) if format_spec else str(value)


def describe(note: Note) -> str:
    """A note as an English phrase. Raises KeyError for a code without a template."""
    return describe_in(note, TEMPLATES[note.code], FORMATS, unknown="unknown")


def describe_in(note: Note, template: str, formats: Formats, *, unknown: str) -> str:
    """A note as a phrase in another language: `template` is the translation of its own in `TEMPLATES`."""
    return _Words(formats, unknown).vformat(template, (), note.values)


def _say_months(months: float) -> str:
    years, rest = divmod(round(months), 12)
    parts = [
        f"{count} {unit}{'s' if count != 1 else ''}" for count, unit in ((years, "year"), (rest, "month")) if count
    ]
    return " ".join(parts) or "0 months"


def _say_list(names: Sequence[str]) -> str:
    more = len(names) - MAX_LISTED
    listed = ", ".join(names[:MAX_LISTED])
    return (f"{listed} and {more} more" if more > 0 else listed) or "none"


FORMATS: Formats = MappingProxyType(
    {
        "months": _say_months,
        "days": lambda days: f"{days} day{'s' if days != 1 else ''}",
        "money": lambda amount: f"{amount:,.0f}",
        "km": lambda distance: f"{distance:,.0f} km",
        "share": lambda share: f"{share:.0%}",
        "list": _say_list,
        "terms": _say_list,
        "languages": _say_list,
        "language": str,
        "level": str,
        "country": str,
        "format": str,
    }
)
