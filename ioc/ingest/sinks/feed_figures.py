"""Figures that feeds publish of a period, kept by that period: the newest word on each of them counts."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ioc.core.model import SourceKey
from ioc.ingest.decode import Batch, Decoded
from ioc.ingest.sinks.contract import Commit
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
    insert = commit.db.upsert(feed_figure)
    columns = {name: insert.excluded[name] for name in ("value", "at")}
    statement = insert.on_conflict_do_update(
        index_elements=["source_id", "period", "name"], set_=columns, where=insert.excluded.at >= feed_figure.c.at
    )
    commit.conn.execute(statement, rows)
