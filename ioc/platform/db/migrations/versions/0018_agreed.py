"""Since when a source owes what its row says; of those that were imported before, from now on."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("source", sa.Column("agreed_at", sa.BigInteger(), nullable=True))
    now = time.time_ns() // 1_000_000
    op.execute(sa.text("UPDATE source SET agreed_at = :now WHERE status = 'active'").bindparams(now=now))
