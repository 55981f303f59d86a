"""Signatures of texts, by which documents that are one text under several ids find one another."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ID = sa.String(512).with_variant(sa.String(512, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "signatures",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("marks", sa.JSON, nullable=False),
        sa.Column("group_id", sa.String(32)),
        sa.PrimaryKeyConstraint("kind", "id"),
    )
    op.create_index("ix_signatures_group_id", "signatures", ["group_id"])
    op.create_table(
        "signature_buckets",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("bucket", sa.BigInteger, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.PrimaryKeyConstraint("kind", "bucket", "id"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("signature_buckets", "signatures"):
        op.drop_table(table)
