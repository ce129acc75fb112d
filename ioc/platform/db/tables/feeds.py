"""The record of feeds: each complete delivery, and by day how clean it was."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Table

from ioc.platform.db.tables.base import metadata

feed_delivery = Table(
    "feed_delivery",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("at", BigInteger, primary_key=True),  # when it came in
    Column("as_of", BigInteger),
    Column("rows", Integer),  # what it said of itself, as the next ones
    Column("changed", Integer),
    Column("bad_rows", Integer),
    Column("vanished", Integer),
    Column("told_until", BigInteger),  # the end of the period it is of, which may still run; else `as_of`
)

feed_day = Table(  # objects of a source by the UTC day they came in
    "feed_day",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("day", Integer, primary_key=True),  # days since 1970-01-01
    Column("stored", Integer, nullable=False),
    Column("lenient", Integer, nullable=False),  # of the stored
    Column("quarantined", Integer, nullable=False),
)
