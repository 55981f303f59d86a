"""Milvus' bulk import: jobs that read whole files into a collection, by the server's REST interface (version 2)."""

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from milvus.errors import IndexRefused, IndexUnavailable

_ATTEMPTS = 5
_LONGEST_PAUSE = 30.0
_TIMEOUT = 30.0
_DEFAULT_PORT = 19_530
_SUCCESS = (0, 200)  # 200 is what the first servers with this interface say
_PATH = "/v2/vectordb/jobs/import"


class ImportState(StrEnum):
    """Where an import stands."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far a job is: `percent` of its work, and why it failed, where it did."""

    state: ImportState
    percent: int
    imported_rows: int
    reason: str


class BulkImporter:
    """Starts and follows import jobs on a Milvus server.

    An import adds rows and replaces none, even of the same id. A server that does not answer, or answers 5xx, 429 or
    nonsense, is asked again, up to five times, `pause` seconds apart at first and twice as long each time. Methods
    raise IndexUnavailable where that does not help, and IndexRefused for what the server answers with an error.
    """

    def __init__(self, uri: str, *, token: str | None = None, pause: float = 1.0) -> None:
        """`uri` is that of the index: http://host:port, with /database where it is not the default one."""
        # Imported here, as few who import this room ever import in bulk.
        import httpx

        url = httpx.URL(uri)
        self._database = url.path.strip("/")
        self._pause = pause
        headers = {"Authorization": f"Bearer {token or url.userinfo.decode()}"} if token or url.userinfo else {}
        if self._database:
            headers["DB-Name"] = self._database
        port = url.port or (_DEFAULT_PORT if url.scheme == "http" else None)
        base = httpx.URL(scheme=url.scheme, host=url.host, port=port)
        self._client = httpx.Client(base_url=base, headers=headers, timeout=_TIMEOUT)
        self._unanswered: tuple[type[Exception], ...] = (httpx.HTTPError, ValueError, KeyError, TypeError)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def check(self, collection: str) -> None:
        """Raise IndexRefused or IndexUnavailable where no import into a collection could be started."""
        self._ask("list", {"collectionName": collection})

    def start(self, collection: str, path: str) -> str:
        """Let the server import a file, at a path in its own store; the job's id.

        A path is imported once: where an answer was lost, or the call is repeated after a crash, the job that there is
        already is found by its path. Newer servers (3.0.2, 2.6.24) also tell by the key that is sent along.
        """
        asked = {"collectionName": collection, "files": [[path]]}
        for attempt in range(_ATTEMPTS):
            if job := self.find(collection, path):
                return job
            try:
                data = self._ask_once("create", asked, headers={"Idempotency-Key": f"{collection}/{path}"[-256:]})
                return str(data["jobId"])
            except IndexUnavailable:
                if attempt == _ATTEMPTS - 1:
                    raise
                self._wait(attempt)
        raise AssertionError("unreachable")

    def find(self, collection: str, path: str) -> str | None:
        """The job that imports this path, or has, as long as the server remembers it (three hours by default)."""
        for record in self._ask("list", {"collectionName": collection}).get("records") or []:
            details = self._ask("describe", {"jobId": str(record["jobId"])}).get("details") or []
            if any(path in str(detail.get("fileName", "")) for detail in details):
                return str(record["jobId"])
        return None

    def read(self, job: str) -> ImportProgress:
        """How far a job is."""
        data = self._ask("describe", {"jobId": job})
        said = str(data.get("state", "")).casefold()
        # Pending, PreImporting, Importing, Sorting, IndexBuilding and whatever comes next: it goes on.
        state = ImportState(said) if said in {"completed", "failed"} else ImportState.RUNNING
        return ImportProgress(
            state,
            percent=int(data.get("progress") or 0),
            imported_rows=int(data.get("importedRows") or 0),
            reason=str(data.get("reason") or ""),
        )

    def _ask(self, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        for attempt in range(_ATTEMPTS - 1):
            try:
                return self._ask_once(verb, body)
            except IndexUnavailable:
                self._wait(attempt)
        return self._ask_once(verb, body)

    def _ask_once(self, verb: str, body: dict[str, Any], *, headers: dict[str, str] | None = None) -> dict[str, Any]:
        body = body | ({"dbName": self._database} if self._database else {})
        what = f"{verb} the import of {body.get('files') or body.get('jobId') or body.get('collectionName')}"
        try:
            answer = self._client.post(f"{_PATH}/{verb}", json=body, headers=headers)
            if answer.status_code == 429 or answer.status_code >= 500:
                raise IndexUnavailable(f"{what}: the server answers {answer.status_code}")
            if answer.status_code != 200:
                raise IndexRefused(f"{what}: the server answers {answer.status_code}")
            said = answer.json()
            code = said["code"]
        except self._unanswered as error:
            raise IndexUnavailable(f"{what}: {type(error).__name__}: {error}") from error
        if code not in _SUCCESS:
            raise IndexRefused(f"{what}: {said.get('message') or code}")
        data = said.get("data") or {}
        if not isinstance(data, dict):
            raise IndexUnavailable(f"{what}: the server answers with something else than an object")
        return data

    def _wait(self, attempt: int) -> None:
        time.sleep(min(self._pause * 2**attempt, _LONGEST_PAUSE))
