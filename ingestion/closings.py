"""What is remembered of vacancies that were taken out: when they came and went, and what kind of work it was."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import delete, exists, func, select

from ingestion.database import Database, insert_or_update, retry_conflicts
from ingestion.facts import describe
from ingestion.tables import closed_vacancies, documents
from milvus import Entity, Kind

_PAGE_ROWS = 1_000

Closed = dict[str, Any]
"""The facts of a closed vacancy, with `first_seen` and `closed_at` in epoch seconds."""


class ClosingBook:
    """Vacancies that are no longer there; of resumes nothing is remembered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @retry_conflicts
    def note(self, entities: Mapping[str, Entity]) -> None:
        """Remember vacancies, by id, that the ledger has erased and the index is about to lose.

        One that came in again meanwhile is passed over.
        """
        if not entities:
            return
        gone = (documents.c.kind == Kind.VACANCIES, documents.c.id.in_(list(entities)), documents.c.deleted)
        with self._database.write() as connection:
            rows = connection.execute(
                select(documents.c.id, documents.c.created_at, documents.c.updated_at).where(*gone)
            )
            closed = [
                {
                    "id": row.id,
                    "first_seen": row.created_at,
                    "closed_at": row.updated_at,
                    "facts": describe(entities[row.id]),
                }
                for row in rows
            ]
            if closed:
                values = ("first_seen", "closed_at", "facts")
                connection.execute(
                    insert_or_update(self._database, closed_vacancies, keys=("id",), values=values), closed
                )

    def iterate(self) -> Iterator[list[Closed]]:
        """All of them in batches, but for those whose id is in use again."""
        live = exists().where(
            documents.c.kind == Kind.VACANCIES, documents.c.id == closed_vacancies.c.id, ~documents.c.deleted
        )
        query = select(closed_vacancies).where(~live).order_by(closed_vacancies.c.id).limit(_PAGE_ROWS)
        after = ""
        while True:
            with self._database.read() as connection:
                rows = connection.execute(query.where(closed_vacancies.c.id > after)).all()
            if not rows:
                return
            yield [row.facts | {"first_seen": row.first_seen, "closed_at": row.closed_at} for row in rows]
            after = rows[-1].id

    @retry_conflicts
    def forget(self) -> int:
        """Forget all of them; how many there were."""
        with self._database.write() as connection:
            known = connection.scalar(select(func.count()).select_from(closed_vacancies)) or 0
            connection.execute(delete(closed_vacancies))
        return known
