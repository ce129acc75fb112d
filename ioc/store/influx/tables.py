"""Reading and writing whole minutes and hours: readings of a span, roll-ups of a span, by series."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ioc.errors import IocError
from ioc.model import SeriesKey, SourceKey
from ioc.store.influx.delivery import deliver
from ioc.store.influx.influxql import BY_SERIES, ROLLED, select
from ioc.store.influx.line import field_key, field_of, head, line, metric_of
from ioc.store.influx.reply import Series
from ioc.store.influx.server import Server
from ioc.store.rolled import Rolled

_FIGURES = ("n", "sum", "low", "high", "last", "at")
Readings = dict[SeriesKey, list[tuple[int, float]]]
Row = tuple[SeriesKey, int, Rolled]


def readings(server: Server, kind: str, lo: int, hi: int) -> Readings:
    """In order of time; what is no number is not ours."""
    found: Readings = {}
    for series in server.query(select("*", kind, lo, hi, BY_SERIES)):
        key = _source(series, kind)
        for at, field in enumerate(series.columns):
            column = [(row[0], float(row[at])) for row in series.values if _is_number(row[at])] if at else []
            if column and key is not None:
                found[SeriesKey(key, metric_of(field))] = column
    return found


def rolled(server: Server, kind: str, unit: int, lo: int, hi: int) -> Iterator[Row]:
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


def write_rolled(server: Server, unit: int, rows: Iterable[Row]) -> None:
    """The same again overwrites; all metrics of a source and instant share a line."""
    lines: dict[tuple[SourceKey, int], dict[str, float]] = {}
    for (source, metric), t, figures in rows:
        field = field_key(field_of(metric))
        named = {f"{field}_{figure}": value for figure, value in zip(_FIGURES, figures, strict=True)}
        lines.setdefault((source, t), {}).update(named)
    refused = deliver(
        server, [line(head(source.kind + ROLLED[unit], source), fields, t) for (source, t), fields in lines.items()]
    )
    if refused:
        raise IocError("store_rejected", f"roll-ups: {refused[0].words}")


def joined(rows: Iterable[Row]) -> Mapping[SeriesKey, Rolled]:
    """All rows of a series as one."""
    found: dict[SeriesKey, Rolled] = {}
    for series, _t, figures in rows:
        found[series] = found[series].join(figures) if series in found else figures
    return found


def _source(series: Series, kind: str) -> SourceKey | None:
    """None: rows without our tags, of somebody else."""
    org, source = series.tags.get("org"), series.tags.get("source")
    return SourceKey(org, kind, source) if org and source else None


def _is_number(value: Any) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool)
