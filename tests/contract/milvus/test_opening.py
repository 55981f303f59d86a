"""Opening and closing an index on every engine."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pymilvus import MilvusClient

import milvus.aliases
from milvus.embedding.port import ModelIdentity
from milvus.engine import connect
from milvus.entities import Kind
from milvus.errors import IndexUnavailable, ModelMismatch, SchemaMismatch
from milvus.store import Store
from tests.contract.milvus.conftest import MakeIndex, run_lite_server
from tests.index_examples import MODEL, make_resume, make_vacancy, make_vectors


@pytest.fixture
def uri(make_index: MakeIndex) -> str:
    return make_index()


@pytest.fixture
def client(uri: str) -> Iterator[MilvusClient]:
    """A client beside an opened and closed index, to look and meddle with."""
    Store.open(uri, model=MODEL).close()
    connection = connect(uri)
    yield connection.client
    connection.close()


def test_the_first_opening_makes_both_collections(uri: str) -> None:
    with closing(Store.open(uri, model=MODEL)) as store:
        assert store.collection(Kind.RESUMES) is store.resumes
        assert store.collection(Kind.VACANCIES) is store.vacancies
        store.ping()


def test_reopening_keeps_the_data(uri: str) -> None:
    vacancy, resume = make_vacancy("a", title="Welder", skills=("mig",)), make_resume("b", experience_months=3)
    with closing(Store.open(uri, model=MODEL)) as store:
        store.vacancies.upsert([vacancy], make_vectors(1))
        store.resumes.upsert([resume], make_vectors(1))
    with closing(Store.open(uri, model=MODEL)) as store:
        assert store.vacancies.get(["a"]) == {"a": vacancy}
        assert [hit.entity for hit in store.resumes.search(make_vectors(1)[0])] == [resume]
        store.vacancies.upsert([make_vacancy("c")], make_vectors(1))
        assert store.vacancies.count() == 2


def test_a_collection_keeps_its_instance_id(uri: str) -> None:
    with closing(Store.open(uri, model=MODEL)) as store:
        made = [store.collection(kind).instance_id for kind in Kind]
    with closing(Store.open(uri, model=MODEL)) as store:
        assert [store.collection(kind).instance_id for kind in Kind] == made
    assert all(made)
    assert len(set(made)) == len(Kind)


def test_a_collection_made_anew_has_another_instance_id(uri: str) -> None:
    connection = connect(uri)
    store = Store(connection, MODEL)
    before = {kind: store.collection(kind).instance_id for kind in Kind}
    connection.client.drop_alias("resumes")
    connection.client.drop_collection("resumes_v1")
    with closing(Store(connection, MODEL)) as store:
        assert store.resumes.instance_id not in before.values()
        assert store.vacancies.instance_id == before[Kind.VACANCIES]


def test_a_collection_without_an_instance_id_has_a_stable_one(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As those made before there were instance ids."""
    encode = milvus.aliases._encode_identity

    def encode_without_instance(kind: Kind, model: ModelIdentity) -> str:
        return json.dumps({key: value for key, value in json.loads(encode(kind, model)).items() if key != "instance"})

    monkeypatch.setattr(milvus.aliases, "_encode_identity", encode_without_instance)
    for _ in range(2):
        with closing(Store.open(uri, model=MODEL)) as store:
            assert store.resumes.instance_id == "resumes-legacy"
            assert store.vacancies.instance_id == "vacancies-legacy"


def test_opening_without_making_anything_needs_the_whole_index(uri: str) -> None:
    with pytest.raises(IndexUnavailable, match="not set up yet"):
        Store.open(uri, model=MODEL, create=False)
    if "://" not in uri:
        assert not Path(uri).parent.exists()
    Store.open(uri, model=MODEL).close()
    connection = connect(uri)
    connection.client.drop_alias("vacancies")
    with pytest.raises(IndexUnavailable, match="not set up yet: it has no collection vacancies"):
        Store(connection, MODEL, create=False)
    assert not connection.client.has_collection("vacancies")
    connection.close()
    Store.open(uri, model=MODEL).close()
    Store.open(uri, model=MODEL, create=False).close()


def test_a_collection_dropped_while_open_is_unavailable(uri: str) -> None:
    """So that documents wait for the index to be set up again, instead of being set aside."""
    connection = connect(uri)
    with closing(Store(connection, MODEL)) as store:
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
    Store.open(uri, model=MODEL).close()
    other = replace(MODEL, **change)  # type: ignore[arg-type]
    with pytest.raises(ModelMismatch, match=re.escape(f"'{MODEL.name}'") + ".*" + re.escape(f"'{other.name}'")):
        Store.open(uri, model=other)
    Store.open(uri, model=MODEL).close()


def test_another_schema_version_is_refused_with_a_way_out(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.open(uri, model=MODEL).close()
    monkeypatch.setattr(milvus.aliases, "SCHEMA_VERSION", 2)
    with pytest.raises(SchemaMismatch, match=r"version 1, this program has 2: .* start again, .* from the ledger"):
        Store.open(uri, model=MODEL)


def test_a_mismatch_is_over_once_its_advice_is_followed(uri: str, engine: str) -> None:
    Store.open(uri, model=MODEL).close()
    other = replace(MODEL, name="other")
    if engine == "lite":
        with pytest.raises(ModelMismatch, match=r"set the model back .*, or delete the index folder and start again"):
            Store.open(uri, model=other)
        shutil.rmtree(uri)
    else:
        lite = engine == "lite-server"
        way_out = "delete the index folder" if lite else "drop the alias resumes and the collection resumes_v1"
        with pytest.raises(ModelMismatch, match=f"set the model back .*, or {way_out}"):
            Store.open(uri, model=other)
        connection = connect(uri)
        for kind in Kind:
            connection.client.drop_alias(kind.value)
            connection.client.drop_collection(f"{kind.value}_v1")
        connection.close()
    Store.open(uri, model=other).close()


def test_a_collection_of_another_program_is_refused(uri: str) -> None:
    connection = connect(uri)
    connection.client.create_collection("resumes", dimension=8)
    connection.close()
    with pytest.raises(SchemaMismatch, match="resumes was not made by this program"):
        Store.open(uri, model=MODEL)


def test_an_unfinished_collection_is_completed(uri: str) -> None:
    """As after a crash before the indexes were made and the alias was set."""
    Store.open(uri, model=MODEL).close()
    connection = connect(uri)
    connection.client.drop_alias("resumes")
    connection.client.release_collection("resumes_v1")
    connection.client.drop_index("resumes_v1", "vector")
    connection.close()
    with closing(Store.open(uri, model=MODEL)) as store:
        store.resumes.upsert([make_resume("a")], make_vectors(1))
        assert len(store.resumes.search(make_vectors(1)[0])) == 1


def test_nothing_listening_is_unavailable_and_keeps_the_password_secret() -> None:
    with pytest.raises(IndexUnavailable, match=r"http://127\.0\.0\.1:9") as caught:
        Store.open("http://user:secret@127.0.0.1:9", model=MODEL)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("uri", ["localhost:19530", "index", ""])
def test_a_uri_that_is_neither_server_nor_index_is_refused(uri: str) -> None:
    with pytest.raises(IndexUnavailable, match=r"ending in \.db"):
        Store.open(uri, model=MODEL)


def test_a_path_that_is_a_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "index.db").write_text("not a folder")
    with pytest.raises(IndexUnavailable, match=r"index\.db cannot be opened"):
        Store.open(str(tmp_path / "index.db"), model=MODEL)


def test_a_folder_held_by_another_process_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    attempt = (
        "import sys; from milvus.store import Store; from tests.index_examples import MODEL\n"
        "Store.open(sys.argv[1], model=MODEL)"
    )
    with closing(Store.open(str(path), model=MODEL)):
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
    with run_lite_server(tmp_path) as (uri, process):
        store = Store.open(uri, model=MODEL)
        store.ping()
        process.kill()
        process.wait()
        with pytest.raises(IndexUnavailable, match="ping"):
            store.ping()
        store.close()


def test_open_leaves_nothing_for_the_first_searches_to_load(tmp_path: Path) -> None:
    """The client library loads SciPy at the first search, and two first searches at once would both fail over it."""
    script = (
        "import sys; from milvus import Store; from milvus.embedding import HashingEmbedder;"
        "Store.open(sys.argv[1], model=HashingEmbedder().identity).close(); print('scipy.sparse' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "index.db")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.strip() == "True", done.stderr[-2000:]
