"""What each viewer has seen."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

ID = sa.String(512).with_variant(sa.String(512, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "sightings",
        sa.Column("viewer", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("document_id", ID, nullable=False),
        sa.Column("seen_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("viewer", "kind", "document_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sightings_document", "sightings", ["kind", "document_id"])


def downgrade() -> None:
    op.drop_table("sightings")
