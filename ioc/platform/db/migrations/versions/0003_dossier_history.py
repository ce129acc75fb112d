"""Dossiers with their history, what is judged from it, and counts by day; ingest judges what is found."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_MARKS = ("received", "received_online", "received_undated", "early", "on_time", "late", "undated", "overdue")
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    found = op.get_bind().execute(sa.text("SELECT * FROM dossier")).mappings().all()
    op.drop_table("dossier")
    made = _dossier()
    if found:
        op.bulk_insert(made, [_row(row) for row in found])
    _others()


def _dossier() -> sa.Table:
    made = op.create_table(
        "dossier",
        sa.Column("source_id", _SERIAL, nullable=False),
        sa.Column("code", sa.String(length=128), nullable=False),
        sa.Column("history", sa.Text(), nullable=False),
        sa.Column("receiving_org", sa.String(length=64), nullable=False),
        sa.Column("handling_org", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("procedure", sa.String(length=128), nullable=True),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        sa.Column("undated", sa.Boolean(), nullable=False),
        sa.Column("near_at", sa.BigInteger(), nullable=True),
        sa.Column("overdue_at", sa.BigInteger(), nullable=True),
        sa.Column("late_to_accept_at", sa.BigInteger(), nullable=True),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_dossier_source_id")),
        sa.PrimaryKeyConstraint("source_id", "code", name=op.f("pk_dossier")),
    )
    for name, columns in (
        ("code", ["code"]),
        ("received_at", ["received_at"]),
        ("ended_at", ["ended_at"]),
        (
            "overdue_at",
            ["overdue_at", "near_at", "ended_at", "received_at", "source_id", "receiving_org", "handling_org"],
        ),
        ("receiving_org_received_at", ["receiving_org", "received_at"]),
        ("handling_org_received_at", ["handling_org", "received_at"]),
    ):
        op.create_index(f"ix_dossier_{name}", "dossier", columns)
    overdue = ["overdue_at", "source_id", "receiving_org"]
    for name, columns, where in (
        ("open_due_at", ["due_at"], "is_open"),
        ("open_overdue_at", overdue, "is_open AND overdue_at IS NOT NULL"),
        ("late_to_accept_at", ["late_to_accept_at"], "late_to_accept_at IS NOT NULL"),
    ):
        only = sa.text(where)
        op.create_index(f"ix_dossier_{name}", "dossier", columns, sqlite_where=only, postgresql_where=only)
    return made


def _others() -> None:
    op.create_table(
        "dossier_pause",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=128), nullable=False),
        sa.Column("begins_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id", "code"],
            ["dossier.source_id", "dossier.code"],
            name=op.f("fk_dossier_pause_source_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source_id", "code", "begins_at", name=op.f("pk_dossier_pause")),
    )
    op.create_index("ix_dossier_pause_ends_at", "dossier_pause", ["ends_at"])
    op.create_table(
        "dossier_tally",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=1), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("org", sa.String(length=64), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        *(sa.Column(mark, sa.Integer(), nullable=False) for mark in _MARKS),
        sa.PrimaryKeyConstraint("level", "side", "bucket", "org", "source_id", name=op.f("pk_dossier_tally")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dossier_delivery",
        sa.Column("source_id", _SERIAL, nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_dossier_delivery_source_id")),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_dossier_delivery")),
    )


def _row(old: Any) -> dict[str, Any]:
    """The history as far as it was kept: the newest value of each field; unjudged, so that nothing is counted yet."""
    fields = json.loads(old["fields"]) if isinstance(old["fields"], str) else old["fields"]
    said: dict[int, dict[str, Any]] = {}
    for name, (ts, value) in fields.items():
        said.setdefault(ts, {})[name] = value
    return {
        "source_id": old["source_id"],
        "code": old["code"],
        "history": json.dumps([[ts, f"kept-{ts}", said[ts]] for ts in sorted(said)]),
        "receiving_org": old["receiving_org"],
        "handling_org": old["handling_org"] or old["receiving_org"],
        "status": old["status"],
        "online": False,
        "undated": False,
        "is_open": old["is_open"],
        "changed_at": old["changed_at"],
    }
