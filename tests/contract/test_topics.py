"""Topics in a real index: the rows say what the book says, over runs, rebuilds, crashes and restarts."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import milvus.aliases
from ingestion import Installation, Settings, VacancyDocument, open_installation
from ingestion.errors import TopicsRefused
from ingestion.standby import StandbyState
from ingestion.topics import Topic
from ingestion.topics.building import Built, build_topics
from milvus import Kind, VacancyFilter
from milvus.errors import ColumnMissing
from milvus.schema import COLUMNS
from tests.topic_examples import write_vacancies

MODEL, OTHER_MODEL = "hashing-64", "hashing-32"
TRADES = ("baker", "welder", "teacher", "пекарь")


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path, embedding_backend="hashing", embedding_model=MODEL)


@pytest.fixture
def own(chosen: Settings) -> Iterator[Installation]:
    with closing(open_installation(chosen)) as installation:
        yield installation


def ignore(what: str, done: int, total: int) -> None:
    """No progress is shown here."""


def put(own: Installation, *documents: VacancyDocument) -> None:
    own.books.ledger.record(documents)
    own.create_worker().drain()


def put_trades(own: Installation, count: int = 30) -> None:
    put(own, *(one for trade in TRADES for one in write_vacancies(trade, count)))


def build(own: Installation, *, anew: bool = False) -> Built:
    built = build_topics(own.serving.get(), own.books.topics, report=ignore, anew=anew)
    own.create_worker().drain()
    return built


def rebuild(own: Installation, model: str) -> None:
    own.books.standby.begin(model)
    while (standby := own.books.standby.get()) is not None and standby.is_under_way:
        own.rebuilder.work_once()
        own.create_worker().drain()
    assert standby is not None
    assert standby.state is StandbyState.KEPT


def list_rows(own: Installation) -> dict[str, int | None]:
    rows = own.serving.get().store.vacancies.iterate()
    return {entity.id: entity.topic for batch in rows for entity in batch}  # type: ignore[attr-defined]


def list_topics(own: Installation) -> dict[str, Topic]:
    """The topics by the first word of their names, which is the trade's."""
    return {terms[0].text: one for one in own.books.topics.list_topics() for terms in one.labels.values()}


def check_rows(own: Installation) -> dict[str, int | None]:
    """The rows say what the book says, and each trade is a topic; the rows."""
    rows = list_rows(own)
    known = own.books.topics.read_topics(list(rows))
    assert rows == {id_: known.get(id_) for id_ in rows}
    topics = list_topics(own)
    assert set(topics) == set(TRADES)
    assert all(topic in (None, topics[id_.partition("/")[0]].id) for id_, topic in rows.items())
    assert sum(topic is None for topic in rows.values()) <= 0.1 * len(rows)
    return rows


def test_a_run_writes_the_topics_into_the_rows(own: Installation) -> None:
    put_trades(own)
    built = build(own)
    assert (built.topics, built.vacancies, built.replaced.new) == (4, 120, 4)
    rows = check_rows(own)
    assert built.without == sum(topic is None for topic in rows.values())
    vacancies = own.serving.get().store.vacancies
    for name, topic in list_topics(own).items():
        members = {id_ for id_, row in rows.items() if row == topic.id}
        assert topic.size == len(members) == vacancies.count(VacancyFilter(topics=[topic.id]))
        hits = vacancies.search(
            vacancies.get_vectors([f"{name}/000"])[f"{name}/000"], filter=VacancyFilter(topics=[topic.id]), limit=100
        )
        assert {hit.entity.id for hit in hits} == members


def test_nothing_is_embedded_for_topics(own: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    put_trades(own)

    def refuse(*_: object) -> None:
        raise AssertionError("a text was embedded")

    monkeypatch.setattr(type(own.serving.get().embedder), "embed_documents", refuse)
    assert build(own).replaced.queued > 0
    check_rows(own)


@pytest.mark.parametrize("anew", [False, True])
def test_another_run_over_the_same_vacancies_changes_next_to_nothing(own: Installation, anew: bool) -> None:
    put_trades(own)
    build(own)
    before = {name: one.id for name, one in list_topics(own).items()}
    again = build(own, anew=anew)
    assert (again.replaced.new, again.replaced.retired) == (0, 0)
    assert again.replaced.queued <= 0.1 * again.vacancies
    assert {name: one.id for name, one in list_topics(own).items()} == before
    check_rows(own)


def test_a_new_vacancy_joins_its_topic_when_it_comes_in(own: Installation) -> None:
    put_trades(own)
    build(own)
    bakers, welders = (list_topics(own)[name].id for name in ("baker", "welder"))
    put(own, *write_vacancies("baker", 10, start=100))
    topics = [topic for id_, topic in list_rows(own).items() if id_.startswith("baker/1")]
    assert set(topics) <= {bakers, None}
    assert topics.count(bakers) >= 7
    moved = write_vacancies("welder", 1)[0].model_copy(update={"id": "baker/000"})
    put(own, moved)
    assert list_rows(own)["baker/000"] == list_rows(own)["welder/000"] == welders


def test_topics_of_new_trades_come_and_those_of_erased_ones_are_retired(own: Installation) -> None:
    put_trades(own, 40)
    build(own)
    before = {name: one.id for name, one in list_topics(own).items()}
    put(own, *write_vacancies("soldador", 40))
    own.books.ledger.delete(Kind.VACANCIES, [one.id for one in write_vacancies("teacher", 40)])
    own.create_worker().drain()
    build(own)
    now = {name: one.id for name, one in list_topics(own).items()}
    assert set(now) == {"baker", "welder", "пекарь", "soldador"}
    assert {name: now[name] for name in set(now) & set(before)} == {
        name: before[name] for name in ("baker", "welder", "пекарь")
    }
    assert now["soldador"] > max(before.values())
    retired = [one.id for one in own.books.topics.list_topics(with_retired=True) if one.retired_at is not None]
    assert retired == [before["teacher"]]


def test_a_rebuild_keeps_the_topics_whatever_the_model(own: Installation) -> None:
    put_trades(own)
    build(own)
    before = check_rows(own)
    rebuild(own, MODEL)
    assert list_rows(own) == before
    rebuild(own, OTHER_MODEL)
    assert list_rows(own) == before
    put(own, *write_vacancies("baker", 5, start=100))
    rows = list_rows(own)
    assert {rows[one.id] for one in write_vacancies("baker", 5, start=100)} == {None}, "of the other model's centroids"
    ids = {name: one.id for name, one in list_topics(own).items()}
    build(own)
    assert {name: one.id for name, one in list_topics(own).items()} == ids
    rows = check_rows(own)
    assert {rows[one.id] for one in write_vacancies("baker", 5, start=100)} <= {ids["baker"], None}


def test_an_index_of_an_older_schema_gets_its_topics_by_a_rebuild(
    chosen: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = {kind: tuple(one for one in all_ if one.name != "topic") for kind, all_ in COLUMNS.items()}
    monkeypatch.setattr(milvus.aliases, "SCHEMA_VERSION", 2)
    monkeypatch.setattr(milvus.aliases, "COLUMNS", columns)
    with closing(open_installation(chosen)) as own:
        put_trades(own)
    monkeypatch.undo()
    with closing(open_installation(chosen)) as own:
        assert build(own).replaced.queued == 0
        assert set(list_rows(own).values()) == {None}
        with pytest.raises(ColumnMissing, match="the filter topics needs the column topic"):
            own.serving.get().store.vacancies.count(VacancyFilter(topics=[1]))
        rebuild(own, MODEL)
        check_rows(own)


@pytest.mark.parametrize("point", ["ingestion.topics.building.name_topics", "ingestion.topics.book.queue_rewrites"])
def test_a_run_that_dies_changes_nothing(own: Installation, point: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put_trades(own)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(point, die)
        with pytest.raises(KeyboardInterrupt):
            build(own)
    assert own.books.topics.list_topics() == []
    assert own.books.queue.count_pending() == 0
    build(own)
    check_rows(own)


def test_rows_follow_after_a_crash_behind_a_run(chosen: Settings) -> None:
    with closing(open_installation(chosen)) as own:
        put_trades(own)
        build_topics(own.serving.get(), own.books.topics, report=ignore)
        assert set(list_rows(own).values()) == {None}
    with closing(open_installation(chosen)) as own:
        own.create_worker().drain()
        check_rows(own)


def test_of_too_few_vacancies_no_topics_are_made(own: Installation) -> None:
    put(own, *write_vacancies("baker", 12))
    with pytest.raises(TopicsRefused, match="the index holds 12 vacancies: topics are made of 50 or more"):
        build(own)
    assert own.books.topics.list_topics() == []
