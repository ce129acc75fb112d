"""Figures that feeds publish of a period, kept by that period: the newest word on each of them counts."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from sqlalchemy.engine import Connection

from ioc.core.model import SourceKey
from ioc.ingest.decode import Decoded
from ioc.platform.db import Database
from ioc.platform.db.tables import feed_figure

KIND = "feed"
_NO_FIGURES = frozenset({"as_of", "complete"})  # these speak of a delivery


class Published(NamedTuple):
    """One figure; `at` is the instant it was so, in epoch ms."""

    key: SourceKey
    period: str
    name: str
    value: float
    at: int


def published(good: Decoded) -> Iterator[Published]:
    """The figures of a feed's state that names its period, as they were said."""
    if period := good.texts.get("period"):
        for name, value in good.metrics.items():
            if name not in _NO_FIGURES:
                yield Published(good.key, period, name, float(value), good.t)


def keep(db: Database, conn: Connection, told: Iterable[Published], ids: Mapping[SourceKey, int]) -> None:
    newest: dict[tuple[SourceKey, str, str], Published] = {}
    for one in sorted(told, key=lambda one: one.at):
        newest[one.key, one.period, one.name] = one
    if not newest:
        return
    rows = [{"source_id": ids[one.key], **one._asdict()} for one in newest.values()]
    for row in rows:
        del row["key"]
    insert = db.upsert(feed_figure)
    columns = {name: insert.excluded[name] for name in ("value", "at")}
    statement = insert.on_conflict_do_update(
        index_elements=["source_id", "period", "name"], set_=columns, where=insert.excluded.at >= feed_figure.c.at
    )
    conn.execute(statement, rows)
