"""Priorities, times of states, expiry beside the document, and the workers that are alive."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

EXPIRES_AT = {
    "sqlite": "CAST(strftime('%s', json_extract(document, '$.expires_at')) AS REAL)",
    "postgresql": "extract(epoch FROM (document->>'expires_at')::timestamptz)",
}


def upgrade() -> None:
    # Plain ALTERs: a table of millions of documents is not copied for the sake of four columns.
    op.add_column("documents", sa.Column("state_since", sa.Double, nullable=False, server_default="0"))
    # What is queued by now came from a load, most likely.
    op.add_column("documents", sa.Column("priority", sa.SmallInteger, nullable=False, server_default="1"))
    op.add_column("documents", sa.Column("expires_at", sa.Double))
    op.execute(
        "UPDATE documents SET state_since = CASE WHEN state = 'indexed' THEN coalesce(indexed_at, updated_at) "  # noqa: S608
        f"ELSE updated_at END, expires_at = {EXPIRES_AT[op.get_bind().dialect.name]}"
    )
    op.drop_index("ix_documents_state", "documents")
    op.drop_index("ix_documents_kind_state", "documents")
    op.create_index("ix_documents_queue", "documents", ["state", "priority", "attempts", "version"])
    op.create_index("ix_documents_state_since", "documents", ["state", "priority", "state_since"])
    op.create_index("ix_documents_kind_state", "documents", ["kind", "state", "priority"])
    op.create_index("ix_documents_expires_at", "documents", ["expires_at"])
    op.create_index("ix_tasks_created_at", "tasks", ["created_at"])
    op.create_table(
        "workers",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("process", sa.String(300), nullable=False),
        sa.Column("started_at", sa.Double, nullable=False),
        sa.Column("seen_at", sa.Double, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("workers")
    op.drop_index("ix_tasks_created_at", "tasks")
    for name in ("queue", "state_since", "kind_state", "expires_at"):
        op.drop_index(f"ix_documents_{name}", "documents")
    for name in ("state_since", "priority", "expires_at"):
        op.drop_column("documents", name)
    op.create_index("ix_documents_state", "documents", ["state", "version"])
    op.create_index("ix_documents_kind_state", "documents", ["kind", "state", "deleted"])
