"""A message says which channel was not tried first because what that hangs on was in trouble."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.add_column("notification", sa.Column("put_back", sa.JSON()))


def downgrade() -> None:
    op.drop_column("notification", "put_back")
