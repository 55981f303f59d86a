"""Does the worker's memory stay flat? `python -m tests.benchmarks.memory [--documents 50000] [--plot FILE.svg]`

Records made-up documents in a fresh ledger and lets a worker process of its own index them, twice: into Milvus Lite
within that process, and into a `milvus-lite server` in another one, so that the worker's own memory is seen alone. What
each process holds (resident set size, read once a second from /proc, so Linux only) is printed at each tenth of the
documents, with the growth per 10,000 documents fitted by least squares after the first fifth. Ctrl-C ends a load early
and goes on with what there is. Where other work keeps the CPUs busy, OMP_NUM_THREADS=1 spares the model much waiting.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from ingestion import Priority
from ingestion.database import Database
from ingestion.ledger import Ledger
from ingestion.queue import WorkQueue
from tests.benchmarks.made_documents import make_documents
from tests.contract.milvus.conftest import run_lite_server

RECORD_ROWS = 500
SAMPLE_SECONDS = 1.0
SETTLED_SHARE = 0.2  # buffers, caches and the model's workspace are filled by then
STUCK_SECONDS = 600.0
MIB = 2**20


@dataclass
class Series:
    """What one process held: documents that were indexed, and resident bytes, sample by sample."""

    name: str
    documents: list[int] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)

    def read_at(self, documents: int) -> int:
        """Resident bytes in the first sample with so many documents, or in the last."""
        later = (index for index, count in enumerate(self.documents) if count >= documents)
        return self.resident[next(later, -1)]

    def fit_growth(self) -> float:
        """Bytes per document, by least squares over the samples after the first fifth."""
        first = SETTLED_SHARE * self.documents[-1]
        settled = [index for index, count in enumerate(self.documents) if count >= first]
        counts, sizes = np.take(self.documents, settled), np.take(self.resident, settled)
        return float(np.polyfit(counts, sizes, 1)[0])


@dataclass(frozen=True)
class Run:
    """One load: its processes, and how long it took."""

    series: list[Series]
    seconds: float

    @property
    def documents(self) -> int:
        """How many were indexed."""
        return self.series[0].documents[-1]


def read_resident(pid: int) -> int:
    """The resident set size of a process, in bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def record(database: Database, count: int) -> None:
    """Put the documents into the ledger, as a load does."""
    ledger = Ledger(database)
    documents = make_documents(count)
    while batch := list(islice(documents, RECORD_ROWS)):
        ledger.record(batch, priority=Priority.BULK)


@contextmanager
def run_worker(folder: Path, settings: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m ingestion work` for as long as the block lasts."""
    environment = os.environ | {"COUNTERPART_DATA_DIR": str(folder)} | settings
    with (folder / "worker.log").open("wb") as log:
        # In a session of its own, so that Ctrl-C reaches only this process.
        process = subprocess.Popen(
            [sys.executable, "-m", "ingestion", "work"],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    finally:
        process.kill()
        process.wait()


def sample(queue: WorkQueue, total: int, series: Mapping[int, Series], worker: subprocess.Popen[bytes]) -> None:
    """Watch processes, by id, until nothing is pending."""
    done, progressed = 0, time.monotonic()
    while done < total:
        time.sleep(SAMPLE_SECONDS)
        count = total - queue.count_pending()
        if count > done:
            done, progressed = count, time.monotonic()
        if worker.poll() is not None or time.monotonic() - progressed > STUCK_SECONDS:
            raise RuntimeError("the worker ended, or gets nowhere: see worker.log in the folder named by --folder")
        for pid, one in series.items():
            one.documents.append(done)
            one.resident.append(read_resident(pid))


def measure(folder: Path, count: int, *, apart: bool) -> Run:
    """Index the documents; `apart` has the index in a process of its own."""
    folder.mkdir(parents=True)
    with closing(Database.open(f"sqlite:///{folder / 'ledger.db'}")) as database, ExitStack() as stack:
        record(database, count)
        settings = {"COUNTERPART_LOG_LEVEL": "warning"}
        series: dict[int, Series] = {}
        if apart:
            uri, server = stack.enter_context(run_lite_server(folder))
            settings |= {"COUNTERPART_INDEX_URI": uri}
            series[server.pid] = Series("milvus-lite server alone")
        started = time.monotonic()
        worker = stack.enter_context(run_worker(folder, settings))
        series[worker.pid] = Series("worker alone" if apart else "worker with Milvus Lite in it")
        with suppress(KeyboardInterrupt):
            sample(WorkQueue(database), count, series, worker)
        return Run(list(series.values()), time.monotonic() - started)


def report(runs: list[Run], dimension: int, console: Console) -> None:
    """Print memory by tenths, and its growth."""
    every = [one for run in runs for one in run.series]
    table = Table("documents", *(one.name for one in every), title="resident MiB")
    count = max(run.documents for run in runs)
    for tenth in range(1, 11):
        at = count * tenth // 10
        table.add_row(f"{at:,}", *(f"{one.read_at(at) / MIB:,.0f}" if at <= one.documents[-1] else "" for one in every))
    table.add_section()
    growth = [one.fit_growth() * 10_000 / MIB for one in every]
    table.add_row("growth per 10,000, after the first 20 %", *(f"{value:+.1f}" for value in growth))
    console.print(table)
    vectors = 10_000 * dimension * 4 / MIB
    console.print(
        f"10,000 vectors of {dimension} dimensions are {vectors:.1f} MiB, in whichever process has the index."
    )
    for run in runs:
        rate = f"{run.documents / run.seconds:.0f}/s"
        console.print(f"{run.series[-1].name}: {run.documents:,} documents in {run.seconds:.0f} s, {rate}")


def plot(runs: list[Run], path: Path) -> None:
    """Draw memory over documents as SVG."""
    every = [one for run in runs for one in run.series]
    samples = pd.concat(
        pd.DataFrame({"documents": one.documents, "MiB": np.divide(one.resident, MIB), "process": one.name})
        for one in every
    )
    chart = (
        alt.Chart(samples, title="Resident memory while documents are indexed", width=640, height=320)
        .mark_line(strokeWidth=1.5)
        .encode(
            alt.X("documents:Q", title="documents indexed"),
            alt.Y("MiB:Q", title="resident MiB", scale=alt.Scale(zero=True)),
            alt.Color("process:N", title=None, legend=alt.Legend(orient="bottom", labelLimit=300)),
        )
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    chart.save(str(path))


def run() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=50_000)
    parser.add_argument("--only", choices=["together", "apart"], help="only one of the two loads")
    parser.add_argument("--dimension", type=int, default=384, help="of the model that the settings name")
    parser.add_argument("--folder", type=Path, help="for ledgers, indexes and logs, which are kept; else temporary")
    parser.add_argument("--plot", type=Path, help="SVG file to write")
    asked = parser.parse_args()
    alt.data_transformers.disable_max_rows()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        runs = [
            measure(folder / name, asked.documents, apart=name == "apart")
            for name in ("together", "apart")
            if asked.only in {None, name}
        ]
    report(runs, asked.dimension, Console(width=140))
    if asked.plot:
        plot(runs, asked.plot)


if __name__ == "__main__":
    run()
