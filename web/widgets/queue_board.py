"""One-stop centres, the worst first: who waits, how long, and which counter serves which ticket."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ioc.domain.inventory import Source
from ioc.messages import severity
from web.explained import Explanation, FigureTitle, said, source_row
from web.sight import Sight

kind = "queue_board"

WORST = 8
_STEP_S = 300  # waits that differ by less are as bad as each other: rows that change places each second are not read

_FIGURES = ("waiting", "serving", "open_counters", "issued_today", "served_today", "longest_wait_s", "avg_wait_s")
_SUMMED = ("waiting", "serving", "issued_today", "served_today")


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    org: str | None = None


def touches(_options: Options) -> frozenset[str]:
    return frozenset({"queue", "facts"})


def snapshot(sight: Sight, _options: Options) -> dict[str, Any]:
    """`worst` names the few centres that a screen shows by name; all of them are in `centres`."""
    sources = sight.sources("queue")
    centres = {_name(s): _centre(sight, s) for s in sources}
    worst = sorted((s for s in sources if s.counts), key=lambda s: _need(sight, s))[:WORST]
    counted = sight.due(sources)
    totals: dict[str, Any] = {name: _sum(sight.current(s, name) for s in counted) for name in _SUMMED}
    totals |= {"reporting": sight.reporting(sources).shown()}
    return sight.head(sources) | {"centres": centres, "worst": [_name(s) for s in worst], "totals": totals}


def figures(sight: Sight, _options: Options) -> Mapping[str, FigureTitle]:
    """The sums by their names; a figure of one centre is `ORG/SOURCE:NAME`."""
    return {name: said(f"metric.queue.{name}") for name in _SUMMED}


def explain(sight: Sight, _options: Options, part: str) -> Explanation | None:
    centre, _, name = part.rpartition(":")
    sources = sight.sources("queue")
    if name not in (_FIGURES if centre else _SUMMED):
        return None
    if not centre:
        return _said(sight, sight.due(sources), name, "sum", sight.reporting(sources).shown())
    mine = [source for source in sources if _name(source) == centre]
    return _said(sight, mine, name, "one", {}) if mine else None


def _said(sight: Sight, sources: list[Source], name: str, how: str, reporting: dict[str, int]) -> Explanation:
    told = sorted(((sight.current(s, name), s) for s in sources), key=lambda one: (one[0] is None, -(one[0] or 0)))
    value = _sum(n for n, _ in told)
    return Explanation(
        title=said(f"metric.queue.{name}"),
        formula=f"explain.queue.{how}",
        source="explain.source.queue",
        unit="s" if name.endswith("_s") else "",
        value=value,
        numerator=value,
        rows=tuple(source_row(sight, source, n, counts=n is not None) for n, source in told),
        total=len(told),
        page="/sources?kind=queue",
        reporting=reporting or None,
    )


def _name(source: Source) -> str:
    return f"{source.key.org}/{source.key.source}"


def _need(sight: Sight, source: Source) -> tuple[int, float, str]:
    """By state, then by who has waited longest."""
    longest = sight.current(source, "longest_wait_s") or 0
    return severity.need(sight.health(source)), -(longest // _STEP_S), _name(source)


def _centre(sight: Sight, source: Source) -> dict[str, Any]:
    health, cause = sight.verdict(source)
    desks = sight.facts.desks.get(source.id, ()) if sight.speaks(source) else ()
    return {
        "name": source.name,
        "org_name": sight.org_name(source.key.org),
        "parent_name": sight.above(source.key.org),
        "health": health,
        "cause": cause,
        "why": None if cause is None else _why(sight, source, cause),
        "simulated": source.simulated,
        "as_of": sight.at(sight.live(source).as_of, source.key.org),
        "desks": {d.counter_id: {"ticket_no": d.ticket_no, "since": sight.at(d.since, source.key.org)} for d in desks},
        **{name: sight.current(source, name) for name in _FIGURES},
    }


def _why(sight: Sight, source: Source, cause: str) -> str:
    """The key of what it says of itself, as "Hết giấy in"; else of the figure that is bad."""
    word = sight.live(source).words().get(cause)
    return f"metric.queue.{cause}" if word is None else f"alert.said.queue.{cause}.{word}"


def _sum(values: Any) -> float | None:
    """Unknown, never 0, where nobody reports."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
