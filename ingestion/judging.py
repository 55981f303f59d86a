"""The ledger's book on judging: pools of pairs that people grade by hand, and the grades. It holds ids, no texts."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, func, insert, select

from ingestion.database import Database, insert_or_update, retry_conflicts
from ingestion.rewriting import cut_rows
from ingestion.tables import documents, judging_grades, judging_items, judging_pools
from milvus import Kind


class PairIds(NamedTuple):
    """A vacancy and a resume that are held against each other."""

    vacancy: str
    resume: str


@dataclass(frozen=True, slots=True)
class JudgingPool:
    """A pool: how many pairs it has, and how many of them each grader has graded. `made_at` is in epoch seconds."""

    id: int
    seed: int
    made_at: float
    pairs: int
    graded: Mapping[str, int]


class JudgingBook:
    """Pools and grades. `clock` gives epoch seconds."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    @retry_conflicts
    def add_pool(self, pairs: Iterable[PairIds], *, seed: int) -> int | None:
        """Make a pool; its id. Pairs that lack a stored document are left out; None, and no pool, where all do."""
        wanted = sorted(set(pairs))
        with self._database.write() as connection:
            # Locked, so that none is erased between this look and the pool's rows, which would then outlive it.
            resumes = _lock_stored(connection, Kind.RESUMES, {pair.resume for pair in wanted})
            vacancies = _lock_stored(connection, Kind.VACANCIES, {pair.vacancy for pair in wanted})
            kept = [pair for pair in wanted if pair.vacancy in vacancies and pair.resume in resumes]
            if not kept:
                return None
            statement = insert(judging_pools).values(seed=seed, made_at=self._clock())
            pool = int(connection.execute(statement.returning(judging_pools.c.id)).scalar_one())
            rows = [{"pool_id": pool, "vacancy_id": pair.vacancy, "resume_id": pair.resume} for pair in kept]
            connection.execute(insert(judging_items), rows)
        return pool

    def list_pools(self) -> list[JudgingPool]:
        """All pools, the newest first; the graders of each by name."""
        items, grades = judging_items.c, judging_grades.c
        with self._database.snapshot() as connection:
            pools = connection.execute(select(judging_pools).order_by(judging_pools.c.id.desc())).all()
            sizes = connection.execute(select(items.pool_id, func.count().label("n")).group_by(items.pool_id)).all()
            query = select(grades.pool_id, grades.grader, func.count().label("n"))
            done = connection.execute(query.group_by(grades.pool_id, grades.grader)).all()
        size = {row.pool_id: row.n for row in sizes}
        graded: dict[int, dict[str, int]] = {}
        for row in sorted(done, key=lambda row: row.grader):
            graded.setdefault(row.pool_id, {})[row.grader] = row.n
        return [
            JudgingPool(row.id, row.seed, row.made_at, size.get(row.id, 0), graded.get(row.id, {})) for row in pools
        ]

    def get_seed(self, pool: int) -> int | None:
        """The seed of a pool; None where there is no such pool."""
        with self._database.read() as connection:
            seed: int | None = connection.scalar(select(judging_pools.c.seed).where(judging_pools.c.id == pool))
        return seed

    def list_pairs(self, pool: int) -> list[PairIds]:
        """The pairs of a pool, in the order of their ids."""
        items = judging_items.c
        query = select(items.vacancy_id, items.resume_id).where(items.pool_id == pool)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(items.vacancy_id, items.resume_id)).all()
        return [PairIds(row.vacancy_id, row.resume_id) for row in rows]

    def read_grades(self, pool: int) -> dict[str, dict[PairIds, int]]:
        """The grades of a pool by grader, in the order of names and ids."""
        query = select(judging_grades).where(judging_grades.c.pool_id == pool)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        grades: dict[str, dict[PairIds, int]] = {}
        for row in sorted(rows, key=lambda row: (row.grader, row.vacancy_id, row.resume_id)):
            grades.setdefault(row.grader, {})[PairIds(row.vacancy_id, row.resume_id)] = row.grade
        return grades

    @retry_conflicts
    def grade(self, pool: int, grader: str, pair: PairIds, grade: int) -> bool:
        """Keep a grade, in the place of the grader's former one; False where the pool has no such pair (any more)."""
        key = {"pool_id": pool, "vacancy_id": pair.vacancy, "resume_id": pair.resume}
        row = key | {"grader": grader, "grade": grade, "graded_at": self._clock()}
        statement = insert_or_update(self._database, judging_grades, keys=_GRADE_KEY, values=("grade", "graded_at"))
        with self._database.write() as connection:
            this = and_(*(judging_items.c[name] == value for name, value in key.items()))
            # Locked, so that no grade outlives a pair that is being erased.
            held = select(judging_items.c.pool_id).where(this).with_for_update(read=True)
            if connection.execute(held).first() is None:
                return False
            connection.execute(statement, [row])
        return True

    @retry_conflicts
    def delete_pool(self, pool: int) -> bool:
        """Delete a pool with its grades; whether there was one."""
        with self._database.write() as connection:
            connection.execute(delete(judging_items).where(judging_items.c.pool_id == pool))
            connection.execute(delete(judging_grades).where(judging_grades.c.pool_id == pool))
            return connection.execute(delete(judging_pools).where(judging_pools.c.id == pool)).rowcount > 0


_GRADE_KEY = ("pool_id", "grader", "vacancy_id", "resume_id")


def erase_judgements(connection: Connection, kind: Kind, ids: Sequence[str]) -> None:
    """Erase the pairs with these documents from all pools, and their grades."""
    column = "vacancy_id" if kind is Kind.VACANCIES else "resume_id"
    for table in (judging_items, judging_grades):
        connection.execute(delete(table).where(table.c[column].in_(ids)))


def _lock_stored(connection: Connection, kind: Kind, ids: Iterable[str]) -> set[str]:
    """Those of the ids that are stored; nobody can erase them until the end of the transaction."""
    stored: set[str] = set()
    for chunk in cut_rows(sorted(ids)):
        these = and_(documents.c.kind == kind, documents.c.id.in_(chunk), ~documents.c.deleted)
        query = select(documents.c.id).where(these).order_by(documents.c.id)
        stored.update(connection.scalars(query.with_for_update(read=True)))
    return stored
