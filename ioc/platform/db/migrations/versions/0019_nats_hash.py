"""What a device's secret is for nats-server; of older ones it cannot be known any more."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("device", sa.Column("nats_hash", sa.Text(), nullable=True))
