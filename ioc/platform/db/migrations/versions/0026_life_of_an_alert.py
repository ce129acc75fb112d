"""What people do with an alert: what they set by it, what they ask to be told of it, and what they close."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.add_column("alert_entry", sa.Column("detail", sa.JSON()))
    op.add_column("alert", sa.Column("owed", sa.String(16)))
    op.add_column("alert", sa.Column("dismissed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_alert_dismissed", "alert", ["dismissed"])
