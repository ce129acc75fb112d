"""What sources say of themselves outlives the process that heard it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("latest", sa.Column("kept", sa.Boolean(), nullable=True))
    op.add_column("latest", sa.Column("stated_at", sa.BigInteger(), nullable=True))
