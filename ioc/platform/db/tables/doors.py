"""The doors for devices: their credentials, and the topics that nobody understood."""

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, String, Table, Text

from ioc.platform.db.tables.base import identity, metadata

device = Table(
    "device",
    metadata,
    identity(),
    Column("org", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("source", String(64), nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("mqtt_hash", Text, nullable=False),  # as Mosquitto's password file wants it
    Column("nats_hash", Text),  # as nats-server wants it; None: made by an older build, to be renewed
    Column("topics", JSON, nullable=False),  # the vendor's own that it may write
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

unknown_topic = Table(
    "unknown_topic",
    metadata,
    Column("topic", String(512), primary_key=True),
    Column("payload", LargeBinary, nullable=False),  # the newest, without private keys, its beginning only
    Column("n", BigInteger, nullable=False),
    Column("first_seen", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    Index("ix_unknown_topic_last_seen", "last_seen"),
)
