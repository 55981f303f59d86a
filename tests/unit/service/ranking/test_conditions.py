"""Place, work format and salary."""

from typing import Any

import pytest

from milvus import WorkFormat
from service.ranking.conditions import is_willing_to_move, score_place, score_salary
from service.ranking.values import PartScore
from tests.unit.service.ranking.examples import make_resume, make_vacancy

_LONDON: dict[str, Any] = {
    "country": "GB",
    "region": "England",
    "city": "London",
    "latitude": 51.51,
    "longitude": -0.13,
}
_CROYDON: dict[str, Any] = {
    "country": "GB",
    "region": "England",
    "city": "Croydon",
    "latitude": 51.37,
    "longitude": -0.10,
}
_LEEDS: dict[str, Any] = {"country": "GB", "region": "England", "city": "Leeds", "latitude": 53.80, "longitude": -1.55}


def _bare(place: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in place.items() if name not in ("latitude", "longitude")}


def _place(at: dict[str, Any], work_at: dict[str, Any], **values: Any) -> PartScore:
    wanted, offered = values.get("wanted"), values.get("offered", WorkFormat.ON_SITE)
    resume = make_resume(**at, work_format=wanted, text=values.get("text", ""))
    return score_place(resume, make_vacancy(**work_at, work_format=offered))


@pytest.mark.parametrize(
    ("at", "work_at", "value"),
    [
        (_LONDON, _LONDON, 1.0),
        (_CROYDON, _LONDON, 0.98),
        (_LEEDS, _LONDON, 0.0),
        (_bare(_LEEDS), _bare(_LONDON), 0.5),
        ({"country": "GB", "region": "Scotland"}, _bare(_LONDON), 0.2),
        ({"country": "FR"}, _bare(_LONDON), 0.0),
        ({"country": "CA", "city": "London"}, _bare(_LONDON), 0.0),
        ({"city": "London"}, _bare(_LONDON), 1.0),
        ({"country": "GB"}, _bare(_LONDON), None),
        ({}, _LONDON, None),
        (_LONDON, {}, None),
    ],
)
def test_score_place_falls_with_the_way_to_work(
    at: dict[str, Any], work_at: dict[str, Any], value: float | None
) -> None:
    assert _place(at, work_at).value == pytest.approx(value, abs=0.02)


def test_score_place_lets_people_live_farther_from_hybrid_work() -> None:
    far = _LONDON | {"city": "Reading", "latitude": 51.45, "longitude": -0.97}
    hybrid, on_site = (
        _place(far, _LONDON, offered=offered).value for offered in (WorkFormat.HYBRID, WorkFormat.ON_SITE)
    )
    assert hybrid is not None
    assert on_site is not None
    assert hybrid > on_site


@pytest.mark.parametrize(
    ("at", "work_at", "value"),
    [(_LEEDS, _LONDON, 1.0), ({}, _LONDON, 1.0), ({"country": "FR"}, {}, 1.0), ({"country": "FR"}, _LONDON, 0.4)],
)
def test_score_place_takes_remote_work_anywhere_in_its_country(
    at: dict[str, Any], work_at: dict[str, Any], value: float
) -> None:
    assert _place(at, work_at, offered=WorkFormat.REMOTE).value == value


def test_score_place_counts_a_format_that_is_not_wanted() -> None:
    assert _place(_LONDON, _LONDON, wanted=WorkFormat.REMOTE).value == 0.2
    assert _place(_LONDON, _LONDON, wanted=WorkFormat.HYBRID).value == 0.7
    assert _place({}, {}, wanted=WorkFormat.REMOTE, offered=WorkFormat.HYBRID).value == 0.5


@pytest.mark.parametrize("text", ["Willing to relocate.", "Готова к переезду.", "Disponibilidad para trasladarme."])
def test_score_place_does_not_give_up_on_someone_who_would_move(text: str) -> None:
    part = _place(_LEEDS, _LONDON, text=text)
    assert (part.value, part.notes[0].code) == (0.6, "place_willing_to_move")


@pytest.mark.parametrize(
    "text", ["Not willing to relocate.", "К переезду не готов.", "Переезд не планирую.", "I move furniture.", ""]
)
def test_is_willing_to_move_needs_to_be_said(text: str) -> None:
    assert not is_willing_to_move(text)


def _salary(
    wish: tuple[float | None, float | None], offer: tuple[float | None, float | None], *, gross: bool | None = True
) -> PartScore:
    resume = make_resume(salary_min=wish[0], salary_max=wish[1], salary_gross=gross)
    return score_salary(resume, make_vacancy(salary_min=offer[0], salary_max=offer[1], salary_gross=True))


@pytest.mark.parametrize(
    ("wish", "offer", "value"),
    [
        ((50_000, None), (45_000, 55_000), 1.0),
        ((30_000, 35_000), (45_000, 55_000), 1.0),
        ((50_000, 70_000), (45_000, 55_000), 1.0),
        ((50_000, None), (None, 45_000), 0.75),
        ((50_000, None), (None, 40_000), 0.5),
        ((50_000, None), (None, 30_000), 0.0),
        ((50_000, None), (None, 1_000), 0.0),
        ((None, 50_000), (None, 45_000), 0.75),
        ((50_000, None), (45_000, None), 1.0),
        ((0, None), (0, 0), 1.0),
        ((None, None), (None, 45_000), None),
        ((50_000, None), (None, None), None),
    ],
)
def test_score_salary_falls_with_what_the_offer_lacks(
    wish: tuple[float | None, float | None], offer: tuple[float | None, float | None], value: float | None
) -> None:
    assert _salary(wish, offer).value == pytest.approx(value)


def test_score_salary_lets_a_gap_pass_that_taxes_may_explain() -> None:
    assert _salary((50_000, None), (None, 45_000), gross=None).value == 1
    assert _salary((50_000, None), (None, 32_500), gross=False).value == pytest.approx(0.5)


def test_score_salary_says_which_side_states_none() -> None:
    assert _salary((None, None), (None, 45_000)).notes[0].values["missing"] == "resume"
