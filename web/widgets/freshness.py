"""The freshness of everything: sources by health, the ones silent longest, and the balance of ingest's counters."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ioc.core.model import Health, Outcome
from ioc.domain.inventory import Source
from ioc.live.world import SILENT
from web.explained import Explanation, FigureTitle, counted, said, source_row
from web.sight import Sight
from web.widgets import _kpi_records

kind = "freshness"

_SHOWN = 6
_COUNTED = (
    Health.OK, Health.WARNING, Health.CRITICAL, Health.OFFLINE, Health.STALE, Health.CLOSED, Health.UNKNOWN,
    Health.PENDING, Health.MAINTENANCE,
)  # fmt: skip


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    org: str | None = None


def touches(_options: Options) -> frozenset[str]:
    return frozenset({"facts"})


def snapshot(sight: Sight, _options: Options) -> dict[str, Any]:
    sources = [source for source in sight.sources() if not source.derived]
    by_kind: dict[str, list[Source]] = {}
    for source in sources:
        by_kind.setdefault(source.key.kind, []).append(source)
    return sight.head(sources) | {
        "kinds": {name: _counts(sight, group) for name, group in sorted(by_kind.items())},
        "oldest": _oldest(sight, sources),
        "ingest": _ingest(sight),
    }


def figures(sight: Sight, _options: Options) -> Mapping[str, FigureTitle]:
    """Each kind of source."""
    kinds = {source.key.kind for source in sight.sources() if not source.derived}
    return {kind: said(f"kind.{kind}") for kind in sorted(kinds)}


def explain(sight: Sight, _options: Options, part: str) -> Explanation | None:
    mine = [source for source in sight.sources(part) if not source.derived]
    silent = {*SILENT, Health.UNKNOWN}
    due = _kpi_records.worst_first(sight, sight.due(mine))
    rows = [source_row(sight, one, counts=sight.health(one) not in silent) for one in due]
    title, page = said(f"kind.{part}"), f"/sources?kind={part}"
    return counted(title, "explain.freshness", "explain.source.heard", rows, page) if mine else None


def _counts(sight: Sight, sources: list[Source]) -> dict[str, int]:
    counts = Counter(sight.health(s) for s in sources)
    return {str(health): counts[health] for health in _COUNTED} | {"of": len(sight.due(sources))}


def _oldest(sight: Sight, sources: list[Source]) -> dict[str, Any]:
    silent = [s for s in sources if sight.health(s) in SILENT]
    silent.sort(key=lambda s: sight.live(s).heard_at or 0)
    return {str(s.key): _row(sight, s) for s in silent[:_SHOWN]}


def _row(sight: Sight, source: Source) -> dict[str, Any]:
    as_of = sight.at(sight.live(source).as_of, source.key.org)
    org = source.key.org
    name = {"name": source.name, "org_name": sight.org_name(org), "parent_name": sight.above(org)}
    health, cause = sight.verdict(source)
    return name | {"health": health, "cause": cause, "as_of": as_of}


def _ingest(sight: Sight) -> dict[str, int] | None:
    """Totals of the whole installation, which only somebody who sees all of it is shown."""
    if len(sight.scope.codes) < len(sight.world.inventory.orgs) or sight.facts.at is None:
        return None
    names = ("received", *Outcome)
    return {str(name): sum(n for (of, _), n in sight.facts.counters.items() if of == name) for name in names}
