"""What pages say in one language: messages, numbers, dates, money, and the names of values."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent
from babel.support import Translations
from babel.units import format_unit

from milvus import EducationLevel, EmploymentType, Kind, WorkFormat
from service.ranking import (
    MAX_LISTED,
    TEMPLATES,
    Direction,
    Formats,
    Note,
    Outcome,
    PartName,
    RequirementKind,
    describe_in,
)
from service.web.languages import load_translations, translatable

NAMES: Mapping[str, str] = MappingProxyType(
    {
        WorkFormat.ON_SITE: translatable("on site"),
        WorkFormat.HYBRID: translatable("hybrid"),
        WorkFormat.REMOTE: translatable("remote"),
        EmploymentType.FULL_TIME: translatable("full time"),
        EmploymentType.PART_TIME: translatable("part time"),
        EmploymentType.CONTRACT: translatable("contract"),
        EmploymentType.TEMPORARY: translatable("temporary"),
        EmploymentType.SHIFT: translatable("shift work"),
        EmploymentType.INTERNSHIP: translatable("internship"),
        EmploymentType.VOLUNTEER: translatable("volunteering"),
        EducationLevel.SECONDARY: translatable("secondary school"),
        EducationLevel.VOCATIONAL: translatable("vocational training"),
        EducationLevel.BACHELOR: translatable("bachelor"),
        EducationLevel.MASTER: translatable("master"),
        EducationLevel.DOCTORATE: translatable("doctorate"),
        Kind.RESUMES: translatable("resumes"),
        Kind.VACANCIES: translatable("vacancies"),
        PartName.MEANING: translatable("Meaning of the texts"),
        PartName.TITLE: translatable("Title"),
        PartName.REQUIRED_SKILLS: translatable("Required skills"),
        PartName.DESIRED_SKILLS: translatable("Nice-to-have skills"),
        PartName.EXPERIENCE: translatable("Experience"),
        PartName.LANGUAGE: translatable("Languages"),
        PartName.LICENSE: translatable("Driving license"),
        PartName.PLACE: translatable("Place"),
        PartName.SALARY: translatable("Salary"),
        PartName.EMPLOYMENT: translatable("Employment"),
        PartName.RECENCY: translatable("Freshness"),
        Direction.RESUME_MEETS_VACANCY: translatable("What the vacancy asks for"),
        Direction.VACANCY_MEETS_RESUME: translatable("What the person wants"),
        RequirementKind.SKILLS: translatable("Skill"),
        RequirementKind.LANGUAGES: translatable("Language"),
        Outcome.MET: translatable("met"),
        Outcome.NOT_MET: translatable("not met"),
        Outcome.UNKNOWN: translatable("not known"),
        "native": translatable("native speaker"),
    }
)
"""What values are called. Values of two enumerations that are spelled alike are called alike."""


_LEAST = 0.01


class Words:
    """One language's words. What is None has no words: an empty string."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(language)
        self.translations: Translations = load_translations(language)
        self._formats: Formats = MappingProxyType(
            {
                "months": self.say_months,
                "days": lambda days: format_unit(days, "duration-day", length="long", locale=self.locale),
                "money": self.say_number,
                "km": lambda distance: format_unit(round(distance), "length-kilometer", "short", locale=self.locale),
                "share": self.say_percent,
                "list": self.say_list,
                "terms": lambda names: self.say_list([self.name(one) for one in names]),
                "languages": lambda codes: self.say_list([self.say_language(one) for one in codes]),
                "language": self.say_language,
                "level": self._say_level,
                "country": self.say_country,
                "format": self.name,
            }
        )

    def translate(self, message: str) -> str:
        """A message in this language; itself where it has no translation."""
        return self.translations.ugettext(message)

    def name(self, value: str | None) -> str:
        """What a value of an enumeration is called."""
        return self.translate(NAMES.get(value, value)) if value is not None else ""

    def note(self, note: Note) -> str:
        """A note of the ranking as a phrase."""
        template = self.translate(TEMPLATES[note.code])
        return describe_in(note, template, self._formats, unknown=self.translate("unknown"))

    def say_number(self, number: float | None) -> str:
        """A number without decimals."""
        return "" if number is None else format_decimal(round(number), locale=self.locale)

    def say_figure(self, figure: float | None) -> str:
        """A number with two decimals."""
        return "" if figure is None else format_decimal(figure, format="0.00", locale=self.locale)

    def say_percent(self, share: float | None) -> str:
        """A share of one as percent, without decimals."""
        return "" if share is None else format_percent(share, format=None, locale=self.locale)

    def say_probability(self, probability: float) -> str:
        """A probability as percent; what is nearly 0 or 1 is not rounded to certainty."""
        if 0 < probability < _LEAST:
            return f"< {self.say_percent(_LEAST)}"
        if 1 - _LEAST < probability < 1:
            return f"> {self.say_percent(1 - _LEAST)}"
        return self.say_percent(probability)

    def say_money(self, amount: float | None, currency: str) -> str:
        """A whole amount with its currency."""
        if amount is None:
            return ""
        return format_currency(round(amount), currency, locale=self.locale, currency_digits=False, format=self._whole)

    @property
    def _whole(self) -> str:
        """The locale's pattern of amounts, without decimals."""
        return str(self.locale.currency_formats["standard"].pattern).replace("0.00", "0")

    def say_date(self, moment: datetime | None) -> str:
        """A day."""
        return "" if moment is None else format_date(moment, format="medium", locale=self.locale)

    def say_age(self, moment: datetime | None, now: datetime) -> str:
        """How long ago something was: "3 days ago"."""
        if moment is None:
            return ""
        return format_timedelta(moment - now, granularity="day", add_direction=True, locale=self.locale)

    def say_length(self, seconds: float | None) -> str:
        """A length of time in its largest unit: "3 minutes"."""
        return "" if seconds is None else format_timedelta(timedelta(seconds=seconds), locale=self.locale)

    def say_since(self, moment: datetime | None, now: datetime) -> str:
        """How long ago something was, or how soon it will be, to the second: "3 minutes ago"."""
        return "" if moment is None else format_timedelta(moment - now, add_direction=True, locale=self.locale)

    def say_months(self, months: float | None) -> str:
        """A length of time, given in months, in years and months."""
        if months is None:
            return ""
        years, rest = divmod(round(months), 12)
        units = [("duration-year", years), ("duration-month", rest)]
        said = [format_unit(count, unit, "long", locale=self.locale) for unit, count in units if count]
        return " ".join(said) or format_unit(0, "duration-month", "long", locale=self.locale)

    def say_country(self, code: str | None) -> str:
        """A country's name; the code itself where there is no such country."""
        return "" if code is None else self.locale.territories.get(code, code)

    def say_language(self, written: str | None) -> str:
        """A language's name, with the level where there is one ("en:b2")."""
        if written is None:
            return ""
        code, _, level = written.partition(":")
        named = self.locale.languages.get(code, code)
        return f"{named} ({self._say_level(level)})" if level else named

    def say_list(self, names: Sequence[str]) -> str:
        """Names as a list, the first of them where there are many."""
        more = len(names) - MAX_LISTED
        if more > 0:
            rest = self.translations.ungettext("%(num)s more", "%(num)s more", more) % {"num": self.say_number(more)}
            names = [*names[:MAX_LISTED], rest]
        return format_list(list(names), locale=self.locale) if names else self.translate("none")

    def _say_level(self, level: str) -> str:
        return self.name(level) if level in NAMES else level.upper()

    def list_filters(self) -> dict[str, Callable[..., str]]:
        """What templates call these."""
        return {
            "number": self.say_number,
            "figure": self.say_figure,
            "percent": self.say_percent,
            "probability": self.say_probability,
            "money": self.say_money,
            "date": self.say_date,
            "age": self.say_age,
            "length_of_time": self.say_length,
            "since": self.say_since,
            "months": self.say_months,
            "country": self.say_country,
            "language": self.say_language,
            "listed": self.say_list,
            "called": self.name,
            "note": self.note,
        }


@cache
def find_words(language: str) -> Words:
    """The words of one of our languages."""
    return Words(language)
