"""Since when an alert flaps, and since when one that does is well."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("alert", sa.Column("flapping_since", sa.BigInteger()))
    op.add_column("alert", sa.Column("calm_since", sa.BigInteger()))
