"""Runs of leniencies: how often, and since when, a source has departed from the contract without a break."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    for name in ("run_n", "run_since"):
        op.add_column("leniency", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
