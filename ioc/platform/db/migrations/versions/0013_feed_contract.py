"""What feeds promised, and how they keep it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("source", sa.Column("cadence", sa.Text(), nullable=True))
    op.create_table(
        "feed_delivery",
        sa.Column("source_id", _SERIAL, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("changed", sa.Integer(), nullable=True),
        sa.Column("bad_rows", sa.Integer(), nullable=True),
        sa.Column("vanished", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_feed_delivery_source_id_source")),
        sa.PrimaryKeyConstraint("source_id", "at", name=op.f("pk_feed_delivery")),
    )
    op.create_table(
        "feed_day",
        sa.Column("source_id", _SERIAL, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("stored", sa.Integer(), nullable=False),
        sa.Column("lenient", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_feed_day_source_id_source")),
        sa.PrimaryKeyConstraint("source_id", "day", name=op.f("pk_feed_day")),
    )
