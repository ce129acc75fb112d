"""Values of indicators by period, every version of each."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "indicator_value",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("indicator", sa.String(length=64), nullable=False),
        sa.Column("org", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("first_day", sa.String(length=10), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("value", "numerator", "denominator")),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("rank", "rank_total")),
        sa.Column("said", sa.JSON(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("definition", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["org"], ["org.code"], name=op.f("fk_indicator_value_org"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_value")),
    )
    of_period = ["indicator", "period", "org", "current", "value"]
    op.create_index("ix_indicator_value_of_period", "indicator_value", of_period)
    of_org = ["org", "current", "indicator", "first_day", "period"]
    op.create_index("ix_indicator_value_of_org", "indicator_value", of_org)
