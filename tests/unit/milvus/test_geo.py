"""Distances, and the boxes that stand for a circle."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus.geo import EARTH_RADIUS_KM, MAX_DISTANCE_KM, Box, cover_circle, distance_km

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)


def holds(box: Box, latitude: float, longitude: float) -> bool:
    if not box.south <= latitude <= box.north:
        return False
    if box.west is None or box.east is None:
        return True
    if box.west <= box.east:
        return box.west <= longitude <= box.east
    return longitude >= box.west or longitude <= box.east


@pytest.mark.parametrize(
    ("place", "other", "expected"),
    [
        ((52.5200, 13.4050), (48.8566, 2.3522), 877.5),  # Berlin, Paris
        ((55.7558, 37.6173), (59.9343, 30.3351), 634.0),  # Moscow, Saint Petersburg
        ((0, 179.5), (0, -179.5), 111.2),
        ((90, 10), (90, -100), 0),
        ((0, 0), (0, 180), math.pi * EARTH_RADIUS_KM),
    ],
)
def test_distances_of_known_places(place: tuple[float, float], other: tuple[float, float], expected: float) -> None:
    assert distance_km(*place, *other) == pytest.approx(expected, abs=1.0)


@given(latitudes, longitudes, latitudes, longitudes)
def test_a_distance_is_the_same_both_ways(a: float, b: float, c: float, d: float) -> None:
    assert distance_km(a, b, c, d) == pytest.approx(distance_km(c, d, a, b), abs=1e-6)
    assert 0 <= distance_km(a, b, c, d) < MAX_DISTANCE_KM


@given(latitudes, longitudes, latitudes, longitudes)
def test_boxes_hold_a_point_at_exactly_the_radius(a: float, b: float, c: float, d: float) -> None:
    radius = max(distance_km(a, b, c, d), 1e-6)
    assert any(holds(box, c, d) for box in cover_circle(a, b, radius))


@given(latitudes, longitudes, st.floats(0, 360), st.floats(0, 1), st.floats(-6, 3.5).map(lambda power: 10**power))
def test_boxes_hold_every_point_of_the_circle(
    latitude: float, longitude: float, bearing: float, share: float, radius_km: float
) -> None:
    """The point at a bearing and a share of the radius (great-circle destination)."""
    phi, angle, turn = math.radians(latitude), share * radius_km / EARTH_RADIUS_KM, math.radians(bearing)
    sine = math.sin(phi) * math.cos(angle) + math.cos(phi) * math.sin(angle) * math.cos(turn)
    north = math.asin(max(-1.0, min(1.0, sine)))
    east = math.atan2(
        math.sin(turn) * math.sin(angle) * math.cos(phi), math.cos(angle) - math.sin(phi) * math.sin(north)
    )
    point = math.degrees(north), (longitude + math.degrees(east) + 180) % 360 - 180
    assert any(holds(box, *point) for box in cover_circle(latitude, longitude, radius_km))


@pytest.mark.parametrize(("latitude", "radius_km"), [(70.0, 2000.0), (-60.0, 3000.0), (80.0, 1000.0)])
def test_boxes_hold_the_easternmost_point_of_the_circle(latitude: float, radius_km: float) -> None:
    """It lies nearer to the pole than the center: at asin(sin(latitude) / cos(angle))."""
    phi, angle = math.radians(latitude), 0.999999 * radius_km / EARTH_RADIUS_KM
    north = math.degrees(math.asin(math.sin(phi) / math.cos(angle)))
    east = math.degrees(math.asin(math.sin(angle) / math.cos(phi)))
    assert distance_km(latitude, 0.0, north, east) <= radius_km
    assert any(holds(box, north, east) for box in cover_circle(latitude, 0.0, radius_km))


@pytest.mark.parametrize("latitude", [0.0, 50.0, -70.0])
def test_boxes_hold_little_more_than_the_circle(latitude: float) -> None:
    """A square around a circle holds 27 % more than the circle; the boxes stay below 15 %."""
    chance = random.Random(1)
    boxes = cover_circle(latitude, 20.0, 300.0)
    points = [(latitude + chance.uniform(-4, 4), 20.0 + chance.uniform(-15, 15)) for _ in range(40_000)]
    # Points are spread evenly over degrees, so each weighs the area of its own.
    weights = [(point, math.cos(math.radians(point[0]))) for point in points]
    inside = sum(weight for point, weight in weights if distance_km(latitude, 20.0, *point) <= 300)
    held = sum(weight for point, weight in weights if any(holds(box, *point) for box in boxes))
    assert inside < held < 1.15 * inside


@pytest.mark.parametrize(("longitude", "crosses"), [(179.9, True), (-179.9, True), (0.0, False)])
def test_boxes_cross_the_antimeridian(longitude: float, crosses: bool) -> None:
    widest = cover_circle(0.0, longitude, 100.0)[2]
    assert widest.west is not None
    assert widest.east is not None
    assert (widest.west > widest.east) is crosses


def test_boxes_around_a_pole_span_every_longitude() -> None:
    assert cover_circle(89.9, 0.0, 100.0)[-1].west is None
