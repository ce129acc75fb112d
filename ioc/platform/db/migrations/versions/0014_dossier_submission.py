"""How a dossier was handed in, so that it can be looked for."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("dossier", sa.Column("submission", sa.String(8), nullable=True))
