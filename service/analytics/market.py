"""The snapshot in memory, and how analyses ask it: DuckDB over tables that are loaded once a snapshot."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from ingestion import SnapshotFolder, SnapshotManifest
from milvus import Kind
from service.analytics.figures import MIN_GROUP, MarketFilter, QualityRow, Report
from service.analytics.quality import inspect_rows
from service.analytics.tables import create_tables, drop_sources
from service.errors import NoSnapshot

if TYPE_CHECKING:
    import duckdb

_KEPT_ANSWERS = 500
_MEMORY = "2GB"
_THREADS = 4
_TRIES = 3

T = TypeVar("T")


class View:
    """The documents of a snapshot that pass a filter, for one analysis."""

    def __init__(self, connection: "duckdb.DuckDBPyConnection", asked: MarketFilter) -> None:
        self._connection = connection
        self._clauses: list[str] = []
        self._values: dict[str, Any] = {}
        for name, (clause, value) in _list_clauses(asked).items():
            # A cast in the query itself would be repeated for every row.
            if isinstance(value, str) and not self.knows(value):
                self._clauses.append("false")
            else:
                self._clauses.append(clause)
                self._values[name] = value

    def knows(self, term: str) -> bool:
        """Whether any document has this term; a query may compare with no other."""
        return bool(self.fetch("SELECT try_cast($term AS term) IS NOT NULL", term=term)[0][0])

    def where(self, kind: Kind) -> str:
        """The filter as SQL over the documents of a kind; its values are parameters that `fetch` fills in."""
        return " AND ".join(self._clauses).replace("{kind}", kind) or "true"

    def fetch(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query; `values` are its parameters besides those of the filter, as $name."""
        given = {name: value for name, value in self._values.items() if f"${name}" in sql}
        # A cursor is a connection of its own to the same tables, which threads may use side by side.
        with self._connection.cursor() as cursor:
            return cursor.execute(sql, given | values).fetchall()

    def count(self, kind: Kind) -> int:
        """How many documents of a kind pass the filter."""
        return int(self.fetch(f"SELECT count(*) FROM {kind} WHERE {self.where(kind)}")[0][0])


@dataclass(frozen=True, slots=True)
class _Loaded:
    version: int
    manifest: SnapshotManifest
    connection: "duckdb.DuckDBPyConnection"
    quality: Report[QualityRow]
    answers: "OrderedDict[Hashable, Any]"


class Market:
    """The market as of the newest snapshot. Safe to use from several threads.

    Answers are kept until there is a newer snapshot: the first 500, and then those used last.
    """

    def __init__(self, folder: SnapshotFolder) -> None:
        self._folder = folder
        self._loaded: _Loaded | None = None
        self._loading = threading.Lock()
        self._keeping = threading.Lock()

    @property
    def manifest(self) -> SnapshotManifest:
        """What the figures are of. Raises NoSnapshot."""
        return self._load().manifest

    def ask(self, analysis: Callable[..., T], asked: MarketFilter, *arguments: Hashable) -> tuple[SnapshotManifest, T]:
        """What an analysis of a view gives, and which snapshot it is of. Raises NoSnapshot.

        The same analysis with the same arguments is computed once a snapshot.
        """
        loaded = self._load()
        key = (analysis, asked, arguments)
        with self._keeping:
            if key in loaded.answers:
                loaded.answers.move_to_end(key)
                kept: T = loaded.answers[key]
                return loaded.manifest, kept
        answer = analysis(View(loaded.connection, asked), *arguments)
        with self._keeping:
            loaded.answers[key] = answer
            while len(loaded.answers) > _KEPT_ANSWERS:
                loaded.answers.popitem(last=False)
        return loaded.manifest, answer

    def view(self, asked: MarketFilter) -> View:
        """The documents that pass a filter, for an analysis whose answer is not kept. Raises NoSnapshot."""
        return View(self._load().connection, asked)

    def describe_quality(self) -> tuple[SnapshotManifest, Report[QualityRow]]:
        """What was found in the rows as they were loaded. Raises NoSnapshot."""
        loaded = self._load()
        return loaded.manifest, loaded.quality

    def _load(self) -> _Loaded:
        version = self._folder.read_version()
        loaded = self._loaded
        if loaded is not None and loaded.version == version:
            return loaded
        if loaded is not None:
            # Whoever asks meanwhile is answered from the last snapshot.
            if self._loading.acquire(blocking=False):
                threading.Thread(target=self._refresh, name="market", daemon=True).start()
            return loaded
        with self._loading:
            self._loaded = self._loaded or self._read()
        if self._loaded is None:
            raise NoSnapshot(
                "there is no snapshot of the market yet: a worker makes one soon after the first documents are "
                "indexed, `python -m ingestion snapshot` makes one at once"
            )
        return self._loaded

    def _refresh(self) -> None:
        try:
            self._loaded = self._read() or self._loaded
        finally:
            self._loading.release()

    def _read(self) -> _Loaded | None:
        """The newest snapshot; None where there is none. One that is replaced meanwhile is read once more."""
        for _ in range(_TRIES):
            version, manifest = self._folder.read_version(), self._folder.read()
            if version is None or manifest is None:
                return None
            try:
                connection, quality = open_tables(self._folder, manifest)
            except FileNotFoundError:
                continue
            return _Loaded(version, manifest, connection, quality, OrderedDict())
        return None


def open_tables(
    folder: SnapshotFolder, manifest: SnapshotManifest
) -> tuple["duckdb.DuckDBPyConnection", Report[QualityRow]]:
    """A database in memory with the tables of a snapshot, and the quality of its rows; it reads no file any more.

    Raises FileNotFoundError.
    """
    import duckdb  # takes 150 ms, which nobody should wait for who asks for no figures

    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": _MEMORY,
            "threads": _THREADS,
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
        },
    )
    try:
        create_tables(connection, folder.path, manifest)
        quality = inspect_rows(connection, manifest)
        drop_sources(connection)
    except duckdb.IOException as error:
        connection.close()
        raise FileNotFoundError(str(error)) from error
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection, quality


def _list_clauses(asked: MarketFilter) -> dict[str, tuple[str, Any]]:
    """For every part of a filter that is given its clause and its value, by the name of its parameter."""
    clauses: dict[str, tuple[str, Any]] = {
        "country": ("country = $country", asked.country),
        "city": ("city = $city", asked.city),
        "category": ("category = $category", asked.category),
        "skill": ("doc IN (SELECT doc FROM {kind}_skills WHERE skill = $skill)", asked.skill),
        "month_from": ("month >= $month_from", asked.month_from and parse_month(asked.month_from)),
        "month_to": ("month <= $month_to", asked.month_to and parse_month(asked.month_to)),
    }
    return {name: (clause, value) for name, (clause, value) in clauses.items() if value is not None}


def parse_month(month: str) -> date:
    """The first day of a month that is written as "2026-11". Raises ValueError."""
    return datetime.strptime(month, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone


def clear_amount(amount: float | None, documents: int, kind: Kind) -> float | None:
    """A salary figure as it may be shown: none of a small group; of resumes to two digits, so that it is nobody's."""
    if amount is None or documents < MIN_GROUP:
        return None
    return float(f"{amount:.2g}") if kind is Kind.RESUMES else round(amount, 2)
