"""Groups of duplicates in a real index: the rows say what the ledger says, also after a rebuild and a restart."""

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import milvus.aliases
from ingestion import Installation, Settings, VacancyDocument, open_installation
from ingestion.standby import StandbyState
from milvus import Kind
from milvus.schema import COLUMNS
from tests.unit.ingestion.texts import write_text

MODEL, OTHER_MODEL = "hashing-64", "hashing-32"
TEXTS = [write_text(random.Random(seed), words=40) for seed in range(40)]
PAIRS = {f"{place:02}{mark}": f"{place:02}" for place in range(len(TEXTS)) for mark in "pq"}


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path, embedding_backend="hashing", embedding_model=MODEL)


@pytest.fixture
def older(chosen: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation of before there were duplicates, with pairs of postings."""
    new = {"languages", "languages_key", "education_level", "duplicate_group", "topic"}
    columns = {kind: tuple(one for one in all_ if one.name not in new) for kind, all_ in COLUMNS.items()}
    monkeypatch.setattr(milvus.aliases, "SCHEMA_VERSION", 1)
    monkeypatch.setattr(milvus.aliases, "COLUMNS", columns)
    with closing(open_installation(chosen)) as own:
        put(own, *PAIRS)
        work(own)
        with own.books.database.write() as connection:
            for table in ("signatures", "signature_buckets"):
                connection.exec_driver_sql(f"DELETE FROM {table}")
    monkeypatch.undo()


@pytest.fixture
def own(chosen: Settings) -> Iterator[Installation]:
    with closing(open_installation(chosen)) as installation:
        yield installation


def put(own: Installation, *ids: str) -> None:
    own.books.ledger.record([VacancyDocument(id=id_, title="Nurse", text=TEXTS[int(id_[:2])]) for id_ in ids])


def work(own: Installation) -> None:
    own.create_worker().drain()


def rebuild(own: Installation, model: str) -> None:
    own.books.standby.begin(model)
    while (standby := own.books.standby.get()) is not None and standby.is_under_way:
        own.rebuilder.work_once()
        work(own)
    assert standby is not None
    assert standby.state is StandbyState.KEPT


def list_groups(own: Installation) -> dict[str, str | None]:
    rows = own.serving.get().store.vacancies.iterate()
    return {entity.id: entity.duplicate_group for batch in rows for entity in batch}


def check_pairs(own: Installation) -> None:
    """Every pair is a group of its own, in the index as in the ledger."""
    groups = list_groups(own)
    assert groups == own.books.duplicates.read_groups(Kind.VACANCIES, list(PAIRS))
    assert {(groups[id_], pair) for id_, pair in PAIRS.items()} == {
        (groups[f"{pair}p"], pair) for pair in PAIRS.values()
    }
    assert len(set(groups.values())) == len(TEXTS)


def test_documents_that_come_in_are_grouped(own: Installation) -> None:
    put(own, *sorted(PAIRS)[::2])
    work(own)
    assert set(list_groups(own).values()) == {None}
    put(own, *sorted(PAIRS)[1::2])
    work(own)
    check_pairs(own)


def test_a_rebuild_groups_what_an_older_version_brought_in(older: None, own: Installation) -> None:
    assert set(list_groups(own).values()) == {None}
    rebuild(own, MODEL)
    check_pairs(own)


def test_a_rebuild_keeps_the_groups(own: Installation) -> None:
    put(own, *PAIRS)
    work(own)
    before = list_groups(own)
    rebuild(own, OTHER_MODEL)
    check_pairs(own)
    assert list_groups(own) == before


def test_what_changes_during_a_rebuild_is_grouped_in_both(own: Installation) -> None:
    put(own, *sorted(PAIRS)[::2])
    work(own)
    own.books.standby.begin(OTHER_MODEL)
    own.rebuilder.work_once()
    put(own, *sorted(PAIRS)[1::2])
    work(own)
    while (standby := own.books.standby.get()) is not None and standby.is_under_way:
        own.rebuilder.work_once()
    check_pairs(own)
    own.books.standby.move(StandbyState.CATCHING_UP)
    while (standby := own.books.standby.get()) is not None and standby.is_under_way:
        own.rebuilder.work_once()
    check_pairs(own)


@pytest.mark.parametrize("point", ["ingestion.pipeline.Pipeline._write", "ingestion.queue.WorkQueue.settle"])
def test_a_worker_that_dies_leaves_nothing_stale(chosen: Settings, point: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After linking, or after writing as well."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with closing(open_installation(chosen)) as own, monkeypatch.context() as patch:
        put(own, *sorted(PAIRS)[::2])
        work(own)
        put(own, *sorted(PAIRS)[1::2])
        patch.setattr(point, die)
        with pytest.raises(KeyboardInterrupt):
            own.create_worker().work_once()
    with closing(open_installation(chosen)) as own:
        work(own)
        check_pairs(own)
