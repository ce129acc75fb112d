"""Figures that feeds publish of a period, kept by that period: the newest word on each of them counts."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from ioc.core.model import SourceKey
from ioc.core.periods import days as days_of
from ioc.core.periods import span
from ioc.ingest.decode import Batch, Decoded
from ioc.ingest.sinks.contract import Commit
from ioc.platform.db.tables import feed_figure, feed_figure_past

KIND = "feed"
_f = feed_figure.c
_COLUMNS = ("source_id", "period", "name", "at", "value")
_CORRECTED = sa.insert(feed_figure_past).from_select(
    [*_COLUMNS, "corrected_at"],
    sa.select(*(_f[name] for name in _COLUMNS), sa.bindparam("said_at", type_=sa.BigInteger)).where(
        _f.source_id == sa.bindparam("source"),
        _f.period == sa.bindparam("of"),
        _f.name == sa.bindparam("named"),
        _f.value != sa.bindparam("now"),
        _f.at >= sa.bindparam("ended"),
        _f.at <= sa.bindparam("said_at", type_=sa.BigInteger),
    ),
)
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


class FeedFigures:
    """Since the last commit, in the order they came."""

    def __init__(self) -> None:
        self._figures: list[Published] = []

    def take(self, batch: Batch) -> None:
        for good in batch.good:
            if good.key.kind == KIND and good.metrics and good.texts:
                self._figures += published(good)

    def write(self, commit: Commit) -> None:
        keep(commit, self._figures)

    def clear(self) -> None:
        self._figures = []


def _put_by(commit: Commit, figures: Iterable[Published]) -> None:
    """What was told of a period after its end stays beside what corrects it; while it runs figures grow by nature."""
    ended = [row for each in figures if (row := _correction(commit, each)) is not None]
    if ended:
        commit.conn.execute(_CORRECTED, ended)


def _correction(commit: Commit, each: Published) -> dict[str, Any] | None:
    """What it may correct; None while its period runs."""
    days = days_of(each.period)
    end = None if days is None else span(days, commit.inventory.tz(each.key)).end
    if end is None or each.at < end:
        return None
    named = {"source": commit.id_of(each.key), "of": each.period, "named": each.name}
    return named | {"now": each.value, "said_at": each.at, "ended": end}


def keep(commit: Commit, figures: Iterable[Published]) -> None:
    newest: dict[tuple[SourceKey, str, str], Published] = {}
    for figure in sorted(figures, key=lambda figure: figure.at):
        newest[figure.key, figure.period, figure.name] = figure
    if not newest:
        return
    rows = [
        {
            "source_id": commit.id_of(figure.key),
            "period": figure.period,
            "name": figure.name,
            "value": figure.value,
            "at": figure.at,
        }
        for figure in newest.values()
    ]
    _put_by(commit, newest.values())
    insert = commit.db.upsert(feed_figure)
    columns = {name: insert.excluded[name] for name in ("value", "at")}
    statement = insert.on_conflict_do_update(
        index_elements=["source_id", "period", "name"], set_=columns, where=insert.excluded.at >= feed_figure.c.at
    )
    commit.conn.execute(statement, rows)
