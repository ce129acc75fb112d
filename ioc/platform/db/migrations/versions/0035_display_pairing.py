"""Displays with settings and commands, the codes by which they come in, and tokens that may be renewed."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.add_column("token", sa.Column("generation", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "display",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("shown", sa.JSON()),
        sa.Column("identify_until", sa.BigInteger()),
        sa.Column("report", sa.JSON()),
        sa.Column("reported_at", sa.BigInteger()),
    )
    op.create_table(
        "display_pairing",
        sa.Column("code", sa.String(16), primary_key=True),
        sa.Column("secret", sa.String(64), nullable=False, unique=True),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("display", sa.String(64)),
    )
