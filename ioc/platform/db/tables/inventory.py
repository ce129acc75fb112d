"""Orgs, sources, their special days, and facts about the whole installation."""

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
)

from ioc.platform.db.tables.base import identity, metadata

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

org_past = Table(  # what an org was up to and including the day `until`; what it is now stands in `org`
    "org_past",
    metadata,
    Column("code", String(64), ForeignKey("org.code", deferrable=True, initially="DEFERRED"), primary_key=True),
    Column("until", String(10), primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("parent", String(64)),
)

source = Table(
    "source",
    metadata,
    identity(),
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
    Column("cadence", Text),  # feeds.cadence
    Column("agreed_at", BigInteger),  # when its row came in: nothing was owed before
    Column("serves", Text),  # orgs beyond its subtree that it speaks for, parted by ;
    sa.UniqueConstraint("org", "kind", "source"),
)

calendar_day = Table(  # what an org's calendar says otherwise than weeks, holidays and announcements do
    "calendar_day",
    metadata,
    Column("org", String(64), ForeignKey("org.code", deferrable=True, initially="DEFERRED"), primary_key=True),
    Column("date", String(10), primary_key=True),
    Column("kind", String(4), nullable=False),  # calendar.DayKind
    Column("periods", Text),  # HH:MM-HH:MM,… of a day that is worked; the usual ones when empty
    Column("note", Text),
    Column("source", Text),
)

meta = Table("meta", metadata, Column("key", String(64), primary_key=True), Column("value", Text, nullable=False))
