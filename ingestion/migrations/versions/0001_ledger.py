"""The ledger: documents, tasks, persons, collections, rejections."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.String(512).with_variant(sa.String(512, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("document_hash", sa.String(64), nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("not_before", sa.Double, nullable=False),
        sa.Column("lease_owner", sa.String(64)),
        sa.Column("lease_until", sa.Double),
        sa.Column("indexed_version", sa.BigInteger),
        sa.Column("indexed_text_hash", sa.String(64)),
        sa.Column("indexed_at", sa.Double),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("document", sa.JSON(none_as_null=True)),
        sa.PrimaryKeyConstraint("kind", "id"),
    )
    op.create_index("ix_documents_state", "documents", ["state", "version"])
    op.create_index("ix_documents_kind_state", "documents", ["kind", "state", "deleted"])
    op.create_index("ix_documents_lease_owner", "documents", ["lease_owner"])
    op.create_table(
        "tasks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("document_id", ID, nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "persons",
        sa.Column("resume_id", ID, primary_key=True),
        sa.Column("person", sa.JSON, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
    )
    op.create_table(
        "collections",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("instance_id", sa.String(200), nullable=False),
    )
    op.create_table(
        "rejections",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("origin", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16)),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("raw", sa.Text),
        sa.Column("rejected_at", sa.Double, nullable=False),
    )
    op.create_index("ix_rejections_origin", "rejections", ["origin"])


def downgrade() -> None:
    for table in ("rejections", "collections", "persons", "tasks", "documents"):
        op.drop_table(table)
