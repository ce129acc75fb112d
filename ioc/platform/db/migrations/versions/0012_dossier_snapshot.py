"""The figures of each day as they were frozen at its cut-off."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "dossier_snapshot",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("org", sa.String(length=64), nullable=False),
        sa.Column("cut_off_at", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("day", "org", name=op.f("pk_dossier_snapshot")),
    )
