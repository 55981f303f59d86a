"""Distances on the Earth, and boxes around a circle for an engine that can only compare numbers."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

EARTH_RADIUS_KM = 6371.0088  # mean radius of the IUGG (GRS 80)
MAX_DISTANCE_KM = 20_040.0  # just over half the Earth's circumference

_BANDS = 6
_WIDE = math.radians(60)  # from here on a circle is boxed by its latitudes alone
_MARGIN = 1e-6  # degrees, about 11 cm: covers rounding, so that a box never cuts its circle


@dataclass(frozen=True, slots=True)
class Box:
    """Latitudes from `south` to `north` and longitudes from `west` eastward to `east`, in degrees, edges included.

    `west` is greater than `east` where the box crosses the antimeridian; both are None where it spans every longitude.
    """

    south: float
    north: float
    west: float | None
    east: float | None


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """The great-circle distance of two points given in degrees, by the haversine formula on a sphere."""
    phi, other_phi = math.radians(latitude), math.radians(other_latitude)
    half_lambda = math.radians(other_longitude - longitude) / 2
    square = math.sin((other_phi - phi) / 2) ** 2 + math.cos(phi) * math.cos(other_phi) * math.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, square)))


def measure_distances(
    latitude: float, longitude: float, latitudes: npt.NDArray[np.float64], longitudes: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """As `distance_km`, to many points at once; NaN to one without coordinates."""
    phi, phis = math.radians(latitude), np.radians(latitudes)
    half_lambdas = np.radians(longitudes - longitude) / 2
    squares = np.sin((phis - phi) / 2) ** 2 + math.cos(phi) * np.cos(phis) * np.sin(half_lambdas) ** 2
    distances: npt.NDArray[np.float64] = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(1.0, squares)))
    return distances


def cover_circle(latitude: float, longitude: float, radius_km: float) -> list[Box]:
    """Boxes that together hold every point within `radius_km` of a point, and little more.

    The circle is cut into bands of latitude, each as wide as the circle is at its widest within the band.
    """
    angle = radius_km / EARTH_RADIUS_KM
    south = max(-90.0, latitude - math.degrees(angle) - _MARGIN)
    north = min(90.0, latitude + math.degrees(angle) + _MARGIN)
    if angle >= _WIDE:
        return [Box(south, north, None, None)]
    edges = [south + (north - south) * step / _BANDS for step in range(_BANDS)] + [north]
    return [
        Box(low, high, *_longitudes(longitude, _band_width(latitude, angle, low, high)))
        for low, high in pairwise(edges)
    ]


def _band_width(latitude: float, angle: float, low: float, high: float) -> float:
    """The greatest difference in longitude, in degrees, that the circle reaches between two latitudes."""
    phi = math.radians(latitude)
    candidates = [math.radians(low), math.radians(high)]
    widest_sine = math.sin(phi) / math.cos(angle)
    if abs(widest_sine) <= 1 and low <= math.degrees(math.asin(widest_sine)) <= high:
        candidates.append(math.asin(widest_sine))
    return max(_half_width(phi, angle, candidate) for candidate in candidates) + _MARGIN


def _half_width(phi: float, angle: float, at: float) -> float:
    """Half the circle's width at one latitude, in degrees of longitude (spherical law of cosines)."""
    scale = math.cos(phi) * math.cos(at)
    if scale < 1e-12:
        return 180.0
    cosine = (math.cos(angle) - math.sin(phi) * math.sin(at)) / scale
    return math.degrees(math.acos(min(1.0, max(-1.0, cosine))))


def _longitudes(longitude: float, half_width: float) -> tuple[float | None, float | None]:
    """West and east of an interval around a longitude, brought back into [-180, 180]."""
    # Rounding in acos grows where the cosine is near 1; a thousandth of the width covers it at every radius.
    half_width *= 1.001
    if half_width >= 180:
        return None, None
    west, east = longitude - half_width, longitude + half_width
    return (west + 360 if west < -180 else west), (east - 360 if east > 180 else east)
