"""Standby: the generation of collections beside the one that serves, and what it has not taken in yet."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.String(512).with_variant(sa.String(512, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "standby",
        sa.Column("generation", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("embedding_model", sa.String(500), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("after_kind", sa.String(16), nullable=False),
        sa.Column("after_id", ID, nullable=False),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("lease_owner", sa.String(64)),
        sa.Column("lease_until", sa.Double),
        sa.Column("started_at", sa.Double, nullable=False),
    )
    op.create_table(
        "standby_changes",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("kind", "id"),
    )


def downgrade() -> None:
    op.drop_table("standby_changes")
    op.drop_table("standby")
