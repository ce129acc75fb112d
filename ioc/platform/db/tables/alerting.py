"""Alerts, their history, and the outbox of messages about them."""

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
)

from ioc.platform.db.tables.base import identity, metadata
from ioc.platform.db.tables.partial import partial_index

alert = Table(
    "alert",
    metadata,
    identity(),
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
    partial_index("uq_alert_open_fingerprint", "fingerprint", rows="open", sqlite="open = 1", unique=True),
)

alert_entry = Table(  # every transition and comment of an alert
    "alert_entry",
    metadata,
    identity(),
    Column("alert_id", ForeignKey("alert.id"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("what", String(32), nullable=False),
    Column("actor", Text, nullable=False),
    Column("comment", Text),
)

notification = Table(  # the outbox: one message to one receiver over one channel
    "notification",
    metadata,
    identity(),
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
    identity(),
    Column("notification_id", ForeignKey("notification.id"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("detail", Text, nullable=False),
)
