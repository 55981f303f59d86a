"""Salaries: reads them from free text in English, Russian and Spanish, and puts them on one annual scale."""

import math
import re
import unicodedata
from dataclasses import dataclass

from ingestion.amounts import Money, find_money
from ingestion.currency import Rates, parse_currency
from ingestion.periods import GROSS_OR_NET, PERIOD, Period, parse_period, read_period

__all__ = ["AnnualSalary", "Period", "Salary", "annualize", "parse_period", "read_salary"]

_MAX_CHARS = 1000

# Digits in shapes that are never pay: phones, dates, hours of work, how often pay is handed out.
_NOT_PAY = re.compile(
    r"(?:\+[0-9]|(?<![0-9])8)[ (-]{1,2}[0-9]{3}[ )-]{1,2}[0-9 -]{7,12}"
    r"|(?<![0-9])[0-9]{1,5}(?:-[0-9]{1,5}){2,}"
    r"|(?<![0-9])[0-9]{1,2}([./])[0-9]{1,2}\1(?:19|20)[0-9]{2}(?![0-9])"
    r"|(?<![0-9.,])[0-9]{1,3}(?:[.,][0-9]{1,2})?\s?(?:hours|hrs|h|часов|часа|ч\.?|horas)\s?"
    r"(?:per|a|/|в|por|a la|weekly|semanales)\s?(?:week|wk|неделю|нед|день|day|semana|month|месяц)?"
    r"|(?<![0-9])[0-9]\s(?:раза?|times|veces)\s(?:в|per|a|al|por)\s(?:месяц|month|mes)",
    re.IGNORECASE,
)
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
_STRAY_SPACE = re.compile(r"([£$€]\s?[0-9]{1,3}), ([0-9]{3})(?![0-9])")
_PAY_WORD = re.compile(
    r"(?<![^\W\d_])(?:salary|wages?|pay|rate|ote|doe|fte|wte|pro[ -]rata|зарплат\w*|заработн\w*|оклад\w*|доход\w*"
    r"|з[/\\]?п|вознаграждени\w*|ставк\w*|sueldo|salario|remuneraci[oó]n"
    r"|from|up ?to|от|до|desde|hasta|to|between|entre)(?![^\W\d_])",
    re.IGNORECASE,
)
_YEAR_ALONE = re.compile(r"(?:19|20)[0-9]{2}")
_WORD_REACH = 60
_LEAST_BARE_AMOUNT = 100

# Full time: 40 hours a week for 52 weeks. The United States Bureau of Labor Statistics turns hourly into annual
# wages by the same 2,080 hours (Occupational Employment and Wage Statistics); 260 days are 52 weeks of 5 days.
_TIMES_A_YEAR: dict[Period, int] = {"hour": 2080, "day": 260, "week": 52, "month": 12, "year": 1}

# Where salaries are stated by the month without saying so (the job sites of these countries quote nothing else).
_MONTHLY_MARKETS = frozenset({"RUB", "KZT", "BYN", "UAH", "UZS", "KGS", "AMD", "AZN", "GEL", "MDL"})
# Where a sum that could be a high monthly or a low annual salary is annual by custom.
_ANNUAL_MARKETS = frozenset({"GBP", "CAD", "AUD", "NZD"})

# An unsaid period is accepted only if it alone makes an annual salary within this band (EUR).
_PLAUSIBLE_EUR = (6_000, 250_000)
_GUESSED_PERIODS: tuple[Period, ...] = ("hour", "month", "year")
_ABSURD_BELOW, _ABSURD_ABOVE = 100, 10_000_000


@dataclass(frozen=True, slots=True)
class Salary:
    """Pay as it was stated: amounts of ``currency`` (ISO 4217) for one ``period``; None is what was not said.

    A single amount is both minimum and maximum; "from X" has no maximum and "up to X" no minimum.
    """

    minimum: float | None
    maximum: float | None
    currency: str | None
    period: Period | None
    gross: bool | None


@dataclass(frozen=True, slots=True)
class AnnualSalary:
    """Pay for a year of full time in the reference currency of the rates, gross or net as it was stated."""

    minimum: float | None
    maximum: float | None


def read_salary(text: str, *, currency: str | None = None, period: Period | None = None) -> Salary | None:
    """The salary stated in ``text`` (a salary field or one sentence; the first 1,000 characters are read).

    ``currency`` (any spelling `parse_currency` knows) and ``period`` are what the caller knows from elsewhere. What the
    text says wins over them; the currency also decides what an ambiguous mark ("$", "pesos") means, and
    declares that the text is about money, so that a bare "2000" is an amount and not a year.
    Of several amounts the first that bears a currency is read, else the first that bears a thousand, else the first.
    A range written downwards ("90000-60000") is turned around, as its meaning is clear.
    None if the text states no amount: "negotiable", a year, a phone, a pay band.
    """
    hint = parse_currency(currency) if currency else None
    line = " ".join(unicodedata.normalize("NFKC", _INVISIBLE.sub("", text[:_MAX_CHARS])).split())
    line = _STRAY_SPACE.sub(r"\1,\2", line)
    line = _NOT_PAY.sub(lambda match: "_" * len(match.group()), line)
    money = _choose_money(line, find_money(line, hint), hint)
    if not money:
        return None
    said_period = _find_beside(PERIOD, line, money)
    said_gross = _find_beside(GROSS_OR_NET, line, money)
    return Salary(
        minimum=money.minimum,
        maximum=money.maximum,
        currency=money.currency or parse_currency(line, hint) or hint,
        period=read_period(said_period) if said_period else period,
        gross=said_gross.group("gross") is not None if said_gross else None,
    )


def annualize(salary: Salary, rates: Rates) -> AnnualSalary | None:
    """``salary`` as an annual one in the reference currency of ``rates``, the scale of filters and sorting.

    An unsaid period is monthly for currencies of markets that quote by the month. Otherwise it is the only one of
    hour, month and year that makes an annual salary of 6,000 to 250,000 EUR of every amount; a sum that
    could be both monthly and annual is annual in pounds and in Canadian, Australian and New Zealand dollars.
    None if currency, rate or period stay unknown, or a result is absurd (below 100 or above 10,000,000).
    """
    stated = [amount for amount in (salary.minimum, salary.maximum) if amount is not None]
    if not stated or salary.currency is None or not all(math.isfinite(amount) for amount in stated):
        return None
    period = salary.period or _guess_period(stated, salary.currency, rates)
    if period is None:
        return None
    annual = [
        None if amount is None else rates.convert(amount * _TIMES_A_YEAR[period], salary.currency)
        for amount in (salary.minimum, salary.maximum)
    ]
    known = [amount for amount in annual if amount is not None]
    if not known or not all(_ABSURD_BELOW <= amount <= _ABSURD_ABOVE for amount in known):
        return None
    return AnnualSalary(minimum=annual[0], maximum=annual[1])


def _choose_money(line: str, found: list[Money], hint: str | None) -> Money | None:
    """The amount that is the salary: the best marked, then the first; bare numbers need a reason to be money."""
    if not found:
        return None
    main = [money for money in found if not money.extra] or found
    best = max(main, key=lambda money: (money.marked, not money.marked and money.scaled))
    if best.marked:
        return best
    numbers_only = not re.search(r"[^\W\d_]", "".join(_cut_out(line, found)))
    said = bool(PERIOD.search(line) or GROSS_OR_NET.search(line))
    if not (numbers_only or said or parse_currency(line, hint) or _PAY_WORD.search(line)):
        return None
    if best.scaled:
        return best
    if numbers_only and not hint and _YEAR_ALONE.fullmatch(line.strip()):
        return None
    large = (money for money in main if (money.maximum or money.minimum or 0) >= _LEAST_BARE_AMOUNT)
    rates = (money for money in main if _is_rate(line, money) or (hint and numbers_only and money.exact))
    return next(large, None) or next(rates, None)


def _is_rate(line: str, money: Money) -> bool:
    """Whether a period follows at once: "13.21 per hour"."""
    return bool(PERIOD.match(line, money.end) or PERIOD.match(line, money.end + 1))


def _cut_out(line: str, found: list[Money]) -> list[str]:
    starts = [0, *(money.end for money in found)]
    ends = [*(money.start for money in found), len(line)]
    return [line[start:end] for start, end in zip(starts, ends, strict=True)]


def _find_beside(pattern: re.Pattern[str], line: str, money: Money) -> re.Match[str] | None:
    """The first match within the range or after it, else the nearest before it, within reach."""
    after = pattern.search(line, money.start, money.end + _WORD_REACH)
    if after:
        return after
    before = list(pattern.finditer(line, max(0, money.start - _WORD_REACH), money.start))
    return before[-1] if before else None


def _guess_period(stated: list[float], currency: str, rates: Rates) -> Period | None:
    if currency in _MONTHLY_MARKETS:
        return "month"
    fitting = [
        period
        for period in _GUESSED_PERIODS
        if all(_is_plausible(amount, period, currency, rates) for amount in stated)
    ]
    if fitting == ["month", "year"] and currency in _ANNUAL_MARKETS:
        return "year"
    return fitting[0] if len(fitting) == 1 else None


def _is_plausible(amount: float, period: Period, currency: str, rates: Rates) -> bool:
    worth = rates.convert(amount * _TIMES_A_YEAR[period], currency)
    euro = rates.convert(1, "EUR")
    if worth is None or euro is None:
        return False
    return _PLAUSIBLE_EUR[0] <= worth / euro <= _PLAUSIBLE_EUR[1]
