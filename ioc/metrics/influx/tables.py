"""Reading and writing whole minutes and hours: readings of a span, roll-ups of a span, by series."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from ioc.core.errors import Code, IocError
from ioc.core.model import SeriesKey, SourceKey
from ioc.metrics.influx.delivery import deliver
from ioc.metrics.influx.influxql import BY_SERIES, ROLLED, select
from ioc.metrics.influx.line import field_key, field_of, head, metric_of
from ioc.metrics.influx.reply import ReplySeries
from ioc.metrics.influx.server import Influx
from ioc.metrics.rolled import Rolled, join_all, roll_values
from ioc.metrics.schema import MINUTE, floor

_FIGURES = ("n", "sum", "low", "high", "last", "at")
_NUMBERS = {float, int}  # a boolean is none
Row = tuple[SeriesKey, int, Rolled]


class Readings(NamedTuple):
    """Of one series: `values[i]` was read at `times[i]`."""

    series: SeriesKey
    times: list[int]
    values: list[float]


def readings(server: Influx, kind: str, lo: int, hi: int) -> Iterator[Readings]:
    """A series at a time, in order of time; what is no number is not ours."""
    for series in server.query(select("*", kind, lo, hi, BY_SERIES)):
        key = _source(series, kind)
        for at, field in enumerate(series.columns[1:] if key else (), 1):
            rows = [row for row in series.values if row[at].__class__ in _NUMBERS]
            if rows and key:
                yield Readings(
                    SeriesKey(key, metric_of(field)), [row[0] for row in rows], [float(row[at]) for row in rows]
                )


def minutes(server: Influx, kind: str, lo: int, hi: int) -> Iterator[Row]:
    """Roll-ups made from the readings; those of a series in order of time."""
    for series, times, values in readings(server, kind, lo, hi):
        at = 0
        while at < len(times):
            minute = floor(times[at], MINUTE)
            upto = bisect_left(times, minute + MINUTE, at)
            yield series, minute, roll_values(values[at:upto], times[upto - 1])
            at = upto


def rolled(server: Influx, kind: str, unit: int, lo: int, hi: int) -> Iterator[Row]:
    """Roll-ups whose minute or hour begins in [lo, hi); those of a series in order of time."""
    for series in server.query(select("*", kind + ROLLED[unit], lo, hi, BY_SERIES)):
        key = _source(series, kind)
        places = {field: at for at, field in enumerate(series.columns)}
        for field in [name.removesuffix("_at") for name in places if name.endswith("_at")]:
            columns = [places.get(f"{field}_{figure}", 0) for figure in _FIGURES]
            for row in series.values:
                n, total, low, high, last, last_t = (row[at] for at in columns)
                if n is not None and key is not None:
                    yield (
                        SeriesKey(key, metric_of(field)),
                        row[0],
                        Rolled(round(n), total, low, high, last, round(last_t)),
                    )


def write_rolled(server: Influx, unit: int, rows: Iterable[Row]) -> None:
    """The same again overwrites; all metrics of a source and instant share a line."""
    heads, forms = _TableHeads(unit), _TableForms()
    lines: dict[tuple[SourceKey, int], str] = {}
    for (source, metric), t, figures in rows:
        fields, place = forms[metric] % figures, (source, t)
        lines[place] = f"{lines[place]},{fields}" if place in lines else fields
    refused = deliver(server, [f"{heads[source]}{fields} {t}".encode() for (source, t), fields in lines.items()])
    if refused:
        raise IocError(Code.STORE_REJECTED, f"roll-ups: {refused[0].words}")


class Sums(dict[SeriesKey, Rolled]):
    """All rows of a series as one."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        super().__init__()
        self.add(rows)

    def add(self, rows: Iterable[Row]) -> None:
        """Rows of a series stand together, in order of time."""
        for series, some in groupby(rows, itemgetter(0)):
            new = join_all([figures for _series, _t, figures in some])
            self[series] = self[series].join(new) if series in self else new


class _TableHeads(dict[SourceKey, str]):
    def __init__(self, unit: int) -> None:
        super().__init__()
        self._suffix = ROLLED[unit]

    def __missing__(self, source: SourceKey) -> str:
        self[source] = made = head(source.kind + self._suffix, source)
        return made


class _TableForms(dict[str, str]):
    """`waiting_n=%r,waiting_sum=%r,…` of the metric waiting; a whole number without an `i` is a float in a line."""

    def __missing__(self, metric: str) -> str:
        field = field_key(field_of(metric)).replace("%", "%%")
        self[metric] = made = ",".join(f"{field}_{figure}=%r" for figure in _FIGURES)
        return made


def _source(series: ReplySeries, kind: str) -> SourceKey | None:
    """None: rows without our tags, of somebody else."""
    org, source = series.tags.get("org"), series.tags.get("source")
    return SourceKey(org, kind, source) if org and source else None
