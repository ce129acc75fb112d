"""Dossiers with what was judged of them, their pauses, and how many there are by org and day."""

import sqlalchemy as sa
from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from ioc.platform.db.tables.base import metadata
from ioc.platform.db.tables.partial import partial_index

dossier = Table(
    "dossier",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("code", String(128), primary_key=True),
    Column("history", Text, nullable=False),  # JSON [[ts, event_id, {field: value}]], in that order
    # what follows is judged from the history and can be judged again
    Column("receiving_org", String(64), nullable=False),
    Column("handling_org", String(64), nullable=False),
    Column("status", Integer),
    Column("procedure", String(128)),
    Column("online", Boolean, nullable=False),
    Column("submission", String(8)),  # direct, online, post; null where nobody says
    Column("received_at", BigInteger),
    Column("due_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("outcome", String(8)),  # judgement.Outcome
    Column("undated", Boolean, nullable=False),
    Column("near_at", BigInteger),
    Column("overdue_at", BigInteger),
    Column("handled_since", BigInteger),  # when it came to the agency that has it
    Column("late_to_accept_at", BigInteger),
    Column("accepted_at", BigInteger),
    Column("is_open", Boolean, nullable=False),
    Column("payable", Boolean),  # a fee is due; null where nobody says, as in the next three
    Column("online_payment", Boolean),
    Column("digitised", Boolean),
    Column("electronic_result", Boolean),
    Column("satisfaction", Integer),
    Column("changed_at", BigInteger, nullable=False),
    Index("ix_dossier_code", "code"),
    Index("ix_dossier_received_at", "received_at"),
    Index("ix_dossier_ended_at", "ended_at"),
    # holds all that is asked of what is due about now, so that the records are left alone
    Index(
        "ix_dossier_overdue_at",
        *("overdue_at", "near_at", "ended_at", "received_at", "source_id", "receiving_org", "handling_org"),
    ),
    Index("ix_dossier_receiving_org_received_at", "receiving_org", "received_at"),
    Index("ix_dossier_handling_org_received_at", "handling_org", "received_at"),
)

dossier_open = partial_index(  # what is still to be done, soonest first
    "ix_dossier_open_due_at",
    dossier.c.due_at,
    rows="is_open",
)
dossier_open_overdue = partial_index(
    "ix_dossier_open_overdue_at",
    *(dossier.c.overdue_at, dossier.c.source_id, dossier.c.receiving_org),
    rows="is_open AND overdue_at IS NOT NULL",
)
dossier_handled = partial_index(  # what waits at an agency, longest first
    "ix_dossier_open_handled_since",
    *(dossier.c.handled_since, dossier.c.handling_org, dossier.c.source_id, dossier.c.code),
    rows="is_open AND handled_since IS NOT NULL",
)
dossier_unaccepted = partial_index(
    "ix_dossier_late_to_accept_at",
    dossier.c.late_to_accept_at,
    rows="late_to_accept_at IS NOT NULL",
)

dossier_pause = Table(  # while the clock of a dossier stands still
    "dossier_pause",
    metadata,
    Column("source_id", Integer, primary_key=True),
    Column("code", String(128), primary_key=True),
    Column("begins_at", BigInteger, primary_key=True),
    Column("ends_at", BigInteger, nullable=False),  # course.NEVER while it lasts
    sa.ForeignKeyConstraint(["source_id", "code"], ["dossier.source_id", "dossier.code"], ondelete="CASCADE"),
    Index("ix_dossier_pause_ends_at", "ends_at"),
)

dossier_tally = Table(  # how many dossiers passed each mark, by day and by block of days
    "dossier_tally",
    metadata,
    Column("level", Integer, primary_key=True),  # tallies.Level
    Column("bucket", Integer, primary_key=True),
    Column("receiving_org", String(64), primary_key=True),
    Column("handling_org", String(64), primary_key=True),
    Column("source_id", Integer, primary_key=True),
    *(
        Column(name, Integer, nullable=False)
        for name in (
            "received", "received_online", "received_undated", "early", "on_time", "late", "undated", "overdue",
            "payable", "paid_online", "payment_told", "digitised", "digitised_told", "with_result",
            "electronic_result", "result_told", "rated", "satisfied", "disliked",
        )
    ),
    sqlite_with_rowid=False,
)  # fmt: skip

dossier_delivery = Table(  # up to when the records of a source that is imported by hand are known
    "dossier_delivery",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("as_of", BigInteger, nullable=False),
    Column("delivered_at", BigInteger, nullable=False),
    Column("rows", Integer, nullable=False),
)

dossier_snapshot = Table(  # the figures of a day as they were counted at its cut-off; never changed afterwards
    "dossier_snapshot",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("org", String(64), primary_key=True),
    Column("cut_off_at", BigInteger, nullable=False),
    Column("taken_at", BigInteger, nullable=False),
    Column("figures", JSON, nullable=False),  # {day: {bucket: n}, year: {bucket: n}, known: {source: up to when}}
)
