"""Search on every engine, against the plain predicate and exact arithmetic."""

import random
from datetime import timedelta

import numpy as np
import pytest

from milvus.collection import Collection, Member
from milvus.entities import Kind, WorkFormat
from milvus.filters import (
    ExperienceRange,
    Filter,
    Near,
    ResumeFilter,
    SalaryRange,
    VacancyFilter,
    build_expression,
)
from milvus.geo import distance_km
from milvus.store import Store
from tests.filter_oracle import matches_filter
from tests.index_examples import NOW, draw_entity, draw_filter, fill, make_resume, make_vacancy, make_vectors

POPULATION = 120


def find_ids(collection: Collection, filter: Filter | None = None, **options: object) -> list[str]:
    hits = collection.search(make_vectors(1)[0], filter=filter, limit=200, **options)  # type: ignore[arg-type]
    return sorted(hit.entity.id for hit in hits)


def test_search_gives_the_nearest_first_with_their_cosine(store: Store) -> None:
    vectors = make_vectors(50)
    store.vacancies.upsert([make_vacancy(f"{number:02}") for number in range(50)], vectors)
    query = make_vectors(1, seed=1)[0]
    hits = store.vacancies.search(query, limit=50)
    exact = vectors @ query
    assert [hit.entity.id for hit in hits] == [f"{number:02}" for number in np.argsort(-exact)]
    np.testing.assert_allclose([hit.score for hit in hits], np.sort(exact)[::-1], atol=1e-5)


def test_scores_span_minus_one_to_one(store: Store) -> None:
    vector = make_vectors(1)[0]
    store.vacancies.upsert([make_vacancy("same"), make_vacancy("opposite")], np.stack([vector, -vector]))
    same, opposite = store.vacancies.search(vector)
    assert (same.entity.id, opposite.entity.id) == ("same", "opposite")
    assert same.score == pytest.approx(1, abs=1e-6)
    assert opposite.score == pytest.approx(-1, abs=1e-6)
    assert -1 <= opposite.score <= same.score <= 1


def test_pages_of_equal_scores_neither_repeat_nor_skip(store: Store) -> None:
    vector = make_vectors(1)[0]
    ids = [f"{number:02}" for number in range(60)]
    shuffled = random.Random(1).sample(ids, 60)
    store.vacancies.upsert([make_vacancy(id) for id in shuffled], np.tile(vector, (60, 1)))
    pages = [store.vacancies.search(vector, limit=7, offset=offset) for offset in range(0, 63, 7)]
    assert [hit.entity.id for page in pages for hit in page] == ids


def test_an_offset_beyond_the_last_row_gives_nothing(store: Store) -> None:
    fill(store.vacancies, [make_vacancy("a")])
    assert store.vacancies.search(make_vectors(1)[0], offset=5) == []


def test_search_of_an_empty_collection_gives_nothing(store: Store) -> None:
    assert store.resumes.search(make_vectors(1)[0]) == []
    assert store.resumes.search(make_vectors(1)[0], filter=ResumeFilter(countries=["DE"])) == []


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (-1, 0), (10, -1), (16_385, 0), (1, 16_384)])
def test_a_window_out_of_bounds_is_refused(store: Store, limit: int, offset: int) -> None:
    with pytest.raises(ValueError, match="at most 16,384"):
        store.vacancies.search(make_vectors(1)[0], limit=limit, offset=offset)


def test_the_widest_window_is_served(store: Store) -> None:
    fill(store.vacancies, [make_vacancy(id) for id in "abc"])
    assert len(store.vacancies.search(make_vectors(1)[0], limit=16_384)) == 3


def test_a_filter_of_the_other_kind_is_refused(store: Store) -> None:
    with pytest.raises(TypeError, match="ResumeFilter does not filter vacancies"):
        store.vacancies.search(make_vectors(1)[0], filter=ResumeFilter())


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        (VacancyFilter(skills_any=["sql", "go"]), "ab"),
        (VacancyFilter(skills_all=["sql", "go"]), "a"),
        (VacancyFilter(skills_any=["Sql"]), ""),
        (VacancyFilter(countries=["DE", "AT"]), "ab"),
        (VacancyFilter(regions=["Tyrol"]), "b"),
        (VacancyFilter(cities=["Bonn"]), "a"),
        (VacancyFilter(work_formats=["remote", "hybrid"]), "b"),
        (VacancyFilter(employment_types=["contract", "shift"]), "a"),
        (VacancyFilter(languages=["de"]), "a"),
        (VacancyFilter(categories=["it"]), "b"),
        (VacancyFilter(sources=["feed"]), "a"),
        (VacancyFilter(companies=["  ACME   ltd "]), "a"),
        (VacancyFilter(companies=["STRASSE"]), "b"),
        (VacancyFilter(published_since=NOW), "a"),
        (VacancyFilter(published_since=NOW + timedelta(seconds=1)), ""),
        (VacancyFilter(exclude_ids=["a", "z"]), "bc"),
        (VacancyFilter(salary=SalaryRange(min=50_000)), "ab"),
        (VacancyFilter(salary=SalaryRange(min=60_001)), "b"),
        (VacancyFilter(salary=SalaryRange(max=39_999)), ""),
        (VacancyFilter(salary=SalaryRange(max=39_999, or_missing=True)), "c"),
        (VacancyFilter(salary=SalaryRange(min=1, max=2, or_missing=True)), "c"),
        (VacancyFilter(salary=SalaryRange()), "abc"),
        (VacancyFilter(experience=ExperienceRange(min=12, max=12)), "ab"),
        (VacancyFilter(experience=ExperienceRange(min=37)), "b"),
        (VacancyFilter(experience=ExperienceRange(max=11)), ""),
        (VacancyFilter(experience=ExperienceRange(max=11, or_missing=True)), "c"),
        (VacancyFilter(countries=["DE"], skills_any=["go"]), "a"),
        (VacancyFilter(countries=["DE"], skills_any=["rust"]), ""),
        (Filter(countries=["DE"]), "a"),
        (VacancyFilter(), "abc"),
        (None, "abc"),
    ],
)
def test_each_filter_passes_the_rows_that_match(store: Store, filter: Filter | None, found: str) -> None:
    """Row a has every field, row b some, and row c none."""
    a = make_vacancy(
        "a", skills=("sql", "go"), country="DE", city="Bonn", work_format=WorkFormat.ON_SITE, language="de",
        source="feed", employment_types=("contract",), company="Acme Ltd", published_at=NOW,
        salary_min=40_000.0, salary_max=60_000.0, experience_min_months=12, experience_max_months=36,
    )  # fmt: skip
    b = make_vacancy(
        "b", skills=("sql",), country="AT", region="Tyrol", work_format=WorkFormat.REMOTE, category="it",
        company="Straße", salary_min=55_000.0, experience_min_months=12,
    )  # fmt: skip
    fill(store.vacancies, [a, b, make_vacancy("c")])
    assert find_ids(store.vacancies, filter) == list(found)
    assert store.vacancies.count(filter) == len(found)


def test_resumes_are_filtered_by_their_experience(store: Store) -> None:
    fill(
        store.resumes, [make_resume("a", experience_months=24), make_resume("b"), make_resume("c", experience_months=0)]
    )
    assert find_ids(store.resumes, ResumeFilter(experience=ExperienceRange(min=24))) == ["a"]
    assert find_ids(store.resumes, ResumeFilter(experience=ExperienceRange(max=23))) == ["c"]
    assert find_ids(store.resumes, ResumeFilter(experience=ExperienceRange(max=23, or_missing=True))) == ["b", "c"]


def test_expired_rows_are_dropped_only_when_asked(store: Store) -> None:
    ends = {"past": NOW - timedelta(seconds=1), "now": NOW, "future": NOW + timedelta(days=1), "open": None}
    fill(store.vacancies, [make_vacancy(id, expires_at=end) for id, end in ends.items()])
    assert find_ids(store.vacancies) == ["future", "now", "open", "past"]
    assert find_ids(store.vacancies, active_at=NOW) == ["future", "now", "open"]
    assert store.vacancies.count(active_at=NOW) == 3
    assert store.vacancies.count(VacancyFilter(exclude_ids=["open"]), active_at=NOW) == 2


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(50.0, 10.0), (0.0, 180.0), (10.0, -179.95), (89.5, 20.0), (-90.0, 0.0), (66.0, 179.0)],
    ids=["plain", "antimeridian", "east of it", "near the pole", "at the pole", "arctic antimeridian"],
)
@pytest.mark.parametrize("radius_km", [30.0, 400.0])
def test_near_is_exact_everywhere(store: Store, latitude: float, longitude: float, radius_km: float) -> None:
    chance = random.Random(1)
    places = {}
    for number in range(150):
        north = min(90.0, max(-90.0, latitude + chance.uniform(-1.3, 1.3) * radius_km / 111.2))
        width = min(180.0, 1.3 * radius_km / 111.2 / max(0.001, np.cos(np.radians(north))))
        places[f"{number:03}"] = (north, (longitude + chance.uniform(-width, width) + 180) % 360 - 180)
    fill(store.vacancies, [make_vacancy(id, latitude=place[0], longitude=place[1]) for id, place in places.items()])
    expected = [id for id, place in places.items() if distance_km(latitude, longitude, *place) <= radius_km]
    assert 0 < len(expected) < 150
    filter = VacancyFilter(near=Near(latitude=latitude, longitude=longitude, radius_km=radius_km))
    assert find_ids(store.vacancies, filter) == expected
    assert store.vacancies.count(filter) == len(expected)
    pages = [store.vacancies.search(make_vectors(1)[0], filter=filter, limit=10, offset=at) for at in range(0, 150, 10)]
    assert sorted(hit.entity.id for page in pages for hit in page) == expected


def test_near_may_let_remote_work_pass(store: Store) -> None:
    near = {"latitude": 50.0, "longitude": 10.0, "radius_km": 100}
    here, far = {"latitude": 50.1, "longitude": 10.1}, {"latitude": -50.0, "longitude": 10.0}
    entities = [
        make_vacancy("here", **here),
        make_vacancy("far", **far),
        make_vacancy("far remote", **far, work_format=WorkFormat.REMOTE),
        make_vacancy("remote", work_format=WorkFormat.REMOTE),
        make_vacancy("nowhere"),
    ]
    fill(store.vacancies, entities)
    assert find_ids(store.vacancies, VacancyFilter(near=Near(**near))) == ["here"]
    remote = VacancyFilter(near=Near(**near, or_remote=True))
    assert find_ids(store.vacancies, remote) == ["far remote", "here", "remote"]


@pytest.mark.parametrize("kind", Kind)
def test_random_filters_find_exactly_what_matches(store: Store, kind: Kind) -> None:
    """150 combinations of up to four parts for each kind: the same rows, in the same order, as exact arithmetic."""
    chance = random.Random(f"rows of {kind}")
    entities = [draw_entity(kind, f"{kind}-{number}", chance) for number in range(POPULATION)]
    vectors = make_vectors(POPULATION)
    store.collection(kind).upsert(entities, vectors)
    sizes = set()
    for number in range(150):
        filter = draw_filter(kind, chance)
        active_at = NOW if number % 3 == 0 else None
        query = make_vectors(1, seed=number)[0]
        scores = {
            entity.id: float(vector @ query)
            for entity, vector in zip(entities, vectors, strict=True)
            if matches_filter(entity, filter, active_at=active_at)
        }
        hits = store.collection(kind).search(query, filter=filter, limit=POPULATION, active_at=active_at)
        assert [hit.entity.id for hit in hits] == sorted(scores, key=lambda id: -scores[id]), filter
        assert store.collection(kind).count(filter, active_at=active_at) == len(scores), filter
        top = store.collection(kind).search(query, filter=filter, limit=5, active_at=active_at)
        assert top == hits[:5]
        sizes.add(len(scores))
    assert min(sizes) == 0
    assert max(sizes) > POPULATION // 3


def test_array_functions_and_key_columns_mean_the_same(store: Store) -> None:
    """An engine is asked in one of the two ways; both must hold on every engine."""
    chance = random.Random("arrays")
    fill(store.resumes, [draw_entity(Kind.RESUMES, f"r{number}", chance) for number in range(60)])
    for filter in [
        ResumeFilter(skills_any=["python", 'say "hi"', "50% off"]),
        ResumeFilter(skills_all=["python", "a_b"]),
        ResumeFilter(skills_all=["🚀"], employment_types=["full_time", "part_time", "shift", "contract"]),
    ]:
        found = [
            {
                row["id"]
                for row in store.resumes._table.list_all(build_expression(filter, with_arrays=with_arrays), ["id"])
            }
            for with_arrays in (True, False)
        ]
        assert found[0] == found[1]
        assert found[0]


def test_a_ranking_is_what_a_search_finds_with_its_groups(store: Store) -> None:
    groups = ["x", None, "x", "y", None, 'say "y"']
    fill(store.vacancies, [make_vacancy(str(place), duplicate_group=group) for place, group in enumerate(groups)])
    query = make_vectors(1, seed=1)[0]
    hits = store.vacancies.search(query)
    ranked = store.vacancies.rank(query, wanted=4)
    assert [(one.id, one.score) for one in ranked] == [(hit.entity.id, hit.score) for hit in hits[:4]]
    assert {one.id: one.group for one in store.vacancies.rank(query, wanted=100)} == {
        str(place): group for place, group in enumerate(groups)
    }
    assert store.vacancies.fetch(ranked[2:]) == hits[2:4]


def test_members_of_groups_are_those_that_pass_the_filter(store: Store) -> None:
    values = {"a": ("x", "DE"), "b": ("x", "FR"), "c": ('say "y"', "DE"), "d": (None, "DE")}
    entities = [
        make_vacancy(id_, duplicate_group=group, country=country, company="Mill", source="feed", url=f"https://{id_}")
        for id_, (group, country) in values.items()
    ]
    fill(store.vacancies, entities)
    grouped = {"x": ["a", "b"], 'say "y"': ["c"], "z": []}
    assert store.vacancies.list_grouped(list(grouped)) == grouped
    assert store.vacancies.list_grouped(["x"], filter=Filter(countries=["FR"])) == {"x": ["b"]}
    near = Near(latitude=0, longitude=0, radius_km=10)
    assert store.vacancies.list_grouped(["x"], filter=Filter(near=near)) == {"x": []}

    fill(store.resumes, [make_resume("r", duplicate_group="x", expires_at=NOW - timedelta(days=1))])
    assert store.resumes.list_grouped(["x"]) == {"x": ["r"]}
    assert store.resumes.list_grouped(["x"], active_at=NOW) == {"x": []}


def test_members_are_rows_in_short(store: Store) -> None:
    fill(store.vacancies, [make_vacancy("a", company="Mill", source="feed", url="https://a"), make_vacancy("b")])
    assert store.vacancies.fetch_members(["a", "nobody"]) == {
        "a": Member(id="a", title="", company="Mill", source="feed", url="https://a")
    }
    fill(store.resumes, [make_resume("r")])
    assert store.resumes.fetch_members(["r"])["r"].company is None
