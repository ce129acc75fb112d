"""Meetings that people enter, groups of their sites, and who was in which."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.add_column("conference", sa.Column("origin", sa.String(8), nullable=False, server_default="event"))
    op.add_column("conference", sa.Column("confidential", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "site_group",
        sa.Column("org", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("members", sa.JSON(), nullable=False),
    )
    op.create_table(
        "attendance",
        sa.Column("conference_id", sa.String(128), primary_key=True),
        sa.Column("site", sa.String(129), primary_key=True),
        sa.Column("joined_at", sa.BigInteger(), primary_key=True),
        sa.Column("left_at", sa.BigInteger()),
        sa.Column("reason", sa.Text()),
    )
    op.create_index("ix_attendance_joined_at", "attendance", ["joined_at"])
