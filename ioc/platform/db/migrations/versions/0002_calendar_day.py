"""Special days of an org's calendar."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("org", sa.String(length=64), nullable=False),
        sa.Column("date", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("periods", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["org"], ["org.code"], name=op.f("fk_calendar_day_org"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("org", "date", name=op.f("pk_calendar_day")),
    )
