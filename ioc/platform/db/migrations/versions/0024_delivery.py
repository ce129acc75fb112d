"""Chains and summaries of notifications, receipts of gateways, and the health of channels."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

_OF_NOTIFICATION = (
    sa.Column("replaced_by", sa.BigInteger()),
    sa.Column("receipt_state", sa.String(16)),
    sa.Column("receipt_at", sa.BigInteger()),
)


def upgrade() -> None:
    for column in _OF_NOTIFICATION:
        op.add_column("notification", column)
    op.create_index("ix_notification_queue", "notification", ["channel", "state", "severity", "id"])
    op.create_index("ix_notification_receipt", "notification", ["channel", "receipt"])
    op.create_table(
        "channel_health",
        sa.Column("channel", sa.String(64), primary_key=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.String(16)),
        sa.Column("detail", sa.Text()),
    )
