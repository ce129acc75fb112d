"""What feeds told of periods that were over, and corrected since."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "feed_figure_past",
        sa.Column("source_id", _SERIAL, nullable=False),
        sa.Column("period", sa.String(length=128), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("corrected_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_feed_figure_past_source_id")),
        sa.PrimaryKeyConstraint("source_id", "period", "name", "at", name=op.f("pk_feed_figure_past")),
    )
