"""Topics of vacancies, the runs that made them, which vacancy belongs to which, and a run that is asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ID = sa.String(512).with_variant(sa.String(512, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "topic_runs",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("model", sa.JSON, nullable=False),
        sa.Column("threshold", sa.Double, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
    )
    op.create_table(
        "topics",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("labels", sa.JSON, nullable=False),
        sa.Column("centroid", sa.LargeBinary, nullable=False),
        sa.Column("x", sa.Double, nullable=False),
        sa.Column("y", sa.Double, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("retired_at", sa.Double),
    )
    op.create_table(
        "topic_members",
        sa.Column("vacancy_id", ID, primary_key=True),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("topic_id", sa.Integer),
    )
    op.create_index("ix_topic_members_topic_id", "topic_members", ["topic_id"])
    op.create_table(
        "topic_requests",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("anew", sa.Boolean, nullable=False),
        sa.Column("asked_at", sa.Double, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("failed", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    for table in ("topic_requests", "topic_members", "topics", "topic_runs"):
        op.drop_table(table)
