"""Every table of the records database; instants are integer epoch milliseconds (UTC), documents are JSON."""

import sqlalchemy as sa
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _id() -> Column[int]:
    # SQLite only counts by itself on INTEGER, not on BIGINT
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


# --- inventory -------------------------------------------------------------------------------------------------------

org = Table(
    "org",
    metadata,
    Column("code", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default=""),
    Column("parent", String(64), ForeignKey("org.code", deferrable=True, initially="DEFERRED")),
    Column("valid_from", String(10)),
    Column("valid_to", String(10)),
    Column("successor", String(64)),
    Column("tz", Text),
    Column("head_name", Text),
    Column("head_phone", Text),
    Column("head_email", Text),
    Column("lat", Float),
    Column("lon", Float),
)

source = Table(
    "source",
    metadata,
    _id(),
    Column("org", String(64), ForeignKey("org.code", deferrable=True, initially="DEFERRED"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("source", String(64), nullable=False),
    Column("name", Text),
    Column("status", String(8), nullable=False),  # model.SourceStatus
    Column("parent", Text),  # ORG/KIND/SOURCE
    Column("interval_s", Integer),
    Column("hours", Text),
    Column("cut_off", Text),
    Column("owner", Text),
    Column("contact", Text),
    Column("valid_from", String(10)),
    Column("valid_to", String(10)),
    Column("replaces", Text),
    Column("lat", Float),
    Column("lon", Float),
    Column("simulated", Boolean, nullable=False, server_default=sa.false()),
    Column("first_seen", BigInteger),
    sa.UniqueConstraint("org", "kind", "source"),
)

meta = Table("meta", metadata, Column("key", String(64), primary_key=True), Column("value", Text, nullable=False))

# --- what ingest keeps -----------------------------------------------------------------------------------------------

latest = Table(
    "latest",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("online", Boolean),
    Column("online_at", BigInteger),
    Column("heard_at", BigInteger),
    Column("metrics", JSON, nullable=False),  # {name: [t, value]}
    Column("texts", JSON, nullable=False),  # {name: [t, text]}
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
)

quarantine = Table(
    "quarantine",
    metadata,
    _id(),
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
    _id(),
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
)

dossier = Table(
    "dossier",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("code", String(128), primary_key=True),
    Column("receiving_org", String(64), nullable=False),
    Column("handling_org", String(64)),
    Column("status", Integer),
    Column("received_at", BigInteger),
    Column("due_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("is_open", Boolean, nullable=False),
    Column("fields", JSON, nullable=False),  # {name: [ts, value]}: the newest ts of a field wins
    Column("changed_at", BigInteger, nullable=False),
    Index("ix_dossier_open_due", "is_open", "due_at"),
    Index("ix_dossier_receiving_org_open_due", "receiving_org", "is_open", "due_at"),
)

# --- alerts ----------------------------------------------------------------------------------------------------------

alert = Table(
    "alert",
    metadata,
    _id(),
    Column("fingerprint", String(256), nullable=False, index=True),
    Column("rule", String(64), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("state", String(20), nullable=False),
    Column("org", String(64), nullable=False),
    Column("kind", String(16)),
    Column("source", String(64)),
    Column("title", String(64), nullable=False),  # text key
    Column("params", JSON, nullable=False),
    Column("since", BigInteger, nullable=False),  # when the condition began
    Column("fired_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("hold_until", BigInteger),
    Column("acknowledged_at", BigInteger),
    Column("acknowledged_by", Text),
    Column("owner", Text),
    Column("due_at", BigInteger),
    Column("flaps", Integer, nullable=False, server_default="0"),
    Column("simulated", Boolean, nullable=False, server_default=sa.false()),
    Column("open", Boolean, nullable=False),
    Index("ix_alert_open", "open"),
    Index(
        "uq_alert_open_fingerprint",
        "fingerprint",
        unique=True,
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    ),
)

alert_entry = Table(  # every transition and comment of an alert
    "alert_entry",
    metadata,
    _id(),
    Column("alert_id", ForeignKey("alert.id"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("what", String(32), nullable=False),
    Column("actor", Text, nullable=False),
    Column("comment", Text),
)

notification = Table(  # the outbox: one message to one receiver over one channel
    "notification",
    metadata,
    _id(),
    Column("ref", String(64), nullable=False, unique=True),  # Message-ID, SMS request id
    Column("receiver", String(64), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("address", Text, nullable=False),
    Column("what", String(16), nullable=False),  # firing | resolved
    Column("subject", String(256), nullable=False),  # ORG/KIND/SOURCE or an org: what a group is about
    Column("payload", JSON, nullable=False),  # what was said, as keys and parameters
    Column("state", String(16), nullable=False),  # alerts.model.NotificationState
    Column("created_at", BigInteger, nullable=False),
    Column("next_try_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("delivered_at", BigInteger),
    Column("receipt", Text),
    Index("ix_notification_state_next", "state", "next_try_at"),
)

notification_alert = Table(  # which alerts a message speaks of
    "notification_alert",
    metadata,
    Column("notification_id", ForeignKey("notification.id"), primary_key=True),
    Column("alert_id", ForeignKey("alert.id"), primary_key=True, index=True),
)

delivery = Table(  # one attempt
    "delivery",
    metadata,
    _id(),
    Column("notification_id", ForeignKey("notification.id"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("detail", Text, nullable=False),
)

# --- people and operations -------------------------------------------------------------------------------------------

user = Table(
    "user",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("org", String(64)),  # None: the whole tree
    Column("password", Text, nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=sa.false()),
    Column("lang", String(2), nullable=False, server_default="vi"),
    Column("created_at", BigInteger, nullable=False),
    Column("generation", Integer, nullable=False, server_default="0"),  # raised to end every session of the user
)

token = Table(
    "token",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("org", String(64)),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

audit = Table(
    "audit",
    metadata,
    _id(),
    Column("at", BigInteger, nullable=False, index=True),
    Column("actor", Text, nullable=False),
    Column("org", String(64)),
    Column("action", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", JSON, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("duty", String(64), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("token", BigInteger, nullable=False),  # fencing: grows with each change of holder
    Column("until", BigInteger, nullable=False),
)

role_beat = Table(
    "role_beat",
    metadata,
    Column("role", String(32), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("detail", JSON, nullable=False),
)
