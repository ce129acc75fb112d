"""Periodic figures: what feeds published of each period, what people typed in and signed off, values of indicators."""

import sqlalchemy as sa
from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text

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

feed_figure_past = Table(  # what a feed told of a period that was over, and corrected since
    "feed_figure_past",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("period", String(128), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("value", Float, nullable=False),
    Column("corrected_at", BigInteger, nullable=False),
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

indicator_value = Table(  # every version of each; `current` is the one that counts of its org and period
    "indicator_value",
    metadata,
    identity(),
    Column("indicator", String(64), nullable=False),
    Column("org", String(64), ForeignKey("org.code", deferrable=True, initially="DEFERRED"), nullable=False),
    Column("period", String(10), nullable=False),
    Column("first_day", String(10), nullable=False),  # of the period: they are in order by it
    Column("value", Float),  # of a share the percentage, by its numerator and denominator where those are told
    Column("numerator", Float),
    Column("denominator", Float),
    Column("rank", Integer),
    Column("rank_total", Integer),
    Column("said", JSON),  # what was printed beside it: wording, changes, part of the period
    Column("source", Text),
    Column("note", Text),
    Column("definition", Integer, nullable=False),  # the version of the indicator it was entered under
    Column("state", String(8), nullable=False),  # indicators.values.ValueState
    Column("current", Boolean, nullable=False, server_default=sa.false()),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", BigInteger, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", BigInteger),
    Index("ix_indicator_value_of_period", "indicator", "period", "org", "current", "value"),
    Index("ix_indicator_value_of_org", "org", "current", "indicator", "first_day", "period"),
)
