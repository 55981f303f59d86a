"""The parts of a score about where the work is and what it pays."""

import math
import re
from functools import lru_cache

from milvus import Entity, Resume, Vacancy, WorkFormat
from milvus.geo import distance_km
from service.ranking.values import PartScore, know, know_nothing

# Distances that cost nothing, and how many more kilometers halve the value: hybrid work is traveled to less often.
_REACH = {WorkFormat.ON_SITE: (15.0, 25.0), WorkFormat.HYBRID: (30.0, 50.0)}
_SAME_REGION, _SAME_COUNTRY, _ABROAD = 0.5, 0.2, 0.0
_MOVING = 0.6
_REMOTE_ABROAD = 0.4
# Rows: what the resume wants; columns: what the vacancy offers.
_FORMATS = {
    (WorkFormat.ON_SITE, WorkFormat.HYBRID): 0.9,
    (WorkFormat.ON_SITE, WorkFormat.REMOTE): 0.7,
    (WorkFormat.HYBRID, WorkFormat.ON_SITE): 0.7,
    (WorkFormat.HYBRID, WorkFormat.REMOTE): 0.9,
    (WorkFormat.REMOTE, WorkFormat.ON_SITE): 0.2,
    (WorkFormat.REMOTE, WorkFormat.HYBRID): 0.5,
}
_NO_MOVE = re.compile(
    r"(?<!\w)(?:not? (?:willing|ready|open|able|planning|looking|prepared) to relocate"
    r"|(?:no|without) relocation|no relocating"
    r"|не готова? к переезду|без переезда|переезд не (?:планир|рассматр)\w*|переезжать не|к переезду не готов"
    r"|sin (?:cambio de residencia|traslado)|no (?:busco|contemplo|quiero) (?:mudar|traslad|cambi)\w*)",
    re.IGNORECASE,
)
_MOVE = re.compile(
    r"(?<!\w)(?:(?:willing|ready|open|able|happy|prepared) (?:to relocate|to move|to relocation)"
    r"|(?:will|can|would) relocate"
    r"|готова? (?:к переезду|переехать)|готовность к переезду|возможен переезд|рассматриваю переезд|перееду"
    r"|могу переехать"
    r"|disponib\w+ (?:para|a) (?:traslad|mudar|cambi|viv)\w*|cambio de residencia"
    r"|dispuest[oa] a (?:mudar|traslad|cambi)\w*"
    r"|me (?:mudo|mudaría|trasladaría))(?!\w)",
    re.IGNORECASE,
)
_OPEN_TOP = 1.2
_TOO_SHORT = 0.4
_UNCLEAR_TAX = 0.15


# One resume meets many vacancies, and the place is looked at twice for each. Few, since texts are long.
@lru_cache(maxsize=64)
def is_willing_to_move(text: str) -> bool:
    """Whether a resume says that the person would move for work; False where it says not or nothing."""
    return _MOVE.search(text) is not None and _NO_MOVE.search(text) is None


def score_place(resume: Resume, vacancy: Vacancy) -> PartScore:
    """How well the place of work and the work format suit the person: the product of the two, where both are known.

    Remote work suits anywhere in the vacancy's country, or everywhere where it names none. Work on site suits within
    15 km and halves with every 25 km more (hybrid: 30 and 50). Without coordinates the same city counts 1, the same
    region 0.5, the same country 0.2. Someone willing to move is never below 0.6.
    """
    location = _score_location(resume, vacancy)
    wanted, offered = resume.work_format, vacancy.work_format
    if wanted is None or offered is None:
        return location
    factor = 1.0 if wanted is offered else _FORMATS[wanted, offered]
    fits = know(
        factor, "format_same" if wanted is offered else "format_differs", wanted=wanted.value, offered=offered.value
    )
    if location.value is None:
        return PartScore(fits.value, location.notes + fits.notes)
    return PartScore(location.value * factor, location.notes + fits.notes)


def _score_location(resume: Resume, vacancy: Vacancy) -> PartScore:
    if vacancy.work_format is WorkFormat.REMOTE:
        if vacancy.country and resume.country and vacancy.country != resume.country:
            return know(_REMOTE_ABROAD, "place_remote_abroad", resume=resume.country, vacancy=vacancy.country)
        return know(1.0, "place_remote")
    distance = measure_distance(resume, vacancy)
    near = _score_nearness(resume, vacancy, distance)
    if near.value is not None and near.value < _MOVING and is_willing_to_move(resume.text):
        return know(_MOVING, "place_willing_to_move", resume=resume.city, vacancy=vacancy.city, distance=distance)
    return near


def _score_nearness(resume: Resume, vacancy: Vacancy, distance: float | None) -> PartScore:
    places = {"resume": resume.city, "vacancy": vacancy.city, "distance": distance}
    if is_same_city(resume, vacancy):
        return know(1.0, "place_same_city", **places)
    abroad = resume.country is not None and vacancy.country is not None and resume.country != vacancy.country
    if distance is not None:
        free, halving = _REACH[WorkFormat.HYBRID if vacancy.work_format is WorkFormat.HYBRID else WorkFormat.ON_SITE]
        value: float = 0.5 ** (max(0.0, distance - free) / halving)
        return know(value, "place_distance", **places)
    if abroad:
        return know(_ABROAD, "place_abroad", resume=resume.country, vacancy=vacancy.country)
    if vacancy.city is None and vacancy.region is None and vacancy.country is None:
        return know_nothing("place_unknown", **places)
    if resume.region and resume.region == vacancy.region:
        return know(_SAME_REGION, "place_same_region", region=resume.region)
    if resume.country and vacancy.country and (resume.city or resume.region) and (vacancy.city or vacancy.region):
        return know(_SAME_COUNTRY, "place_same_country", **places)
    return know_nothing("place_unknown", **places)


def is_same_city(one: Entity, other: Entity) -> bool:
    """Whether both stand in one city, of one country where both name it."""
    countries = {place.country for place in (one, other) if place.country}
    return one.city is not None and one.city == other.city and len(countries) < 2


def measure_distance(one: Entity, other: Entity) -> float | None:
    """Kilometers between two places, to the nearest 0.1; None where a coordinate is missing."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    return round(distance_km(one.latitude, one.longitude, other.latitude, other.longitude), 1)


def score_salary(resume: Resume, vacancy: Vacancy) -> PartScore:
    """How near the offer comes to the wish, in the reference currency a year.

    1 where the most that is offered reaches the least that is wished; below that it falls in a line to 0 at 40 %
    short of the wish. "From" an amount is taken to have room for 20 % more. Where one side is before taxes and the
    other after, or one side does not say, 15 % are let pass, since we do not work out taxes.
    """
    wish = resume.salary_min if resume.salary_min is not None else resume.salary_max
    top = vacancy.salary_max
    if top is None and vacancy.salary_min is not None:
        top = vacancy.salary_min * _OPEN_TOP
    if wish is None or top is None or not math.isfinite(wish) or not math.isfinite(top):
        missing = "both" if wish is None and top is None else "resume" if wish is None else "vacancy"
        return know_nothing("salary_unknown", missing=missing)
    amounts = {"wish": wish, "least": vacancy.salary_min, "most": vacancy.salary_max}
    same_tax = resume.salary_gross is not None and resume.salary_gross == vacancy.salary_gross
    short = (wish - top) / wish if wish > 0 else 0.0
    if short <= 0:
        return know(1.0, "salary_met", **amounts)
    counted = short if same_tax else max(0.0, short - _UNCLEAR_TAX)
    return know(1 - counted / _TOO_SHORT, "salary_short", **amounts, short=round(short, 4), same_tax=same_tax)
