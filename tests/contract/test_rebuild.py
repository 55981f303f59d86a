"""The rebuild over a real index: whatever is written meanwhile, wherever it is broken off, nothing is lost or stale."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import Installation, Settings, VacancyDocument, open_installation
from ingestion.rebuild import mend_switch
from ingestion.records import State
from ingestion.standby import StandbyState, StandbyStatus
from milvus import Kind, Vectors
from milvus.aliases import point_alias
from milvus.collection import Collection
from milvus.embedding import HashingEmbedder
from milvus.errors import UnembeddableText

OLD, NEW = "hashing-64", "hashing-32"


def make_settings(folder: Path) -> Settings:
    return Settings(_env_file=None, data_dir=folder, embedding_backend="hashing", embedding_model=OLD)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Installation]:
    """An installation that serves 150 vacancies."""
    with closing(open_installation(make_settings(tmp_path))) as installation:
        put(installation, *(f"v{number}" for number in range(150)))
        work(installation)
        yield installation


def put(own: Installation, *ids: str, title: str = "Baker") -> None:
    own.books.ledger.record([VacancyDocument(id=id_, title=f"{title} {id_}") for id_ in ids])


def work(own: Installation) -> None:
    own.create_worker().drain()


def step(own: Installation) -> StandbyStatus:
    own.rebuilder.work_once()
    standby = own.books.standby.get()
    assert standby is not None
    return standby


def finish(own: Installation) -> StandbyStatus:
    while (standby := step(own)).is_under_way:
        pass
    return standby


def list_titles(own: Installation) -> dict[str, str | None]:
    vacancies = own.serving.get().store.vacancies
    return {entity.id: entity.title for batch in vacancies.iterate() for entity in batch}


def check_serves_the_ledger(own: Installation) -> None:
    stored = own.books.ledger.list_documents(Kind.VACANCIES, limit=1000)
    assert list_titles(own) == {one.document.id: one.document.title for one in stored}
    assert {one.state for one in stored} <= {State.INDEXED}
    served = own.serving.get()
    for one in stored[::50]:
        (vector,) = served.embedder.embed_queries([one.document.title or ""])
        assert served.store.vacancies.search(vector, limit=1)[0].entity.id == one.document.id


def test_a_rebuild_serves_every_document_by_the_new_model(own: Installation) -> None:
    own.books.standby.begin(NEW)
    assert own.serving.get().store.model.name == OLD
    kept = finish(own)
    assert (kept.state, kept.generation, kept.embedding_model) == (StandbyState.KEPT, 1, OLD)
    assert own.serving.get().store.model.name == NEW == own.serving.get().embedder.identity.name
    check_serves_the_ledger(own)


def test_a_rollback_serves_by_the_old_model_what_was_written_since(own: Installation) -> None:
    own.books.standby.begin(NEW)
    finish(own)
    put(own, "v3", "later", title="Miller")
    own.books.ledger.delete(Kind.VACANCIES, ["v4"])
    work(own)
    own.books.standby.move(StandbyState.CATCHING_UP)
    kept = finish(own)
    assert (kept.generation, kept.embedding_model) == (2, NEW)
    assert own.serving.get().store.model.name == OLD
    assert len(list_titles(own)) == 150
    check_serves_the_ledger(own)


def test_the_next_rebuild_drops_what_was_kept(own: Installation) -> None:
    for model in (NEW, OLD, NEW):
        own.books.standby.begin(model)
        finish(own)
    assert own.index.list_generations() == [3, 4]
    check_serves_the_ledger(own)


def test_the_same_model_embeds_nothing_again(own: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: HashingEmbedder, texts: list[str]) -> Vectors:
        raise AssertionError(f"embeds {texts[:3]}")

    monkeypatch.setattr(HashingEmbedder, "embed_documents", refuse)
    own.books.standby.begin(OLD)
    finish(own)
    monkeypatch.undo()
    assert own.serving.get().store.generation == 2
    check_serves_the_ledger(own)


def test_a_rebuild_broken_off_anywhere_goes_on_where_it_was(tmp_path: Path) -> None:
    chosen = make_settings(tmp_path)
    with closing(open_installation(chosen)) as own:
        put(own, *(f"v{number}" for number in range(200)))
        work(own)
        own.books.standby.begin(NEW)
    seen = []
    under_way = True
    while under_way:
        with closing(open_installation(chosen)) as own:
            put(own, f"v{len(seen)}", title="Miller")
            work(own)
            standby = step(own)
            seen.append((standby.state, standby.done))
            # A switch that was only prepared goes back a step at the next start.
            under_way = (finish(own) if standby.state is StandbyState.SWITCHING else standby).is_under_way
    assert [done for state, done in seen if state is StandbyState.FILLING] == [64, 128, 192, 200]
    with closing(open_installation(chosen)) as own:
        assert own.serving.get().store.model.name == NEW
        work(own)
        check_serves_the_ledger(own)


@pytest.mark.parametrize("kinds", [[Kind.RESUMES], [Kind.RESUMES, Kind.VACANCIES]])
def test_a_switch_broken_off_between_aliases_and_ledger_is_finished(tmp_path: Path, kinds: list[Kind]) -> None:
    chosen = make_settings(tmp_path)
    with closing(open_installation(chosen)) as own:
        put(own, "a", "b")
        work(own)
        own.books.standby.begin(NEW)
        while step(own).state is not StandbyState.SWITCHING:
            pass
        put(own, "c")
        for kind in kinds:
            point_alias(own.index._connection, kind, 2)
    with closing(open_installation(chosen)) as own:
        assert own.serving.get().store.model.name == NEW
        standby = own.books.standby.get()
        assert standby is not None
        assert (standby.state, standby.generation) == (StandbyState.KEPT, 1)
        assert own.books.queue.count_pending() == 1, "nothing but what is new has to be indexed"
        work(own)
        check_serves_the_ledger(own)


def test_who_takes_over_after_the_aliases_keeps_what_served_before(own: Installation) -> None:
    own.books.standby.begin(NEW)
    while step(own).state is not StandbyState.SWITCHING:
        pass
    own.index.switch(2)
    own.serving.adopt()
    kept = step(own)
    assert (kept.state, kept.generation, kept.embedding_model) == (StandbyState.KEPT, 1, OLD)


def test_a_switch_that_another_process_is_at_is_left_to_it(own: Installation) -> None:
    own.books.standby.begin(NEW)
    while step(own).state is not StandbyState.SWITCHING:
        pass
    point_alias(own.index._connection, Kind.RESUMES, 2)
    mend_switch(own.books.standby, own.index, is_alone=False)
    assert set(own.index.read_serving().values()) == {2}, "the aliases belong together, whoever is at it"
    standby = own.books.standby.get()
    assert standby is not None
    assert standby.state is StandbyState.SWITCHING


@pytest.mark.parametrize("model", ["nope", "sentence-transformers/nope"])
def test_a_rebuild_for_a_model_that_is_not_there_fails(tmp_path: Path, model: str) -> None:
    chosen = make_settings(tmp_path)
    with closing(open_installation(chosen)) as own:
        put(own, "a")
        work(own)
    if "/" in model:
        chosen = chosen.model_copy(update={"embedding_backend": "sentence-transformers"})
        embedder = HashingEmbedder(64)
    else:
        embedder = None
    with closing(open_installation(chosen, embedder=embedder)) as own:
        own.books.standby.begin(model)
        with own.work_beside(own.create_worker()):
            while (standby := own.books.standby.get()) is not None and standby.is_under_way:
                pass
        assert standby is not None
        assert standby.state is StandbyState.FAILED
        assert model in (standby.error or "")
        assert own.serving.get().store.model.name == OLD


def test_a_document_that_the_new_model_cannot_take_is_set_aside(
    own: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed = HashingEmbedder.embed_documents

    def embed_most(self: HashingEmbedder, texts: list[str]) -> Vectors:
        if self.identity.name == NEW and any("unspeakable" in text for text in texts):
            raise UnembeddableText("cannot be embedded by this model")
        return embed(self, texts)

    monkeypatch.setattr(HashingEmbedder, "embed_documents", embed_most)
    put(own, "u1", title="unspeakable")
    work(own)
    own.books.standby.begin(NEW)
    finish(own)
    (failure,) = own.books.failures.list()
    assert (failure.kind, failure.id, failure.error) == (Kind.VACANCIES, "u1", "cannot be embedded by this model")
    assert len(list_titles(own)) == 150


def test_rows_that_went_missing_in_the_new_generation_are_put_back(own: Installation) -> None:
    own.books.standby.begin(NEW)
    while step(own).state is StandbyState.FILLING:
        pass
    target = own.index.open_generation(2)
    target.vacancies.delete(["v1", "v2"])
    finish(own)
    check_serves_the_ledger(own)


def test_a_generation_that_never_gets_right_does_not_serve(own: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    own.books.standby.begin(NEW)
    list_hashes = Collection.list_hashes
    monkeypatch.setattr(
        Collection, "list_hashes", lambda self: {id_: hash_ for id_, hash_ in list_hashes(self).items() if id_ != "v7"}
    )
    standby = finish(own)
    assert standby.state is StandbyState.FAILED
    assert "vacancies 'v7'" in (standby.error or "")
    assert own.serving.get().store.generation == 1
    check_serves_the_ledger(own)


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 9)),
        st.tuples(st.just("delete"), st.integers(0, 9)),
        st.tuples(st.just("work"), st.just(0)),
        st.tuples(st.just("step"), st.just(0)),
        st.tuples(st.just("rollback"), st.just(0)),
    ),
    max_size=30,
)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(actions=ACTIONS)
def test_whatever_happens_meanwhile_index_and_ledger_agree_in_the_end(
    tmp_path_factory: pytest.TempPathFactory, actions: list[tuple[str, int]]
) -> None:
    with closing(open_installation(make_settings(tmp_path_factory.mktemp("any")))) as own:
        put(own, *(f"v{number}" for number in range(5)))
        work(own)
        own.books.standby.begin(NEW)
        for edition, (action, number) in enumerate(actions):
            standby = own.books.standby.get()
            switching = standby is not None and standby.state is StandbyState.SWITCHING
            if action == "put":
                put(own, f"v{number}", title=f"Edition {edition}")
            elif action == "delete":
                own.books.ledger.delete(Kind.VACANCIES, [f"v{number}"])
            elif action == "work" and not switching:
                work(own)
            elif action == "step":
                step(own)
            elif action == "rollback" and standby is not None and standby.state is StandbyState.KEPT:
                own.books.standby.move(StandbyState.CATCHING_UP)
        finish(own)
        work(own)
        check_serves_the_ledger(own)
