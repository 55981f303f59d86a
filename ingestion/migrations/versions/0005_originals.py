"""Where documents come from, and the documents as they are there."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.String(512).with_variant(sa.String(512, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "originals",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("by_hand", sa.Boolean, nullable=False),
        sa.Column("format", sa.String(32)),
        sa.Column("content_hash", sa.String(64)),
        sa.Column("length", sa.BigInteger),
        sa.Column("read_at", sa.Double, nullable=False),
        sa.Column("context", sa.Text),
        sa.Column("raw", sa.LargeBinary),
        sa.PrimaryKeyConstraint("kind", "id"),
    )
    op.add_column("sources", sa.Column("id_prefix", sa.String(100)))


def downgrade() -> None:
    op.drop_column("sources", "id_prefix")
    op.drop_table("originals")
