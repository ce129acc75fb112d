"""The records of ingest: latest values, cursors, counts, quarantine, and events."""

import sqlalchemy as sa
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    false,
)

from ioc.platform.db.tables.base import identity, metadata
from ioc.platform.db.tables.partial import partial_index

latest = Table(
    "latest",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("online", Boolean),
    Column("online_at", BigInteger),
    Column("heard_at", BigInteger),
    Column("metrics", JSON, nullable=False),  # {name: [t, value]}
    Column("texts", JSON, nullable=False),  # {name: [t, text]}
    Column("kept", Boolean),  # its retained `status` as the broker last delivered it; null once it has said another
    Column("stated_at", BigInteger),  # when a state of its own told what we would work out from its events
)

cursor = Table(
    "cursor",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("inbox", String(32), nullable=False),
    Column("seq", BigInteger, nullable=False),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("label", String(64), primary_key=True),
    Column("n", BigInteger, nullable=False),
)

leniency = Table(
    "leniency",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("n", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    # the newest run of them, which an hour without one ends
    Column("run_n", BigInteger, nullable=False, server_default="0"),
    Column("run_since", BigInteger, nullable=False, server_default="0"),
)

quarantine = Table(
    "quarantine",
    metadata,
    identity(),
    Column("inbox", String(32), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("element", Integer, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("topic", Text, nullable=False),
    Column("payload", sa.LargeBinary, nullable=False),
    Column("reason", String(32), nullable=False),
    Column("detail", Text, nullable=False),
    Column("replayed_at", BigInteger),
    sa.UniqueConstraint("inbox", "seq", "element"),
    Index("ix_quarantine_received_at", "received_at"),
)

derived = Table(  # readings that ingest computed itself, on their way to the metric store
    "derived",
    metadata,
    identity(),
    Column("org", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("source", String(64), nullable=False),
    Column("t", BigInteger, nullable=False),
    Column("payload", JSON, nullable=False),  # {metric: value}
)

event_seen = Table(
    "event_seen",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("event_id", String(128), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Index("ix_event_seen_at", "at"),
)

ticket = Table(
    "ticket",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("ticket_id", String(128), primary_key=True),
    Column("day", String(10), primary_key=True),  # local day the ticket belongs to
    Column("ticket_no", String(128)),
    Column("service_code", String(128)),
    Column("counter_id", String(128)),
    Column("issued_at", BigInteger),
    Column("called_at", BigInteger),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("no_show_at", BigInteger),
    Column("cancelled_at", BigInteger),
    Column("transferred_at", BigInteger),
    Column("rating", Integer),
    Index("ix_ticket_source_id_day", "source_id", "day"),
)

ticket_rated = partial_index(  # the few that were rated, read without the table
    "ix_ticket_rated",
    ticket.c.source_id,
    ticket.c.day,
    ticket.c.rating,
    rows="rating IS NOT NULL",
)

desk = Table(  # a counter at a one-stop centre, as its events tell
    "desk",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("counter_id", String(128), primary_key=True),
    Column("opened_at", BigInteger),
    Column("closed_at", BigInteger),
    Column("ticket_no", String(128)),
    Column("ticket_at", BigInteger),
)

conference = Table(
    "conference",
    metadata,
    Column("org", String(64), primary_key=True),
    Column("conference_id", String(128), primary_key=True),
    Column("title", Text),
    Column("starts_at", BigInteger),
    Column("ends_at", BigInteger),
    Column("expected", JSON, nullable=False),  # ["ORG/SOURCE"]
    Column("cancelled_at", BigInteger),
    Column("changed_at", BigInteger, nullable=False),
    Column("origin", String(8), nullable=False, server_default="event"),
    Column("confidential", Boolean, nullable=False, server_default=false()),  # without title, roster and attendance
)

site_group = Table(  # sites that are called together
    "site_group",
    metadata,
    Column("org", String(64), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("members", JSON, nullable=False),  # as `ioc.domain.meetings.sites` reads them
)

attendance = Table(
    "attendance",
    metadata,
    Column("conference_id", String(128), primary_key=True),
    Column("site", String(129), primary_key=True),  # ORG/SOURCE
    Column("joined_at", BigInteger, primary_key=True),
    Column("left_at", BigInteger),
    Column("reason", Text),  # as the endpoint told it
    Index("ix_attendance_joined_at", "joined_at"),
)

conference_confirmed = Table(  # sites of a meeting that somebody found ready by asking there
    "conference_confirmed",
    metadata,
    Column("org", String(64), primary_key=True),
    Column("conference_id", String(128), primary_key=True),
    Column("site", String(129), primary_key=True),  # ORG/SOURCE
    Column("confirmed_at", BigInteger, nullable=False),
    Column("confirmed_by", Text, nullable=False),
    Column("comment", Text),
)
