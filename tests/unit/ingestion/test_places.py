"""Places in three languages, in parts or as free text."""

import math

import pytest

from ingestion.places import Place, is_known_place, normalize_place


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("GB", "GB"), ("gbr", "GB"), ("UK", "GB"), ("Great Britain", "GB"), ("Великобритания", "GB"), ("Reino Unido",
        "GB"),
        ("Россия", "RU"), ("РФ", "RU"), ("Russian Federation", "RU"), ("Rusia", "RU"), ("España", "ES"), ("espana",
        "ES"),
        ("Испания", "ES"), ("ESP", "ES"), ("США", "US"), ("EE. UU.", "US"), ("Deutschland", "DE"), ("Казахстан", "KZ"),
        ("México", "MX"), ("Czech Republic", "CZ"), ("Белоруссия", "BY"), ("Нидерланды", "NL"),
    ],
)  # fmt: skip
def test_country_in_any_spelling_becomes_its_code(given: str, code: str) -> None:
    assert normalize_place(country=given).country == code


def test_unknown_country_becomes_none() -> None:
    assert normalize_place(country="Atlantis") == Place(None, None, None, None, None)


@pytest.mark.parametrize(
    ("given", "city", "country"),
    [
        ("Москва", "Moscow", "RU"),
        ("МСК", "Moscow", "RU"),
        ("Moscú", "Moscow", "RU"),
        ("Санкт-Петербург", "Saint Petersburg", "RU"),
        ("СПб", "Saint Petersburg", "RU"),
        ("Питер", "Saint Petersburg", "RU"),
        ("г. Екатеринбург", "Yekaterinburg", "RU"),
        ("Sevilla", "Sevilla", "ES"),
        ("Севилья", "Sevilla", "ES"),
        ("Londres", "London", "GB"),
        ("Мюнхен", "Munich", "DE"),
        ("Αθήνα", "Athens", "GR"),
    ],
)
def test_city_in_any_language_becomes_canonical(given: str, city: str, country: str) -> None:
    place = normalize_place(city=given)
    assert (place.city, place.country) == (city, country)
    assert place.latitude is not None
    assert place.longitude is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Leeds, West Yorkshire, UK", ("Leeds", "West Yorkshire", "GB")),
        ("г. Казань, Республика Татарстан", ("Kazan", "Республика Татарстан", "RU")),
        ("Россия, Московская область, г. Балашиха", ("Balashikha", "Московская область", "RU")),
        ("Москва, м. Сокол", ("Moscow", None, "RU")),
        ("Madrid, España", ("Madrid", None, "ES")),
        ("Córdoba, Andalucía, España", ("Córdoba", "Andalucía", "ES")),
        ("Cambridge, MA", ("Cambridge", "Massachusetts", "US")),
        ("Atlanta, Georgia", ("Atlanta", "Georgia", "US")),
        ("Tbilisi, Georgia", ("Tbilisi", None, "GE")),
        ("San Francisco, CA", ("San Francisco", "California", "US")),
        ("Toronto, CA", ("Toronto", None, "CA")),
        ("Washington, DC", ("Washington", "District of Columbia", "US")),
        ("Ciudad de México", ("Mexico City", None, "MX")),
        ("Remote", (None, None, None)),
        ("Удалённо", (None, None, None)),
        ("Remote - Spain", (None, None, "ES")),
        ("Teletrabajo (Madrid)", ("Madrid", None, "ES")),
        ("", (None, None, None)),
    ],
)
def test_free_text_is_read_into_city_region_and_country(
    text: str, expected: tuple[str | None, str | None, str | None]
) -> None:
    place = normalize_place(text=text)
    assert (place.city, place.region, place.country) == expected


def test_ambiguous_city_is_decided_by_country() -> None:
    assert normalize_place(city="Valencia", country="España").latitude == pytest.approx(39.47, abs=0.1)
    assert normalize_place(city="Valencia", country="Venezuela").latitude == pytest.approx(10.16, abs=0.1)


def test_ambiguous_city_is_decided_by_nearest_coordinates() -> None:
    assert normalize_place(city="Cambridge", latitude=52.2, longitude=0.1).country == "GB"
    assert normalize_place(city="Cambridge", latitude=42.4, longitude=-71.1).country == "US"


def test_ambiguous_city_is_decided_by_population_only_if_dominant() -> None:
    assert normalize_place(city="London").country == "GB"
    assert normalize_place(city="Valencia") == Place("Valencia", None, None, None, None)


def test_city_far_from_coordinates_without_country_stays_undecided() -> None:
    assert normalize_place(city="London", latitude=-33.0, longitude=151.0).country is None


def test_unknown_city_is_kept_as_given() -> None:
    place = normalize_place(city="Nether Wibbleton", country="GB", latitude=52.01, longitude=-0.26)
    assert place == Place("Nether Wibbleton", None, "GB", 52.01, -0.26)


def test_unknown_city_in_capitals_gets_title_case() -> None:
    assert normalize_place(city="NETHER WIBBLETON", country="GB").city == "Nether Wibbleton"


def test_known_city_in_capitals_becomes_canonical() -> None:
    assert normalize_place(city="ARLESEY", country="GB").city == "Arlesey"


def test_city_is_found_in_an_address() -> None:
    assert normalize_place(city="Royal Infirmary, Hull", country="GB").city == "Kingston upon Hull"
    assert normalize_place(city="12 High Street, York, YO1 7HH", country="GB").city == "York"


def test_address_without_known_city_gives_no_city() -> None:
    assert normalize_place(city="Saint Agatha Hospital", country="GB").city is None


def test_region_of_united_states_becomes_canonical() -> None:
    place = normalize_place(city="Birmingham", region="AL")
    assert (place.city, place.region, place.country) == ("Birmingham", "Alabama", "US")


def test_region_elsewhere_is_kept_as_given() -> None:
    assert normalize_place(city="Казань", region="Татарстан").region == "Татарстан"


def test_given_coordinates_are_kept() -> None:
    place = normalize_place(city="Leeds", country="GB", latitude=53.81, longitude=-1.5)
    assert (place.latitude, place.longitude) == (53.81, -1.5)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(91.0, 0.0), (0.0, 181.0), (-91.0, 10.0), (math.nan, 10.0), (10.0, math.nan), (math.inf, 1.0), (0.0, 0.0),
    (None, 1.0)],
)  # fmt: skip
def test_impossible_coordinates_count_as_not_given(latitude: float | None, longitude: float | None) -> None:
    place = normalize_place(city="Nether Wibbleton", latitude=latitude, longitude=longitude)
    assert (place.latitude, place.longitude) == (None, None)


@pytest.mark.parametrize(
    "name", ["Leeds", "г. Казань", "Россия", "Texas", "Московская область", "West Yorkshire County"]
)
def test_names_of_places_are_known(name: str) -> None:
    assert is_known_place(name)


@pytest.mark.parametrize("name", ["", "Paris Hilton", "Corporation Road", "senior welder"])
def test_other_phrases_are_no_places(name: str) -> None:
    assert not is_known_place(name)


def test_small_cities_may_be_passed_over() -> None:
    assert is_known_place("Wells")
    assert not is_known_place("Wells", min_population=15_000)
