"""How long does a search take, by what it is asked for? `python -m tests.benchmarks.search DATA_FOLDER [--searches N]`

Starts a server process over a data folder that is loaded already (best a copy: only one process can open it) and asks
it over HTTP, one search after the other, with documents drawn at random from a fixed seed. What a search asks for is
added step by step; "bare" is the time of the engine's own vector search through pymilvus, with a filter on expiry.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from ingestion import Settings, open_installation
from milvus import Kind
from service.facets import FacetName
from tests.flow.server import Server, start_server

LIMIT = 10
FACETS = [name.value for name in FacetName]
Body = dict[str, Any]


def main() -> None:
    arguments = _read_arguments()
    console = Console()
    ids, bare = _measure_bare(arguments.folder, arguments.searches)
    counts = {kind.value: len(found) for kind, found in ids.items()}
    table = Table("search", "p50 ms", "p90 ms", "p99 ms", "the server's p50 ms of CPU")
    with _serve(arguments.folder) as server:
        _warm_up(server, ids, arguments.warm_up)
        for name, extra in _list_steps():
            chance = random.Random(20261120)
            seconds: list[float] = []
            work: list[float] = []
            for _ in track(range(arguments.searches), name, console=console, transient=True):
                kind = chance.choice(list(Kind))
                body = {"limit": LIMIT, "include_expired": True} | extra(kind, chance.choice(ids[kind.counterpart]))
                before = _read_cpu(server)
                started = time.perf_counter()
                _ask(server, "POST", f"/v1/{kind.value}/search", body)
                seconds.append(time.perf_counter() - started)
                work.append(_read_cpu(server) - before)
            table.add_row(name, *_summarize(seconds), f"{1000 * statistics.median(work):.0f}")
    table.add_row("bare vector search of the engine", *_summarize(bare), "")
    size = f"{counts['vacancies']:,} vacancies and {counts['resumes']:,} resumes"
    console.print(f"{size}, {arguments.searches} searches each")
    console.print(table)


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a data folder (COUNTERPART_DATA_DIR) with a built-in index")
    parser.add_argument("--searches", type=int, default=100, help="of each sort (default: 100)")
    parser.add_argument("--warm-up", type=int, default=300, help="searches before anything is measured (default: 300)")
    return parser.parse_args()


def _list_steps() -> list[tuple[str, Callable[[Kind, str], Body]]]:
    """What a search asks for, for a kind sought and the id of a document of the other kind."""

    def ask(**extra: Any) -> Callable[[Kind, str], Body]:
        return lambda kind, id: {"vacancy_id" if kind is Kind.RESUMES else "resume_id": id} | extra

    return [
        ("a stored document", ask()),
        ("and a filter", ask(filter={"languages": ["en"], "salary": {"min": 1, "or_missing": True}})),
        ("and every facet", ask(facets=FACETS)),
        ("and ten explanations", ask(facets=FACETS, explain=True)),
        ("ten words", lambda _, id: {"text": f"senior engineer {id[-4:]} who builds reliable services in small teams"}),
    ]


def _measure_bare(folder: Path, searches: int) -> tuple[dict[Kind, list[str]], list[float]]:
    """The ids of all documents, and seconds of searches by the client library alone."""
    settings = Settings(data_dir=folder)
    installation = open_installation(settings)
    try:
        chance = random.Random(20261120)
        store = installation.serving.get().store
        ids = {kind: sorted(store.collection(kind).list_hashes()) for kind in Kind}
        client = installation.index._connection.client
        expression = f"(expires_at is null or expires_at >= {int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())})"
        seconds = []
        for _ in range(searches):
            kind = chance.choice(list(Kind))
            id = chance.choice(ids[kind.counterpart])
            vector = store.collection(kind.counterpart).get_vectors([id])[id]
            started = time.perf_counter()
            client.search(
                store.collection(kind).name,
                [vector],
                filter=expression,
                limit=LIMIT,
                output_fields=["id", "title", "text", "company"] if kind is Kind.VACANCIES else ["id", "title", "text"],
            )
            seconds.append(time.perf_counter() - started)
        return ids, seconds
    finally:
        installation.close()


@contextmanager
def _serve(folder: Path) -> Iterator[Server]:
    backend = "sentence-transformers"
    with tempfile.TemporaryDirectory() as logs:
        server = start_server(Path(logs), COUNTERPART_DATA_DIR=str(folder), COUNTERPART_EMBEDDING_BACKEND=backend)
        try:
            yield server
        finally:
            server.process.terminate()
            server.process.wait(60)


def _warm_up(server: Server, ids: dict[Kind, list[str]], searches: int) -> None:
    chance = random.Random(7)
    step = _list_steps()[0][1]
    for _ in track(range(searches), "Warming up", transient=True):
        kind = chance.choice(list(Kind))
        body = {"include_expired": True} | step(kind, chance.choice(ids[kind.counterpart]))
        _ask(server, "POST", f"/v1/{kind.value}/search", body)


def _ask(server: Server, method: str, path: str, body: Body) -> Any:
    status, _, content = server.request(method, path, body)
    if status >= 300:
        raise RuntimeError(f"{method} {path}: {status} {content.decode()[:500]}")
    return json.loads(content)


def _read_cpu(server: Server) -> float:
    """Seconds of processor time that the server's process has taken."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _summarize(seconds: list[float]) -> list[str]:
    ordered = sorted(seconds)
    return [f"{1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]:.0f}" for share in (0.5, 0.9, 0.99)]


if __name__ == "__main__":
    main()
