"""The series a bucket holds, from its readings and from what is left of those that are deleted."""

from collections.abc import Iterable, Iterator

from ioc.core.model import SeriesKey, SourceKey
from ioc.metrics.influx.influxql import BY_SERIES, ROLLED, name, of
from ioc.metrics.influx.line import metric_of
from ioc.metrics.influx.server import Influx
from ioc.metrics.schema import HOUR


def known_series(server: Influx, kinds: Iterable[str], source: SourceKey | None) -> list[SeriesKey]:
    """Every series of these kinds, or those of one source, in the order of their names."""
    found: set[SeriesKey] = set()
    for kind in kinds:
        found |= set(_series(server, kind, "", "", source))
        found |= set(_series(server, kind, ROLLED[HOUR], "_n", source))
    return sorted(found)


def _series(server: Influx, kind: str, level: str, ending: str, source: SourceKey | None) -> Iterator[SeriesKey]:
    """`ending` is what the fields of a level have after the metric."""
    keys = server.query(f"SHOW FIELD KEYS FROM {name(kind + level)}")
    fields = [row[0] for series in keys for row in series.values if row[0].endswith(ending)]
    if not fields:
        return
    columns = ", ".join(f"last({name(field)})" for field in fields)
    condition, bound = of([source]) if source else ("", {})
    where = f"WHERE {condition}" if source else ""
    for series in server.query(" ".join(["SELECT", columns, "FROM", name(kind + level), where, BY_SERIES]), bound):
        org, named = series.tags.get("org"), series.tags.get("source")
        for field, value in zip(fields, series.values[0][1:] if series.values else (), strict=False):
            if value is not None and org and named:
                yield SeriesKey(SourceKey(org, kind, named), metric_of(field.removesuffix(ending)))
