"""Sources that are read again and again, the documents that each of them holds, and the files of watched folders."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.String(512).with_variant(sa.String(512, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "sources",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("kind", sa.String(16)),
        sa.Column("format", sa.String(16)),
        sa.Column("mapping", sa.JSON, nullable=False),
        sa.Column("every_seconds", sa.Double),
        sa.Column("snapshot", sa.Boolean, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("due_at", sa.Double),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("run", sa.BigInteger, nullable=False),
        sa.Column("lease_owner", sa.String(64)),
        sa.Column("lease_until", sa.Double),
        sa.Column("started_at", sa.Double),
        sa.Column("finished_at", sa.Double),
        sa.Column("outcome", sa.String(16)),
        sa.Column("message", sa.Text),
        sa.Column("counts", sa.JSON(none_as_null=True)),
        sa.Column("created_at", sa.Double, nullable=False),
    )
    op.create_table(
        "holdings",
        sa.Column("holder", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("document_id", ID, nullable=False),
        sa.Column("run", sa.BigInteger, nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("holder", "kind", "document_id"),
    )
    op.create_index("ix_holdings_document", "holdings", ["kind", "document_id"])
    op.create_table(
        "watched_files",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("folder", sa.String(64), nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("modified_ns", sa.BigInteger, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("read_at", sa.Double, nullable=False),
    )
    op.create_index("ix_watched_files_folder", "watched_files", ["folder"])


def downgrade() -> None:
    for table in ("watched_files", "holdings", "sources"):
        op.drop_table(table)
