"""Service systems and network lines: up or not, and how fast."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ioc.domain.inventory import Source
from ioc.messages import severity
from ioc.messages.severity import Tone
from web.explained import Explanation, FigureTitle, among, said, source_rows
from web.sight import Sight
from web.widgets import _kpi_records

kind = "service_status"

_GROUPS = {"services": "service", "links": "link"}
_FIGURES = {"service": ("latency_ms",), "link": ("loss_pct", "rtt_ms")}


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    org: str | None = None


def touches(_options: Options) -> frozenset[str]:
    return frozenset({"service", "link"})


def snapshot(sight: Sight, _options: Options) -> dict[str, Any]:
    services, links = sight.sources("service"), sight.sources("link")
    return sight.head([*services, *links]) | {
        "services": {f"{s.key.org}/{s.key.source}": _row(sight, s) for s in services},
        "links": {f"{s.key.org}/{s.key.source}": _row(sight, s) for s in links},
        "totals": {"services": _total(sight, services), "links": _total(sight, links)},
    }


def figures(_sight: Sight, _options: Options) -> Mapping[str, FigureTitle]:
    """Those that are up, and `:critical` those that are red."""
    up = {group: said(f"ui.services.{kind}") for group, kind in _GROUPS.items()}
    return up | {f"{group}:critical": said(f"ui.services.{kind}") for group, kind in _GROUPS.items()}


def explain(sight: Sight, _options: Options, part: str) -> Explanation | None:
    group, _, red = part.partition(":")
    if part not in figures(sight, _options):
        return None
    kind = _GROUPS[group]
    due = sight.due(sight.sources(kind))
    if not red:
        return _kpi_records.explanation(sight, f"{kind}s_up", _total(sight, due)["up"], said(f"ui.services.{kind}"))
    bad = [one for one in _kpi_records.worst_first(sight, due) if severity.tone(sight.health(one)) is Tone.BAD]
    title, rows = said(f"ui.services.{kind}"), source_rows(sight, bad)
    return among(title, "explain.tiles.red", f"explain.source.{kind}", rows, len(due), f"/sources?kind={kind}")


def _row(sight: Sight, source: Source) -> dict[str, Any]:
    health, cause = sight.verdict(source)
    return {
        "name": source.name,
        "org_name": sight.org_name(source.key.org),
        "parent_name": sight.above(source.key.org),
        "health": health,
        "cause": cause,
        "simulated": source.simulated,
        "as_of": sight.at(sight.live(source).as_of, source.key.org),
        "up": sight.is_up(source),
        "blame": sight.word(source, "cause"),
        **{name: sight.current(source, name) for name in _FIGURES[source.key.kind]},
    }


def _total(sight: Sight, sources: list[Source]) -> dict[str, int]:
    due = sight.due(sources)
    tones = Counter(severity.tone(sight.health(s)) for s in due)
    red, amber = tones[Tone.BAD], tones[Tone.WARN]
    return {"up": sum(1 for s in due if sight.is_up(s)), "of": len(due), "critical": red, "warning": amber}
