"""What systems say of a dossier beyond its course, and periodic figures; dossiers are judged and counted anew."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0005"

_SAID = ("payable", "online_payment", "digitised", "electronic_result")
_MARKS = (
    "received", "received_online", "received_undated", "early", "on_time", "late", "undated", "overdue", "payable",
    "paid_online", "payment_told", "digitised", "digitised_told", "with_result", "electronic_result", "result_told",
    "rated", "satisfied", "disliked",
)  # fmt: skip
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for name in _SAID:
        op.add_column("dossier", sa.Column(name, sa.Boolean(), nullable=True))
    _tally_anew()
    rated = sa.text("rating IS NOT NULL")
    columns = ["source_id", "day", "rating"]
    op.create_index("ix_ticket_rated", "ticket", columns, sqlite_where=rated, postgresql_where=rated)
    _figures()


def _tally_anew() -> None:
    """What counts as received is in the tallies: unjudged, a dossier is in none until ingest judges it again."""
    op.execute(sa.text("UPDATE dossier SET received_at = NULL"))
    op.drop_table("dossier_tally")
    op.create_table(
        "dossier_tally",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("receiving_org", sa.String(length=64), nullable=False),
        sa.Column("handling_org", sa.String(length=64), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        *(sa.Column(mark, sa.Integer(), nullable=False) for mark in _MARKS),
        sa.PrimaryKeyConstraint(
            "level", "bucket", "receiving_org", "handling_org", "source_id", name=op.f("pk_dossier_tally")
        ),
        sqlite_with_rowid=False,
    )


def _figures() -> None:
    op.create_table(
        "feed_figure",
        sa.Column("source_id", _SERIAL, nullable=False),
        sa.Column("period", sa.String(length=128), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_feed_figure_source_id")),
        sa.PrimaryKeyConstraint("source_id", "period", "name", name=op.f("pk_feed_figure")),
    )
    op.create_table(
        "figure_entry",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("org", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["org"], ["org.code"], name=op.f("fk_figure_entry_org"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_entry")),
    )
    op.create_index("ix_figure_entry_org_source_period", "figure_entry", ["org", "source", "period"])
