"""Currencies as people write them (codes, symbols, words) and a dated table of exchange rates."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingestion.errors import SettingsError

_MAX_CHARS = 1000

# The active codes of ISO 4217 (without funds, metals and testing codes).
_ISO_LIST = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
    CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG
    HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA
    MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
    RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
    USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW
"""
_ISO_CODES = frozenset(_ISO_LIST.split())
_FORMER_CODES = {"RUR": "RUB", "BYR": "BYN"}

# Codes looked for inside a text; the upper-case ones are words or abbreviations in lower case.
_SAFE_CODES = (
    "EUR USD GBP RUB RUR KZT BYN BYR UAH UZS KGS AMD AZN MDL PLN CZK HUF BGN SEK NOK DKK CHF AUD NZD JPY CNY HKD SGD "
    "INR KRW BRL MXN ARS CLP UYU CRC DOP ILS AED ZAR TJS THB EGP RSD TWD MYR VND IDR"
)
_UPPERCASE_CODES = "TRY RON GEL CAD COP PEN BOB SAR"

# Spelling -> (the currency it means by itself or None where that is unclear, all the currencies it can mean).
# A dollar sign alone is read as USD and roubles alone as RUB, the largest markets that write so; a caller who
# knows the country passes the currency and wins within the family.
_DOLLARS = ("USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN", "ARS", "CLP", "COP", "UYU", "TWD")
_PESOS = ("MXN", "ARS", "CLP", "COP", "UYU", "DOP")
_SPELLINGS: tuple[tuple[str, str | None, tuple[str, ...]], ...] = (
    (r"US\s?\$|\$\s?US(?![a-z])", "USD", ()),
    (r"CA?\$", "CAD", ()),
    (r"AU?\$", "AUD", ()),
    (r"NZ\$", "NZD", ()),
    (r"HK\$", "HKD", ()),
    (r"S\$", "SGD", ()),
    (r"R\$", "BRL", ()),
    (r"MX\$", "MXN", ()),
    (r"RD\$", "DOP", ()),
    (r"\$|{L}(?:(?:US\s)?dollars?|доллар\w*|d[oó]lar(?:es)?){R}", "USD", _DOLLARS),
    (r"€|{L}(?:euros?|евро){R}", "EUR", ()),
    (r"£|{L}(?:pounds?(?:\ssterling)?|фунт\w*|libras?){R}", "GBP", ()),
    (r"{L}(?:бел(?:\.|орусск\w*)?\s?руб\w*){R}\.?|{L}(?:belarus\w*\srubl\w*){R}", "BYN", ()),
    (r"₽|{L}(?:руб\w*|rou?bles?|rublos?){R}\.?", "RUB", ("RUB", "BYN")),
    # A lone letter counts only after a number or a "thousand", or as the whole text.
    (
        r"(?:(?<![\s\S])|(?<=[0-9т])|(?<=[0-9т.]\s)|(?<=[0-9т]\.)|(?<=тыс\s)|(?<=тыс\.))р(?:\.|{R})",
        "RUB",
        ("RUB", "BYN"),
    ),
    (r"₸|{L}(?:тенге|tenge|тг){R}\.?", "KZT", ()),
    (r"₴|{L}(?:грн|гривн\w*|гривен\w*|hryvnias?){R}\.?", "UAH", ()),
    (r"{L}(?:сум(?:ов|а)?|сўм|so['’ʻ]m){R}\.?", "UZS", ()),
    (r"{L}сом(?:ов|а)?{R}\.?", "KGS", ()),
    (r"֏|{L}(?:драм\w*|drams?){R}", "AMD", ()),
    (r"₼|{L}(?:манат\w*|manats?){R}", "AZN", ()),
    (r"₾|{L}(?:лари|lari){R}", "GEL", ()),
    (r"₺|{L}(?:турецк\w*\sлир\w*|turkish\sliras?){R}", "TRY", ()),
    (r"{L}(?:z[łl]|z[łl]ot(?:y|ych|ys|e)|злот\w*){R}\.?", "PLN", ()),
    (r"{L}(?:Kč|korun){R}", "CZK", ()),
    (r"{L}(?:(?-i:Ft)|forints?|форинт\w*){R}", "HUF", ()),
    (r"{L}(?:лв|leva){R}\.?", "BGN", ()),
    (r"₹", "INR", ()),
    (r"₩", "KRW", ()),
    (r"₪|{L}(?:NIS|shekels?|шекел\w*){R}", "ILS", ()),
    (r"{L}(?:RMB|yuan|юан\w*){R}", "CNY", ()),
    (r"{L}(?:yen|иен\w*|йен\w*){R}", "JPY", ()),
    (r"{L}(?:reais|reales){R}", "BRL", ()),
    (r"{L}S/\.?|{L}(?:nuevos\s)?soles{R}", "PEN", ()),
    (r"{L}(?:bolivianos?|Bs){R}\.?", "BOB", ()),
    (r"₡|{L}colones{R}", "CRC", ()),
    (r"{L}rands?{R}", "ZAR", ()),
    (r"{L}pesos\smexicanos{R}", "MXN", ()),
    (r"{L}pesos\sargentinos{R}", "ARS", ()),
    (r"{L}pesos\schilenos{R}", "CLP", ()),
    (r"{L}pesos\scolombianos{R}", "COP", ()),
    (r"{L}pesos\suruguayos{R}", "UYU", ()),
    (r"{L}pesos\sdominicanos{R}", "DOP", ()),
    (r"{L}pesos?{R}", None, _PESOS),
    (r"{L}(?:kr|kronor|kroner|крон\w*){R}\.?", None, ("SEK", "NOK", "DKK", "CZK")),
    (r"¥", None, ("JPY", "CNY")),
    (r"{L}(?:lei|leu|лей|леев){R}", None, ("RON", "MDL")),
    (r"{L}(?:francs?|франк\w*){R}", None, ("CHF",)),
    (r"{L}(?:liras?|лир\w?){R}", None, ("TRY",)),
    (r"{L}(?:rupees?|рупи\w*|Rs){R}\.?", None, ("INR",)),
    (r"{L}(?:dirhams?|дирхам\w*|Dhs?){R}\.?", None, ("AED",)),
    (r"{L}(?:riyals?|риял\w*){R}", None, ("SAR",)),
    (r"{L}у\.\s?е\.?", None, ("USD", "EUR")),
)


def _assemble_marks() -> str:
    """One alternation over all spellings; group ``s<n>`` names the row of `_SPELLINGS`, ``code`` an ISO code."""
    left, right = r"(?<![^\W\d_])", r"(?![^\W\d_])"
    rows = [
        f"(?P<s{row}>{pattern.replace('{L}', left).replace('{R}', right)})"
        for row, (pattern, _, _) in enumerate(_SPELLINGS)
    ]
    safe, uppercase = _SAFE_CODES.replace(" ", "|"), _UPPERCASE_CODES.replace(" ", "|")
    codes = f"{left}(?P<code>{safe}|(?-i:{uppercase})){right}"
    return "|".join([*rows, codes])


MARKS = _assemble_marks()
"""Pattern source for any one currency mark; use with ``re.IGNORECASE`` and `read_mark`."""

_MARK = re.compile(MARKS, re.IGNORECASE)


def read_mark(match: re.Match[str], hint: str | None = None) -> str | None:
    """The ISO 4217 code of a match of `MARKS`; ``hint`` decides where the mark fits several currencies."""
    code = match.groupdict().get("code")
    if code:
        return _FORMER_CODES.get(code.upper(), code.upper())
    for row, (_, meaning, family) in enumerate(_SPELLINGS):
        if match.group(f"s{row}") is not None:
            return hint if hint in family else meaning
    return None


def parse_currency(text: str, hint: str | None = None) -> str | None:
    """The ISO 4217 code of the first currency named in ``text``, None where there is none or it is ambiguous.

    ``hint`` is a code expected by the caller; it only decides between the currencies one mark can mean
    ("pesos", "kr", "$"). Any active ISO code is read when it is the whole text; inside a text only common ones.
    """
    text = text[:_MAX_CHARS].strip()
    code = _FORMER_CODES.get(text.upper(), text.upper())
    if code in _ISO_CODES:
        return code
    match = _MARK.search(text)
    return read_mark(match, hint) if match else None


@dataclass(frozen=True, slots=True)
class Rates:
    """Exchange rates of one day: ``units[code]`` units of a currency are worth one unit of ``reference``."""

    date: date
    reference: str
    units: Mapping[str, float]

    def convert(self, amount: float, currency: str) -> float | None:
        """``amount`` of ``currency`` in the reference currency, None where the table lacks the currency."""
        units = self.units.get(currency)
        return None if units is None else amount / units


def load_rates(path: Path | None = None, *, reference: str = "EUR") -> Rates:
    """Read a table of rates; without ``path`` the approximate one that comes with the package.

    The file is UTF-8: comment lines ``# date: YYYY-MM-DD`` and ``# base: CODE``, the header
    ``currency<TAB>units_per_base``, then one currency a line. The rates are rebased to ``reference``.

    Raises SettingsError naming the file and line of what cannot be read, OSError if the file cannot be opened.
    """
    path = path or Path(__file__).with_name("rates.tsv")
    facts: dict[str, str] = {}
    units: dict[str, float] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        where = f"{path}, line {number}"
        if line.startswith("#"):
            name, _, value = line[1:].partition(":")
            facts[name.strip()] = value.strip()
        elif line.strip() and line.split("\t") != ["currency", "units_per_base"]:
            code, rate = _read_rate(line, where)
            if code in units:
                raise SettingsError(f"{where}: {code} is listed twice")
            units[code] = rate
    base = facts.get("base", "")
    if units.get(base) != 1:
        raise SettingsError(f"{path}: a line '# base: CODE' must name a currency whose rate is 1, not {base!r}")
    if reference not in units:
        raise SettingsError(f"{path}: no rate for the reference currency {reference!r}")
    rebased = {code: rate / units[reference] for code, rate in units.items()}
    return Rates(date=_read_date(facts.get("date", ""), path), reference=reference, units=rebased)


def _read_rate(line: str, where: str) -> tuple[str, float]:
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) != 2:
        raise SettingsError(f"{where}: expected 'currency<TAB>rate', found {line[:60]!r}")
    code, written = cells
    if code not in _ISO_CODES:
        raise SettingsError(f"{where}: {code[:20]!r} is not an ISO 4217 currency code")
    try:
        rate = float(written)
    except ValueError:
        rate = math.nan
    if not 0 < rate < math.inf:
        raise SettingsError(f"{where}: the rate of {code} must be a positive number, found {written[:20]!r}")
    return code, rate


def _read_date(written: str, path: Path) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise SettingsError(f"{path}: a line '# date: YYYY-MM-DD' must date the rates, not {written[:20]!r}") from None
