"""A ladder rests while nothing is loud, and goes a step higher when an acknowledgement runs out."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("ladder", sa.Column("rested_at", sa.BigInteger()))
    op.add_column("ladder", sa.Column("level", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("ladder", "level")
    op.drop_column("ladder", "rested_at")
