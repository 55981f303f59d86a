"""The two ways in which Counterpart is installed, with everything that can befall each of them."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ingestion import Settings
from ingestion.installation import open_books
from tests.faults.disks import fill_disk, limit_files
from tests.faults.processes import START_SECONDS, Process, is_listening, is_serving, wait_until
from tests.faults.proxy import Mode, Proxy
from tests.postgres import Postgres, find_free_port

_KILLED_AGAIN = 0.2
_OUTAGE_SECONDS = (0.2, 4.0)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something bad. `strike` does it and mends what an operator or a supervisor would mend; it says how often it did.

    `kills`: whether it kills worker, API or index.
    """

    name: str
    strike: Callable[[random.Random], int]
    kills: bool = False


class Setup(Protocol):
    """An installation that is served on `port` until it is closed."""

    name: str
    port: int
    faults: Sequence[Fault]

    def start(self) -> None:
        """Start everything that does not run."""
        ...

    def is_serving(self) -> bool:
        """Whether all its processes run and the API answers searches."""
        ...

    def count_pending(self) -> int:
        """How many documents are not in the index yet."""
        ...

    def crash_idle(self) -> None:
        """Kill what holds documents in memory only, now that nothing is pending: nothing may be lost by that."""
        ...

    def open_for_check(self) -> Settings:
        """Settings to look at ledger and index with; `start` ends the look."""
        ...

    def read_logs(self) -> str:
        """What the processes printed last."""
        ...

    def close(self) -> None:
        """End everything."""
        ...


class OneProcess:
    """SQLite and Milvus Lite within the API process."""

    name = "one process (SQLite, Milvus Lite)"

    def __init__(self, folder: Path, *, disk: Path | None = None) -> None:
        """With `disk`, the data lies on that small file system, which is filled now and then."""
        self.port = find_free_port()
        self.settings = Settings(_env_file=None, data_dir=(disk or folder) / "var", embedding_backend="hashing")  # type: ignore[call-arg]
        environment = {
            "COUNTERPART_DATA_DIR": str(self.settings.data_dir),
            "COUNTERPART_EMBEDDING_BACKEND": "hashing",
            "COUNTERPART_PORT": str(self.port),
        }
        self.api = Process("api", ["service", "serve"], folder=folder, environment=environment)
        self.faults = [Fault("kill -9 of the one process", lambda dice: kill(self.api, dice), kills=True)]
        if disk is not None:
            self.faults.append(Fault("disk full", lambda dice: fill_disk(disk, dice)))
        else:
            self.faults.append(Fault("no file may grow", lambda dice: limit_files(self.api, dice)))

    def start(self) -> None:
        """Start the process unless it runs."""
        if not self.api.is_alive:
            self.api.start()

    def is_serving(self) -> bool:
        """Whether it answers."""
        return is_serving(self.port)

    def count_pending(self) -> int:
        """How many documents are not in the index yet."""
        return _count_pending(self.settings)

    def crash_idle(self) -> None:
        """Kill the process."""
        self.api.kill()

    def open_for_check(self) -> Settings:
        """Only one process can open the index, so the API has to end."""
        self.api.stop()
        return self.settings

    def read_logs(self) -> str:
        """What the process printed last."""
        return self.api.read_log()

    def close(self) -> None:
        """Kill it."""
        self.api.kill()


class Distributed:
    """PostgreSQL, a Milvus Lite server, an API and two workers, connected through proxies."""

    name = "distributed (PostgreSQL, Milvus server, workers)"

    def __init__(self, folder: Path) -> None:
        self.port, index_port = find_free_port(), find_free_port()
        home = folder / "postgres"
        home.mkdir()
        self.postgres = Postgres(home)
        self.to_postgres, self.to_index = Proxy(self.postgres.port), Proxy(index_port)
        through = self.postgres.url.replace(f":{self.postgres.port}/", f":{self.to_postgres.port}/")
        self.settings = Settings(  # type: ignore[call-arg]
            _env_file=None,
            data_dir=folder / "var",
            database_url=self.postgres.url,
            index_uri=f"http://127.0.0.1:{index_port}",
            embedding_backend="hashing",
        )
        environment = {
            "COUNTERPART_DATA_DIR": str(folder / "var"),
            "COUNTERPART_DATABASE_URL": through,
            "COUNTERPART_INDEX_URI": f"http://127.0.0.1:{self.to_index.port}",
            "COUNTERPART_EMBEDDING_BACKEND": "hashing",
            "COUNTERPART_WORKER": "external",
            "COUNTERPART_PORT": str(self.port),
        }
        self._index_port = index_port
        server = ["milvus_lite", "server", "--host", "127.0.0.1", "--port", index_port, "--data-dir", folder / "index"]
        self.index = Process("index", server, folder=folder)
        self.api = Process("api", ["service", "serve"], folder=folder, environment=environment)
        self.workers = [
            Process(f"worker-{n}", ["ingestion", "work"], folder=folder, environment=environment) for n in (1, 2)
        ]
        self.faults = [
            Fault("kill -9 of the API", lambda dice: kill(self.api, dice), kills=True),
            Fault("kill -9 of a worker", lambda dice: kill(dice.choice(self.workers), dice), kills=True),
            Fault("kill -9 of the index", lambda dice: self._kill_index(dice), kills=True),
            Fault("kill -9 of API, workers and index", self._kill_all, kills=True),
            Fault("crash of PostgreSQL", self._crash_postgres),
            *_list_cuts("PostgreSQL", self.to_postgres),
            *_list_cuts("Milvus", self.to_index),
        ]

    def start(self) -> None:
        """Start every process that does not run, the index first."""
        if not self.index.is_alive:
            self.index.start()
            if wait_until(lambda: is_listening(self._index_port), seconds=START_SECONDS) is None:
                raise RuntimeError(f"the index does not start: {self.index.read_log()}")
        for process in (self.api, *self.workers):
            if not process.is_alive:
                process.start()

    def is_serving(self) -> bool:
        """Whether the API answers and all workers run."""
        return all(worker.is_alive for worker in self.workers) and is_serving(self.port)

    def count_pending(self) -> int:
        """How many documents are not in the index yet."""
        return _count_pending(self.settings)

    def crash_idle(self) -> None:
        """Kill the index."""
        self.index.kill()

    def open_for_check(self) -> Settings:
        """Past the proxies."""
        return self.settings

    def read_logs(self) -> str:
        """What the processes printed last."""
        return "\n".join(one.read_log() for one in (self.api, *self.workers, self.index))

    def close(self) -> None:
        """Kill everything."""
        for process in (self.api, *self.workers, self.index):
            process.kill()
        self.postgres.crash()
        self.to_postgres.close()
        self.to_index.close()

    def _kill_index(self, dice: random.Random) -> int:
        self.index.kill()
        time.sleep(dice.uniform(*_OUTAGE_SECONDS) / 2)
        self.start()
        return 1

    def _kill_all(self, dice: random.Random) -> int:
        killed = [self.api, *self.workers, self.index]
        dice.shuffle(killed)
        for process in killed:
            process.kill()
        self.start()
        return len(killed)

    def _crash_postgres(self, dice: random.Random) -> int:
        self.postgres.crash()
        time.sleep(dice.uniform(*_OUTAGE_SECONDS) / 2)
        self.postgres.start()
        return 1


def kill(process: Process, dice: random.Random) -> int:
    """Kill a process and start it again; now and then it is killed once more while it starts."""
    kills = 1
    process.kill()
    process.start()
    while dice.random() < _KILLED_AGAIN:
        time.sleep(dice.uniform(0, 3))
        process.kill()
        process.start()
        kills += 1
    return kills


def _list_cuts(target: str, proxy: Proxy) -> list[Fault]:
    def drop(_: random.Random) -> int:
        proxy.drop()
        return 1

    def interfere(mode: Mode) -> Callable[[random.Random], int]:
        def strike(dice: random.Random) -> int:
            proxy.set_mode(mode)
            time.sleep(dice.uniform(*_OUTAGE_SECONDS))
            proxy.set_mode(Mode.FORWARD)
            return 1

        return strike

    return [
        Fault(f"connections to {target} dropped", drop),
        Fault(f"connections to {target} refused", interfere(Mode.REFUSE)),
        Fault(f"connections to {target} stalled", interfere(Mode.STALL)),
        Fault(f"requests to {target} cut in the middle", interfere(Mode.CUT_REQUEST)),
        Fault(f"answers of {target} cut in the middle", interfere(Mode.CUT_ANSWER)),
    ]


def _count_pending(settings: Settings) -> int:
    books = open_books(settings)
    try:
        return books.queue.count_pending()
    finally:
        books.close()
