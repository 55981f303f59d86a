"""Queueing documents whose row changes though they did not: another document, or a new grouping, changed it."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Connection, and_, bindparam, case, insert, select, update

from ingestion.records import Priority, State
from ingestion.tables import documents, tasks
from milvus import Kind

ROWS_A_STATEMENT = 500

_Value = TypeVar("_Value")


def queue_rewrites(connection: Connection, kind: Kind, ids: Sequence[str], *, now: float) -> None:
    """Give documents a new version, whose text is the same: only their rows are written again.

    Within the transaction that changes what is written: so a crash leaves nothing stale, and what a worker writes of
    the older version meanwhile is written anew. Those that were set aside or erased are passed over.
    """
    priority = Priority.for_size(len(ids))
    for chunk in cut_rows(sorted(ids)):
        here = and_(documents.c.kind == kind, documents.c.id.in_(chunk), ~documents.c.deleted)
        present = connection.scalars(
            select(documents.c.id)
            .where(here, documents.c.state != State.FAILED)
            .order_by(documents.c.id)
            .with_for_update()
        ).all()
        if not present:
            continue
        task = {"kind": kind, "action": "upsert", "created_at": now}
        versions = connection.scalars(
            insert(tasks).returning(tasks.c.id, sort_by_parameter_order=True),
            [task | {"document_id": id_} for id_ in present],
        ).all()
        waits = documents.c.state == State.PENDING
        statement = (
            update(documents)
            .where(documents.c.kind == kind, documents.c.id == bindparam("this"))
            .values(
                version=bindparam("newer"),
                state=State.PENDING,
                state_since=case((waits, documents.c.state_since), else_=now),
                priority=case((waits, documents.c.priority), else_=priority),
            )
        )
        newer = [{"this": id_, "newer": version} for id_, version in zip(present, versions, strict=True)]
        connection.execute(statement, newer)


def cut_rows(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    """The values in chunks of as many as one statement takes."""
    for start in range(0, len(values), ROWS_A_STATEMENT):
        yield values[start : start + ROWS_A_STATEMENT]
