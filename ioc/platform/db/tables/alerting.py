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
    Column("raised_at", BigInteger),  # when the condition was found
    Column("acknowledged_until", BigInteger),  # when an acknowledgement ends, and the alert is loud again
    Column("shelved_until", BigInteger),
    Column("level", Integer, nullable=False, server_default="0"),  # acknowledgements that have run out
    Column("stage", Integer, nullable=False, server_default="0"),  # how far its finding had come when it was last told
    Column("held_by", Text),  # what holds it back: topology, a silence, a window, by its id
    Column("result", Text),
    Column("noise", Text),  # why it was called noise
    Column("incident_id", BigInteger, index=True),
    Column("owed", String(16)),  # what a person asked to be told of it, until the engine does: NotificationType
    Column("dismissed", Boolean, nullable=False, server_default=sa.false()),  # closed by a person while it goes on
    Index("ix_alert_open", "open"),
    Column("flapping_since", BigInteger),  # from here on it is one alert, however often it comes and goes
    Column("calm_since", BigInteger),  # well since then, though flapping: not over before it stays so
    Index("ix_alert_dismissed", "dismissed"),
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
    Column("detail", JSON(none_as_null=True)),  # owner, due_at, until, held_by, level: what the transition set
)

notification = Table(  # the outbox: one message to one receiver over one channel
    "notification",
    metadata,
    identity(),
    Column("ref", String(64), nullable=False, unique=True),  # Message-ID, SMS request id
    Column("receiver", String(64), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("address", Text, nullable=False),
    Column("what", String(16), nullable=False),  # alerts.model.NotificationType
    Column("subject", String(256), nullable=False),  # ORG/KIND/SOURCE or an org: what a group is about
    Column("payload", JSON, nullable=False),  # what was said, as keys and parameters
    Column("state", String(16), nullable=False),  # alerts.model.NotificationState
    Column("created_at", BigInteger, nullable=False),
    Column("next_try_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("delivered_at", BigInteger),
    Column("receipt", Text),
    Column("incident_id", BigInteger, index=True),
    Column("severity", String(16), nullable=False, server_default="warning"),
    Column("route", String(64)),
    Column("escalation", String(64)),
    Column("step", Integer),  # of the escalation, from 1
    Column("rota", String(64)),  # by which the receiver was on duty
    Column("fallback", JSON(none_as_null=True)),  # the destinations that are left: alerts.delivery.fallback
    Column("put_back", JSON(none_as_null=True)),  # channels of the chain not tried first, and the source in trouble
    Column("replaced_by", BigInteger),  # the summary, or the next of its chain, that says it instead
    Column("receipt_state", String(16)),  # what the gateway reported later: alerts.model.ReceiptState
    Column("receipt_at", BigInteger),
    Index("ix_notification_state_next", "state", "next_try_at"),
    Index("ix_notification_queue", "channel", "state", "severity", "id"),
    Index("ix_notification_receipt", "channel", "receipt"),
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
    Column("failure", String(16)),  # alerts.model.DeliveryFailure
)

channel_health = Table(  # what became of the last attempts of each channel
    "channel_health",
    metadata,
    Column("channel", String(64), primary_key=True),
    Column("state", String(8), nullable=False),  # alerts.model.ChannelState
    Column("since", BigInteger, nullable=False),
    Column("failure", String(16)),  # alerts.model.DeliveryFailure, of the last attempt that failed
    Column("detail", Text),
)

incident = Table(  # alerts of one cause
    "incident",
    metadata,
    identity(),
    Column("cause_alert", BigInteger),  # the alert that names it
    Column("org", String(64), nullable=False),
    Column("kind", String(16)),
    Column("source", String(64)),
    Column("severity", String(16), nullable=False),
    Column("state", String(8), nullable=False),  # alerts.model.IncidentState
    Column("since", BigInteger, nullable=False),
    Column("detected_at", BigInteger),
    Column("taken_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("owner", Text),
    Column("simulated", Boolean, nullable=False, server_default=sa.false()),
    Column("open", Boolean, nullable=False),
    Column("merged_into", BigInteger),  # the incident whose cause it was found to have
    Index("ix_incident_open", "open"),
)

ladder = Table(  # an escalation under way: what is told next, and when
    "ladder",
    metadata,
    identity(),
    Column("incident_id", ForeignKey("incident.id"), nullable=False, index=True),
    Column("route", String(64), nullable=False),
    Column("escalation", String(64)),
    Column("started_at", BigInteger, nullable=False),
    Column("step", Integer, nullable=False),  # how many steps have been told
    Column("next_at", BigInteger),  # of the next step or repetition; None: nothing more to tell
    Column("rested_at", BigInteger),  # since when it rests, because nothing of its incident is loud
    Column("level", Integer, nullable=False, server_default="0"),  # acknowledgements that had run out when last seen
    Column("ended_at", BigInteger),
    sa.UniqueConstraint("incident_id", "route"),
)

silence = Table(
    "silence",
    metadata,
    identity(),
    Column("match", JSON, nullable=False),  # config.alerting.MuteMatch
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

configured = Table(  # rules, receivers, rotas, escalations, routes and windows: seeded by the file, changed by the API
    "configured",
    metadata,
    Column("section", String(16), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Column("loaded", String(64)),  # digest of the entry of the file that was last loaded
    Column("removed", Boolean, nullable=False, server_default=sa.false()),
    Column("changed_at", BigInteger, nullable=False),
    Column("changed_by", Text),  # None: the file
)

drill = Table(  # an incident that is played
    "drill",
    metadata,
    identity(),
    Column("org", String(64), nullable=False),
    Column("scenes", JSON, nullable=False),  # alerts.drills.Scene
    Column("started_at", BigInteger, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("ended_at", BigInteger, nullable=False, index=True),  # at the latest
    Column("ended_by", Text),
)
