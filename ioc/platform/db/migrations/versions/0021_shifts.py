"""Who has the shift of a shared desk, and the PINs of persons."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "person_pin",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("pin", sa.Text(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
    )
    op.create_table(
        "shift",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("desk", sa.String(64), nullable=False, index=True),
        sa.Column("org", sa.String(64)),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("given_by", sa.String(64)),
        sa.Column("notes", sa.Text()),
    )
