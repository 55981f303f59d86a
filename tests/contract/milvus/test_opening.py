"""Opening and closing an index on every engine."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pymilvus import MilvusClient

import milvus.aliases
from milvus.embedding.port import ModelIdentity
from milvus.engine import connect
from milvus.entities import EducationLevel, Kind
from milvus.errors import ColumnMissing, IndexUnavailable, ModelMismatch, SchemaMismatch
from milvus.filters import VacancyFilter
from milvus.schema import COLUMNS, SCHEMA_VERSION
from milvus.store import Index
from tests.contract.milvus.conftest import MakeIndex, run_lite_server
from tests.index_examples import MODEL, make_resume, make_vacancy, make_vectors, open_and_close, open_store


@pytest.fixture
def uri(make_index: MakeIndex) -> str:
    return make_index()


@pytest.fixture
def client(uri: str) -> Iterator[MilvusClient]:
    """A client beside an opened and closed index, to look and meddle with."""
    open_and_close(uri)
    connection = connect(uri)
    yield connection.client
    connection.close()


def test_the_first_opening_makes_both_collections(uri: str) -> None:
    with open_store(uri) as store:
        assert store.collection(Kind.RESUMES) is store.resumes
        assert store.collection(Kind.VACANCIES) is store.vacancies
        assert (store.generation, store.model, store.is_current) == (1, MODEL, True)


def test_reopening_keeps_the_data(uri: str) -> None:
    vacancy, resume = make_vacancy("a", title="Welder", skills=("mig",)), make_resume("b", experience_months=3)
    with open_store(uri) as store:
        store.vacancies.upsert([vacancy], make_vectors(1))
        store.resumes.upsert([resume], make_vectors(1))
    with open_store(uri) as store:
        assert store.vacancies.get(["a"]) == {"a": vacancy}
        assert [hit.entity for hit in store.resumes.search(make_vectors(1)[0])] == [resume]
        store.vacancies.upsert([make_vacancy("c")], make_vectors(1))
        assert store.vacancies.count() == 2


def test_a_collection_keeps_its_instance_id(uri: str) -> None:
    with open_store(uri) as store:
        made = [store.collection(kind).instance_id for kind in Kind]
    with open_store(uri) as store:
        assert [store.collection(kind).instance_id for kind in Kind] == made
    assert all(made)
    assert len(set(made)) == len(Kind)


def test_a_collection_made_anew_has_another_instance_id(uri: str) -> None:
    connection = connect(uri)
    store = Index(connection).open_serving(MODEL)
    before = {kind: store.collection(kind).instance_id for kind in Kind}
    connection.client.drop_alias("resumes")
    connection.client.drop_collection("resumes_v1")
    with closing(Index(connection)) as index:
        store = index.open_serving(MODEL)
        assert store.resumes.instance_id not in before.values()
        assert store.vacancies.instance_id == before[Kind.VACANCIES]


def test_a_collection_without_an_instance_id_has_a_stable_one(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As those made before there were instance ids."""
    encode = milvus.aliases._encode_identity

    def encode_without_instance(kind: Kind, model: ModelIdentity) -> str:
        return json.dumps({key: value for key, value in json.loads(encode(kind, model)).items() if key != "instance"})

    monkeypatch.setattr(milvus.aliases, "_encode_identity", encode_without_instance)
    for _ in range(2):
        with open_store(uri) as store:
            assert store.resumes.instance_id == "resumes-legacy"
            assert store.vacancies.instance_id == "vacancies-legacy"


def test_opening_without_making_anything_needs_the_whole_index(uri: str) -> None:
    with pytest.raises(IndexUnavailable, match="not set up yet"):
        open_and_close(uri, create=False)
    if "://" not in uri:
        assert not Path(uri).parent.exists()
    open_and_close(uri)
    connection = connect(uri)
    connection.client.drop_alias("vacancies")
    with pytest.raises(IndexUnavailable, match="not set up yet: it has no collection vacancies"):
        Index(connection).open_serving(MODEL, create=False)
    assert not connection.client.has_collection("vacancies")
    connection.close()
    open_and_close(uri)
    open_and_close(uri, create=False)


def test_a_collection_dropped_while_open_is_unavailable(uri: str) -> None:
    """So that documents wait for the index to be set up again, instead of being set aside."""
    connection = connect(uri)
    with closing(Index(connection)) as index:
        store = index.open_serving(MODEL)
        connection.client.drop_alias("resumes")
        connection.client.drop_collection("resumes_v1")
        with pytest.raises(IndexUnavailable, match="upsert into resumes"):
            store.resumes.upsert([make_resume("a")], make_vectors(1))
        with pytest.raises(IndexUnavailable, match="search resumes"):
            store.resumes.search(make_vectors(1)[0])


def test_collections_lie_behind_aliases(client: MilvusClient) -> None:
    assert set(client.list_collections()) == {"resumes_v1", "vacancies_v1"}
    assert client.describe_alias("resumes")["collection_name"] == "resumes_v1"


@pytest.mark.parametrize(
    "change", [{"name": "other"}, {"revision": "2"}, {"query_prompt": "query: "}, {"dimension": 16}]
)
def test_another_model_is_refused_by_name(uri: str, change: dict[str, object]) -> None:
    open_and_close(uri)
    other = replace(MODEL, **change)  # type: ignore[arg-type]
    with pytest.raises(ModelMismatch, match=re.escape(f"'{MODEL.name}'") + ".*" + re.escape(f"'{other.name}'")):
        open_and_close(uri, other)
    open_and_close(uri)


def test_a_schema_of_a_newer_version_is_refused(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    open_and_close(uri)
    monkeypatch.setattr(milvus.aliases, "SCHEMA_VERSION", 0)
    with pytest.raises(
        SchemaMismatch, match=rf"resumes_v1 has schema version {SCHEMA_VERSION}, this program knows 0: .* newer"
    ):
        open_and_close(uri)


def test_a_schema_of_an_older_version_serves_with_the_columns_it_has(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(milvus.aliases, "SCHEMA_VERSION", 0)
    older = {
        kind: tuple(column for column in columns if column.name != "category") for kind, columns in COLUMNS.items()
    }
    monkeypatch.setattr(milvus.aliases, "COLUMNS", older)
    open_and_close(uri)
    monkeypatch.undo()
    with open_store(uri) as store:
        assert not store.is_current
        store.vacancies.upsert([make_vacancy("a", title="Baker", category="food")], make_vectors(1))
        assert store.vacancies.get(["a"]) == {"a": make_vacancy("a", title="Baker")}
        assert store.vacancies.search(make_vectors(1)[0])[0].entity.title == "Baker"


def test_a_filter_on_a_column_that_an_older_schema_lacks_says_so(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(milvus.aliases, "SCHEMA_VERSION", 1)
    new = {"languages", "languages_key", "education_level", "duplicate_group", "topic"}
    older = {kind: tuple(column for column in columns if column.name not in new) for kind, columns in COLUMNS.items()}
    monkeypatch.setattr(milvus.aliases, "COLUMNS", older)
    open_and_close(uri)
    monkeypatch.undo()
    with open_store(uri) as store:
        assert not store.is_current
        values: dict[str, Any] = {"languages": ("en:b2",), "education_level": EducationLevel.MASTER}
        store.vacancies.upsert([make_vacancy("a", duplicate_group="g", topic=1, **values)], make_vectors(1))
        (hit,) = store.vacancies.search(make_vectors(1)[0])
        assert hit.entity == make_vacancy("a")
        assert [one.group for one in store.vacancies.rank(make_vectors(1)[0], wanted=5)] == [None]
        for asked in (
            {"languages_any": ["en"]},
            {"languages_all": ["en"]},
            {"education": {"min": "master"}},
            {"topics": [1]},
        ):
            named = rf"filter {next(iter(asked))} .* made without: .*rebuild --schema"
            with pytest.raises(ColumnMissing, match=named):
                store.vacancies.search(make_vectors(1)[0], filter=VacancyFilter.model_validate(asked))
            with pytest.raises(ColumnMissing, match=named):
                store.vacancies.count(VacancyFilter.model_validate(asked))
        unbounded = VacancyFilter.model_validate({"education": {}, "languages_any": [], "topics": []})
        assert len(store.vacancies.search(make_vectors(1)[0], filter=unbounded)) == 1


def test_a_collection_of_another_program_is_refused(uri: str) -> None:
    connection = connect(uri)
    connection.client.create_collection("resumes", dimension=8)
    connection.close()
    with pytest.raises(SchemaMismatch, match="resumes was not made by this program"):
        open_and_close(uri)


def test_an_unfinished_collection_is_completed(uri: str) -> None:
    """As after a crash before the indexes were made and the alias was set."""
    open_and_close(uri)
    connection = connect(uri)
    connection.client.drop_alias("resumes")
    connection.client.release_collection("resumes_v1")
    connection.client.drop_index("resumes_v1", "vector")
    connection.close()
    with open_store(uri) as store:
        store.resumes.upsert([make_resume("a")], make_vectors(1))
        assert len(store.resumes.search(make_vectors(1)[0])) == 1


def test_nothing_listening_is_unavailable_and_keeps_the_password_secret() -> None:
    with pytest.raises(IndexUnavailable, match=r"http://127\.0\.0\.1:9") as caught:
        open_and_close("http://user:secret@127.0.0.1:9")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("uri", ["localhost:19530", "index", ""])
def test_a_uri_that_is_neither_server_nor_index_is_refused(uri: str) -> None:
    with pytest.raises(IndexUnavailable, match=r"ending in \.db"):
        open_and_close(uri)


def test_a_path_that_is_a_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "index.db").write_text("not a folder")
    with pytest.raises(IndexUnavailable, match=r"index\.db cannot be opened"):
        open_and_close(str(tmp_path / "index.db"))


def test_a_folder_held_by_another_process_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    attempt = "import sys; from tests.index_examples import open_and_close\nopen_and_close(sys.argv[1])"
    with open_store(str(path)):
        result = subprocess.run(
            [sys.executable, "-c", attempt, str(path)],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PYTHONPATH": str(Path(milvus.__file__).parents[1])},
        )
    assert "is held by another process" in result.stderr.splitlines()[-1]
    assert result.stderr.startswith("Traceback"), "no library's log goes to the terminal"
    assert "ERROR" not in result.stderr


def test_a_server_that_dies_is_unavailable(tmp_path: Path) -> None:
    with run_lite_server(tmp_path) as (uri, process), closing(Index.open(uri)) as index:
        index.ping()
        process.kill()
        process.wait()
        with pytest.raises(IndexUnavailable, match="ping"):
            index.ping()


def test_a_server_that_was_started_again_answers_as_before(tmp_path: Path) -> None:
    with run_lite_server(tmp_path) as (uri, server), open_store(uri) as store:
        store.vacancies.upsert([make_vacancy("a")], make_vectors(1))
        server.kill()
        server.wait()
        with run_lite_server(tmp_path, port=int(uri.rpartition(":")[2])):
            assert [hit.entity.id for hit in store.vacancies.search(make_vectors(1)[0])] == ["a"]
            assert store.vacancies.count() == 1


def test_open_leaves_nothing_for_the_first_searches_to_load(tmp_path: Path) -> None:
    """The client library loads SciPy at the first search, and two first searches at once would both fail over it."""
    script = (
        "import sys; from milvus import Index; Index.open(sys.argv[1]).close(); print('scipy.sparse' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "index.db")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.strip() == "True", done.stderr[-2000:]
