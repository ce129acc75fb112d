"""Documents that people edit as a whole, every version kept: scenes of the wall, tile maps, outlines."""

from sqlalchemy import JSON, BigInteger, Column, Integer, String, Table, Text

from ioc.platform.db.tables.base import metadata

document = Table(
    "document",
    metadata,
    Column("sort", String(16), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", JSON),  # null: removed with this version
    Column("saved_at", BigInteger, nullable=False),
    Column("author", String(128), nullable=False),
    Column("note", Text),
)
