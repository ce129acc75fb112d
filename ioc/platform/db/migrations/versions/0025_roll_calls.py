"""Sites of a meeting that were confirmed by hand, and how far a finding had come when it was told."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("alert", sa.Column("stage", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "conference_confirmed",
        sa.Column("org", sa.String(64), primary_key=True),
        sa.Column("conference_id", sa.String(128), primary_key=True),
        sa.Column("site", sa.String(129), primary_key=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text()),
    )
