"""Search by terms over each engine: BM25 under every filter, up to date with every write."""

import random
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from milvus import Filter, Kind, VacancyFilter
from milvus.aliases import build_schema
from milvus.embedding.port import ModelIdentity
from milvus.engine import Engine
from milvus.entities import Entity
from milvus.filters import Near
from milvus.store import Index, Store
from tests.contract.milvus.conftest import MakeIndex, run_lite_server
from tests.filter_oracle import matches_filter
from tests.index_examples import MODEL, NOW, draw_entity, draw_filter, make_vacancy, make_vectors, open_store

WORDS = ["nurse", "welder", "night", "ward", "java", "kafka", "sql", "truck", "crane", "bakery"]


def put(store: Store, *entities: Entity) -> None:
    store.vacancies.upsert(entities, make_vectors(len(entities)))


def rank(store: Store, text: str, filter: Filter | None = None, *, limit: int = 10) -> list[str]:
    return [one.id for one in store.vacancies.rank_by_text(text, language="en", filter=filter, wanted=limit)]


def test_rows_that_share_more_and_rarer_terms_come_first(store: Store) -> None:
    put(
        store,
        make_vacancy("night", title="Night nurse", text="Ward work at night."),
        make_vacancy("day", title="Nurse", text="Ward work by day."),
        make_vacancy("ward", title="Cleaner", text="Ward work by day."),
        make_vacancy("other", title="Welder", text="Steel."),
    )
    found = store.vacancies.rank_by_text("nurses for night work", language="en", wanted=10)
    assert [one.id for one in found] == ["night", "day", "ward"]
    assert all(one.score > 0 for one in found)
    assert rank(store, "nurses for night work", limit=2) == ["night", "day"]


def test_text_without_a_known_term_finds_nothing(store: Store) -> None:
    put(store, make_vacancy("a", title="Welder"))
    assert (
        rank(store, "zymurgy") == rank(store, "and the of") == rank(store, "") == rank(store, "\x00 \ud800 ...") == []
    )


def test_write_is_seen_by_the_next_search(store: Store) -> None:
    put(store, make_vacancy("a", title="Welder"), make_vacancy("b", title="Welder"))
    put(store, make_vacancy("a", title="Nurse"))
    assert (rank(store, "welder"), rank(store, "nurse")) == (["b"], ["a"])
    store.vacancies.delete(["a", "no such", "\ud800"])
    assert rank(store, "nurse") == []


@pytest.mark.parametrize("seed", range(3))
def test_filter_gives_what_passes_of_the_whole_ranking(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    drawn = [draw_entity(Kind.VACANCIES, f"v{number}", chance) for number in range(300)]
    entities = [replace(entity, title=" ".join(chance.choices(WORDS, k=6))) for entity in drawn]
    put(store, *entities)
    by_id = {entity.id: entity for entity in entities}
    everything = rank(store, "night nurse ward java", limit=300)
    for _ in range(15):
        filter = draw_filter(Kind.VACANCIES, chance)
        wanted = [id for id in everything if matches_filter(by_id[id], filter)]
        assert set(rank(store, "night nurse ward java", filter, limit=300)) == set(wanted)
        few = store.vacancies.rank_by_text("night nurse ward java", language="en", filter=filter, wanted=5)
        scores = {one.id: one.score for one in store.vacancies.rank_by_text("night nurse ward java", wanted=300)}
        best = sorted((scores[id] for id in wanted), reverse=True)[:5]
        assert [one.score for one in few] == pytest.approx(best, rel=1e-5)


def test_place_and_expiry_are_asked_exactly(store: Store) -> None:
    put(
        store,
        make_vacancy("near", title="Nurse", latitude=51.5, longitude=-0.1),
        make_vacancy("corner", title="Nurse", latitude=51.58, longitude=-0.22),
        make_vacancy("over", title="Nurse", latitude=51.5, longitude=-0.1, expires_at=NOW - timedelta(days=1)),
    )
    circle = VacancyFilter(near=Near(latitude=51.5, longitude=-0.1, radius_km=10))
    found = store.vacancies.rank_by_text("nurse", filter=circle, active_at=NOW, wanted=10)
    assert [one.id for one in found] == ["near"]


def test_terms_are_there_again_after_a_restart(make_index: MakeIndex, tmp_path: Path) -> None:
    uri = make_index()
    with open_store(uri, terms_folder=tmp_path) as store:
        put(store, make_vacancy("a", title="Nurse"), make_vacancy("b", title="Welder"))
    with open_store(uri, terms_folder=tmp_path) as store:
        assert rank(store, "nurse") == ["a"]


def test_terms_that_were_lost_are_made_from_the_rows(make_index: MakeIndex, tmp_path: Path) -> None:
    uri = make_index()
    with open_store(uri, terms_folder=tmp_path) as store:
        put(store, make_vacancy("a", title="Nurse"), make_vacancy("b", title="Welder"))
    shutil.rmtree(tmp_path)
    with open_store(uri, terms_folder=tmp_path) as store:
        assert (rank(store, "nurse"), rank(store, "welder")) == (["a"], ["b"])
        put(store, make_vacancy("c", title="Baker"))
        assert rank(store, "baker") == ["c"]


def test_each_generation_has_terms_of_its_own(make_index: MakeIndex, tmp_path: Path) -> None:
    with closing(Index.open(make_index(), terms_folder=tmp_path)) as index:
        first = index.open_serving(MODEL)
        put(first, make_vacancy("a", title="Nurse"))
        second = index.make_generation(2, MODEL)
        put(second, make_vacancy("b", title="Nurse"))
        assert (rank(first, "nurse"), rank(second, "nurse")) == (["a"], ["b"])
        index.switch(2)
        index.drop_generation(1)
        assert rank(second, "nurse") == ["b"]
        assert not list(tmp_path.glob("*_v1-*"))


def test_two_who_write_into_one_index_find_each_others_rows(tmp_path: Path) -> None:
    terms = tmp_path / "terms"
    with (
        run_lite_server(tmp_path) as (uri, _),
        open_store(uri, terms_folder=terms) as one,
        open_store(uri, terms_folder=terms) as other,
    ):
        put(one, make_vacancy("a", title="Nurse"))
        put(other, make_vacancy("b", title="Nurse"))
        assert set(rank(one, "nurse")) == set(rank(other, "nurse")) == {"a", "b"}


def test_server_is_asked_to_rank_terms_itself() -> None:
    model = ModelIdentity("tiny", "1", 8, "", "", "mean")
    schema = build_schema(Kind.VACANCIES, model.dimension, engine=Engine("v3.0.1"), description="").to_dict()
    fields = {field["name"]: field for field in schema["fields"]}
    assert fields["terms"]["params"]["analyzer_params"] == '{"tokenizer":"whitespace"}'
    (function,) = schema["functions"]
    assert (function["input_field_names"], function["output_field_names"]) == (["terms"], ["term_vector"])
