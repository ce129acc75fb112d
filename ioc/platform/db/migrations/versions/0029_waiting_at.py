"""Since when a dossier is with the agency that has it; ingest works it out for those that are stored when it starts."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.add_column("dossier", sa.Column("handled_since", sa.BigInteger()))
    waiting = sa.text("is_open AND handled_since IS NOT NULL")
    columns = ["handled_since", "handling_org", "source_id", "code"]
    op.create_index("ix_dossier_open_handled_since", "dossier", columns, sqlite_where=waiting, postgresql_where=waiting)
