"""Pools of pairs that are graded by hand, and the grades."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

ID = sa.String(512).with_variant(sa.String(512, collation="C"), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "judging_pools",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "judging_items",
        sa.Column("pool_id", sa.BigInteger, nullable=False),
        sa.Column("vacancy_id", ID, nullable=False),
        sa.Column("resume_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "vacancy_id", "resume_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "judging_grades",
        sa.Column("pool_id", sa.BigInteger, nullable=False),
        sa.Column("grader", sa.String(40), nullable=False),
        sa.Column("vacancy_id", ID, nullable=False),
        sa.Column("resume_id", ID, nullable=False),
        sa.Column("grade", sa.SmallInteger, nullable=False),
        sa.Column("graded_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "grader", "vacancy_id", "resume_id"),
        sqlite_with_rowid=False,
    )
    for table in ("judging_items", "judging_grades"):
        for column in ("vacancy_id", "resume_id"):
            op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    for table in ("judging_grades", "judging_items", "judging_pools"):
        op.drop_table(table)
