"""Where Milvus Lite and a server differ, each difference by itself."""

import grpc
import pytest
from pymilvus.exceptions import MilvusException, MilvusUnavailableException, ParamError

from milvus.engine import Engine, map_errors
from milvus.entities import Kind
from milvus.errors import IndexNotLoaded, IndexRefused, IndexUnavailable
from milvus.schema import COLUMNS, Column

LITE = Engine("milvus_lite-3.2.2")
SERVER = Engine("v3.0.1")


def find_column(name: str) -> Column:
    return next(column for column in COLUMNS[Kind.VACANCIES] if column.name == name)


def test_lite_is_told_by_its_version() -> None:
    assert LITE.is_lite
    assert not SERVER.is_lite
    assert not Engine("2.6.4").is_lite


def test_vectors_are_searched_exactly_on_lite_and_by_hnsw_on_a_server() -> None:
    assert LITE.choose_index()["index_type"] == "FLAT"
    assert SERVER.choose_index() == {
        "index_type": "HNSW",
        "metric_type": "COSINE",
        "params": {"M": 16, "efConstruction": 200},
    }


@pytest.mark.parametrize(("limit", "ef"), [(1, 64), (32, 64), (100, 200), (16_384, 32_768)])
def test_a_search_on_a_server_looks_at_twice_its_limit(limit: int, ef: int) -> None:
    assert SERVER.choose_search_params(limit)["params"] == {"ef": ef}
    assert LITE.choose_search_params(limit)["params"] == {}


def test_scalar_columns_are_indexed_only_on_a_server() -> None:
    assert SERVER.choose_scalar_index(find_column("country")) == "INVERTED"
    assert SERVER.choose_scalar_index(find_column("skills")) == "INVERTED"
    assert SERVER.choose_scalar_index(find_column("text")) is None
    assert LITE.choose_scalar_index(find_column("country")) is None


def test_lite_needs_one_writer_and_lists_everything_at_once() -> None:
    assert (LITE.writes_in_parallel, LITE.lists_all_rows, LITE.filters_arrays, LITE.keeps_descriptions) == (
        False, True, False, False,
    )  # fmt: skip
    assert (SERVER.writes_in_parallel, SERVER.lists_all_rows, SERVER.filters_arrays, SERVER.keeps_descriptions) == (
        True, False, True, True,
    )  # fmt: skip


def test_only_the_searches_of_a_server_lag_behind_writes() -> None:
    assert SERVER.lags_behind_writes
    assert not LITE.lags_behind_writes


class _Lost(grpc.RpcError):  # type: ignore[misc]
    def __init__(self, status: grpc.StatusCode) -> None:
        self._status = status

    def code(self) -> grpc.StatusCode:
        return self._status

    def details(self) -> str:
        return "as the wire says"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MilvusUnavailableException(message="gone"), IndexUnavailable),
        (MilvusException(code=grpc.StatusCode.UNAVAILABLE, message="gone"), IndexUnavailable),
        (MilvusException(code=2, message="Fail connecting to server"), IndexUnavailable),
        (_Lost(grpc.StatusCode.DEADLINE_EXCEEDED), IndexUnavailable),
        (_Lost(grpc.StatusCode.UNAUTHENTICATED), IndexRefused),
        (MilvusException(code=8, message="request is rejected by the rate limiter"), IndexUnavailable),
        (MilvusException(code=9, message="quota exceeded[reason=memory quota exhausted]"), IndexUnavailable),
        (MilvusException(code=3, message="memory limit exceeded"), IndexUnavailable),
        (MilvusException(code=100, message="collection not found[collection=resumes]"), IndexUnavailable),
        (MilvusException(code=101, message="collection not loaded[collection=449]"), IndexNotLoaded),
        (MilvusException(code=503, message="channel not available"), IndexUnavailable),
        (MilvusException(code=10001, message="context deadline exceeded"), IndexUnavailable),
        (MilvusException(code=2200, message="inconsistent requery result", retriable=True), IndexUnavailable),
        (MilvusException(code=1, message="service not ready[standalone=Initializing]"), IndexUnavailable),
        (MilvusException(code=65535, message="fail to search: collection not fully loaded"), IndexNotLoaded),
        (MilvusException(code=65535, message="failed to search: context deadline exceeded"), IndexUnavailable),
        (MilvusException(code=65535, message="the field vector is missing"), IndexRefused),
        (MilvusException(code=1, message="the length of title exceeds the limit"), IndexRefused),
        (MilvusException(code=1100, message='cannot parse: title == "rate limit exceeded"'), IndexRefused),
        (ParamError(message="no such field"), IndexRefused),
        (MilvusException(code=1100, message="bad expression"), IndexRefused),
    ],
)
def test_errors_of_the_client_become_ours(error: Exception, expected: type[Exception]) -> None:
    with pytest.raises(expected, match=r"^search resumes: ") as caught, map_errors("search", "resumes"):
        raise error
    assert type(caught.value) is expected
    assert caught.value.__cause__ is error
