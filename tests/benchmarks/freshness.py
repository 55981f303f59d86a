"""How soon is a document searchable? `python -m tests.benchmarks.freshness [--backend hashing] [--queued 10000]`

Starts a server process of its own over an empty folder and talks to it over HTTP. Each document is PUT by itself; the
time runs from the answer until its task is done, and a search must then find it. First while the worker is idle, then
while thousands of others, sent in batches, wait in the queue.
"""

import argparse
import json
import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from tests.flow.server import Server, start_server

BATCH = 1000
POLL_SECONDS = 0.005
LONGEST_PAUSE = 1.5  # between two documents, at random, so that they come at any point of a batch
MOST_SECONDS = 300.0
WORDS = (  # noqa: SIM905 - prose is easier to read than ninety strings
    "assembles repairs checks plans teaches sells pumps motors valves pipes circuits walls roofs floors bread cakes "
    "patients children guests drivers orders invoices budgets contracts reports schedules tools machines vehicles "
    "welding baking nursing logistics accounting cleaning painting carpentry plumbing customer service safety night "
    "weekend shift team leader trainee senior junior part full time licence certificate experience years required "
    "preferred knowledge of basic advanced written spoken careful reliable punctual friendly within the and with for"
).split()


@dataclass
class Series:
    """Documents PUT one by one. `unfound`: those that no search found although their task was done."""

    seconds: list[float] = field(default_factory=list)
    unfound: int = 0
    rate: float | None = None
    queued: tuple[int, int] = (0, 0)


class Client:
    """A caller of one server."""

    def __init__(self, server: Server, characters: int) -> None:
        self._server = server
        self._characters = characters
        self._chance = random.Random(20261120)
        self._sent = 0

    def ask(self, method: str, path: str, body: object = None) -> Any:
        status, _, content = self._server.request(method, path, body)
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {content.decode()[:500]}")
        return json.loads(content)

    def make_document(self) -> dict[str, Any]:
        self._sent += 1
        text: list[str] = []
        length = 0
        while length < self._characters:
            text.append(self._chance.choice(WORDS))
            length += len(text[-1]) + 1
        return {"title": f"Position {self._sent}", "text": " ".join(text), "source": f"source {self._sent}"}

    def fill_queue(self, documents: int) -> None:
        for start in range(0, documents, BATCH):
            rows = [{"id": f"bulk-{start + i}"} | self.make_document() for i in range(min(BATCH, documents - start))]
            self.ask("POST", "/v1/vacancies/batch", rows)

    def count_queued(self) -> int:
        bulk = self.ask("GET", "/v1/ingestion")["queues"][1]
        return int(bulk["pending"]["vacancies"])

    def measure(self, documents: int) -> Series:
        series = Series()
        before, started = self.count_queued(), time.perf_counter()
        for _ in range(documents):
            time.sleep(self._chance.uniform(0, LONGEST_PAUSE))
            document = self.make_document()
            id_ = f"single-{self._sent}"
            task = self.ask("PUT", f"/v1/vacancies/{id_}", document)
            series.seconds.append(self._await_task(task["task_id"]))
            search = {"text": document["title"], "filter": {"sources": [document["source"]]}}
            found = self.ask("POST", "/v1/vacancies/search", search)["items"]
            series.unfound += [item["document"]["id"] for item in found] != [id_]
        after = self.count_queued()
        series.queued = (before, after)
        if before:
            series.rate = (before - after) / (time.perf_counter() - started)
        return series

    def _await_task(self, task_id: int) -> float:
        started = time.perf_counter()
        while (state := self.ask("GET", f"/v1/tasks/{task_id}")["state"]) != "done":
            if state == "failed" or time.perf_counter() - started > MOST_SECONDS:
                raise RuntimeError(f"task {task_id} is {state} after {time.perf_counter() - started:.0f} s")
            time.sleep(POLL_SECONDS)
        return time.perf_counter() - started


def make_table(title: str, rows: dict[str, Series]) -> Table:
    table = Table(title=title, title_justify="left")
    columns = ("worker", "documents", "queued, from - to", "p50 s", "p99 s", "longest s", "not found", "others/s")
    for column in columns:
        table.add_column(column, justify="right")
    for name, series in rows.items():
        p50, p99 = np.percentile(series.seconds, [50, 99])
        table.add_row(
            name,
            str(len(series.seconds)),
            f"{series.queued[0]:,} - {series.queued[1]:,}",
            f"{p50:.2f}",
            f"{p99:.2f}",
            f"{max(series.seconds):.2f}",
            str(series.unfound),
            "-" if series.rate is None else f"{series.rate:.1f}",
        )
    return table


def run(backend: str, *, queued: int, documents: int, characters: int) -> None:
    """Measure one server, and print the table."""
    with tempfile.TemporaryDirectory(prefix="counterpart-freshness-") as folder:
        server = start_server(Path(folder), COUNTERPART_EMBEDDING_BACKEND=backend)
        try:
            client = Client(server, characters)
            client.ask("PUT", "/v1/vacancies/first?wait=true", client.make_document())  # loads the model
            rows = {"idle": client.measure(documents)}
            client.fill_queue(queued)
            rows["busy"] = client.measure(documents)
        finally:
            server.process.terminate()
            server.process.wait(60)
    title = f"From acknowledged to searchable: {backend}, texts of {characters:,} characters"
    Console(width=120).print(make_table(title, rows))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", choices=["sentence-transformers", "hashing"], default="sentence-transformers")
    parser.add_argument("--queued", type=int, default=10_000, help="documents that wait in the second part")
    parser.add_argument("--documents", type=int, default=100, help="documents that are timed in each part")
    parser.add_argument("--characters", type=int, default=2_500, help="length of each text")
    given = parser.parse_args()
    run(given.backend, queued=given.queued, documents=given.documents, characters=given.characters)
