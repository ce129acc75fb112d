"""Periodic figures: what feeds published of each period, and what people typed in and signed off."""

from sqlalchemy import JSON, BigInteger, Column, Float, ForeignKey, Index, String, Table, Text

from ioc.platform.db.tables.base import identity, metadata

feed_figure = Table(  # the newest word on each figure of each period
    "feed_figure",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("period", String(128), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("value", Float, nullable=False),
    Column("at", BigInteger, nullable=False),
)

figure_entry = Table(  # typed in by one, signed off or refused by another; a correction is an entry of its own
    "figure_entry",
    metadata,
    identity(),
    Column("org", String(64), ForeignKey("org.code", deferrable=True, initially="DEFERRED"), nullable=False),
    Column("source", String(64), nullable=False),
    Column("period", String(10), nullable=False),
    Column("values", JSON, nullable=False),  # {name: number}
    Column("note", Text),
    Column("state", String(8), nullable=False),  # figures.State
    Column("entered_by", Text, nullable=False),
    Column("entered_at", BigInteger, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", BigInteger),
    Index("ix_figure_entry_org_source_period", "org", "source", "period"),
)
