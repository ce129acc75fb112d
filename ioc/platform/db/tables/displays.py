"""Displays: what each shows, what it says of itself, and the codes by which new ones come in."""

from sqlalchemy import JSON, BigInteger, Column, String, Table

from ioc.platform.db.tables.base import metadata

display = Table(
    "display",
    metadata,
    Column("name", String(64), primary_key=True),  # of its token
    Column("settings", JSON, nullable=False),
    Column("shown", JSON(none_as_null=True)),  # what somebody sent there for a while
    Column("identify_until", BigInteger),
    Column("report", JSON(none_as_null=True)),  # the last it said of itself
    Column("reported_at", BigInteger),
)

display_pairing = Table(
    "display_pairing",
    metadata,
    Column("code", String(16), primary_key=True),
    Column("secret", String(64), nullable=False, unique=True),  # the SHA-256 of what the display polls with
    Column("address", String(64), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("display", String(64)),  # once it was approved
)

display_beat = Table(  # when the display of a token last showed something
    "display_beat",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("first_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
)
