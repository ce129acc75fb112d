"""Incidents, ladders, silences, and what people configure without a restart."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OF_ALERT = (
    sa.Column("raised_at", sa.BigInteger()),
    sa.Column("acknowledged_until", sa.BigInteger()),
    sa.Column("shelved_until", sa.BigInteger()),
    sa.Column("level", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("held_by", sa.Text()),
    sa.Column("result", sa.Text()),
    sa.Column("noise", sa.Text()),
    sa.Column("incident_id", sa.BigInteger()),
)
_OF_NOTIFICATION = (
    sa.Column("incident_id", sa.BigInteger()),
    sa.Column("severity", sa.String(16), nullable=False, server_default="warning"),
    sa.Column("route", sa.String(64)),
    sa.Column("escalation", sa.String(64)),
    sa.Column("step", sa.Integer()),
    sa.Column("rota", sa.String(64)),
    sa.Column("fallback", sa.JSON()),
)


def upgrade() -> None:
    _incident()
    for table, columns in (("alert", _OF_ALERT), ("notification", _OF_NOTIFICATION)):
        for column in columns:
            op.add_column(table, column)
        op.create_index(f"ix_{table}_incident_id", table, ["incident_id"])
    op.add_column("delivery", sa.Column("failure", sa.String(16)))
    _ladder()
    _silence()
    _configured()


def _incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("cause_alert", sa.BigInteger()),
        sa.Column("org", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16)),
        sa.Column("source", sa.String(64)),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("detected_at", sa.BigInteger()),
        sa.Column("taken_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("owner", sa.Text()),
        sa.Column("simulated", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Index("ix_incident_open", "open"),
    )


def _ladder() -> None:
    op.create_table(
        "ladder",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("incident_id", _ID, sa.ForeignKey("incident.id"), nullable=False, index=True),
        sa.Column("route", sa.String(64), nullable=False),
        sa.Column("escalation", sa.String(64)),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.UniqueConstraint("incident_id", "route"),
    )


def _silence() -> None:
    op.create_table(
        "silence",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("match", sa.JSON(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )


def _configured() -> None:
    op.create_table(
        "configured",
        sa.Column("section", sa.String(16), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("loaded", sa.String(64)),
        sa.Column("removed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Text()),
    )
