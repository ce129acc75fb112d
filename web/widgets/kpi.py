"""One big figure with the reason for its colour."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Literal

from msgspec import Struct

from alerts.model import ACTIVE, WORST_FIRST, AlertState
from ioc.core.model import Health, State
from ioc.core.rounding import whole_minutes
from ioc.core.share import Void, percent
from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.domain.inventory import Source
from ioc.live.world import UNCOUNTED
from ioc.messages import severity
from ioc.messages.severity import Tone
from web.explained import Explanation, FigureTitle, said
from web.sight import Reporting, Sight
from web.widgets import _dossiers, _kpi_records

kind = "kpi"

Figure = Literal[
    "vc_online", "queue_waiting", "meetings", "alerts_open", "services_up", "dossiers_in_time", "dossiers_overdue",
    "links_up",
]  # fmt: skip
_SEVERITIES = tuple(WORST_FIRST)
_LOST = {Health.OFFLINE: "ui.kpi.lost", Health.STALE: "ui.kpi.silent", Health.UNKNOWN: "ui.kpi.unheard"}


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    figure: Figure = "alerts_open"
    org: str | None = None


def touches(options: Options) -> frozenset[str]:
    source_kinds = {"vc_online": "vc", "queue_waiting": "queue", "meetings": "vc", "services_up": "service"}
    return frozenset({source_kinds.get(options.figure, "link" if options.figure == "links_up" else "facts")})


def snapshot(sight: Sight, options: Options) -> dict[str, Any]:
    return {"figure": options.figure, **_FIGURES[options.figure](sight)}


def figures(_sight: Sight, options: Options) -> dict[str, FigureTitle]:
    return {options.figure: said(f"ui.kpi.{options.figure}")}


def explain(sight: Sight, options: Options, _part: str | None) -> Explanation:
    return _kpi_records.explanation(sight, options.figure, _FIGURES[options.figure](sight)["value"])


def _figure(
    head: dict[str, Any], value: float | None, total: int | None, colour: str, of: tuple[int, int], **reason: Any
) -> dict[str, Any]:
    key = reason.pop("key", None)
    why = {"key": key, "params": reason} if key else None
    figures = {"value": value, "total": total, "severity": colour, "reason": why}
    return head | figures | {"reporting": Reporting(*of).shown()}


def _vc_online(sight: Sight) -> dict[str, Any]:
    sources = sight.sources("vc")
    there, of = sight.reporting(sources)
    head = sight.head(sources)
    if of == 0 or head["state"] == State.UNKNOWN:
        return _figure(head, None, of, _nothing_due(sight, sources), (there, of))
    colour = severity.of_figure("vc_lost_pct", percent(of - there, of) or 0)
    return _figure(head, there, of, colour, (there, of), **_lost(sight, sources))


def _queue_waiting(sight: Sight) -> dict[str, Any]:
    sources = sight.sources("queue")
    waiting, waits = _said(sight, sources, "waiting"), _said(sight, sources, "longest_wait_s")
    of, longest = (len(waiting), sight.reporting(sources).expected), max(waits, default=None)
    if not waiting:
        return _figure(sight.head(sources), None, None, _nothing_due(sight, sources), of)
    colour = str(sight.world.kinds["queue"].metrics["longest_wait_s"].judge(longest or 0))
    reason = {"key": "ui.kpi.longest_wait", "minutes": whole_minutes(longest)} if longest else {}
    return _figure(sight.head(sources), sum(waiting), None, colour, of, **reason)


def _meetings(sight: Sight) -> dict[str, Any]:
    sources = sight.sources("vc")
    of = sight.reporting(sources)
    calling = [s for s in sources if sight.health(s) not in UNCOUNTED and sight.current(s, "in_call")]
    running = {meeting.conference_id for meeting in sight.facts.meetings if meeting.org in sight.scope}
    running |= {found for s in calling if (found := sight.word(s, "conference_id")) is not None}
    if sight.facts.at is None or (of[0] == 0 and not running):
        return _figure(sight.head(sources), None, None, _nothing_due(sight, sources), of)
    reason = {"key": "ui.kpi.in_call", "n": len(calling)} if calling else {}
    return _figure(sight.head(sources), len(running), None, "ok", of, **reason)


def _alerts_open(sight: Sight) -> dict[str, Any]:
    alerts = sight.alerts(ACTIVE)
    if sight.facts.at is None:
        return _figure(sight.alerts_head(alerts), None, None, "unknown", (0, 0))
    n, new = sight.alert_count(ACTIVE), sight.alert_count((AlertState.FIRING,))
    worst = next((name for name in _SEVERITIES if sight.alert_count(ACTIVE, (name,))), "ok")
    reason = {"key": "ui.kpi.unacknowledged", "n": new} if new else {}
    return _figure(sight.alerts_head(alerts), n, None, "ok" if worst == "info" else worst, (0, 0), **reason)


def _up(kind_: str) -> Callable[[Sight], dict[str, Any]]:
    def figure(sight: Sight) -> dict[str, Any]:
        sources = sight.sources(kind_)
        there, of = sight.reporting(sources)
        due = sight.due(sources)
        head, up = sight.head(sources), [s for s in due if sight.is_up(s)]
        if of == 0 or head["state"] == State.UNKNOWN:
            return _figure(head, None, of, _nothing_due(sight, sources), (there, of))
        colour = severity.of_many(sight.health(s) for s in due)
        return _figure(head, len(up), of, colour, (there, of), **_in_trouble(sight, due))

    return figure


def _in_trouble(sight: Sight, due: list[Source]) -> dict[str, Any]:
    """As many as the board shows red; whom the figure leaves out, and who is up but in trouble."""
    red = [s for s in due if severity.tone(sight.health(s)) is Tone.BAD]
    down = [s for s in red if sight.is_up(s) is False]
    if red and len(down) == len(red):
        return {"key": "ui.kpi.down", "name": down[0].name, "n": len(down)}
    if red:
        return {"key": "ui.kpi.in_trouble", "name": (down or red)[0].name, "n": len(red), "down": len(down)}
    return _lost(sight, due)


def _lost(sight: Sight, sources: Iterable[Source]) -> dict[str, Any]:
    """The silent ones, each state by its own word, as map and list have them."""
    counts = Counter(sight.health(s) for s in sources)
    found = [{"key": key, "n": counts[health]} for health, key in _LOST.items() if counts[health]]
    if len(found) <= 1:
        return found[0] if found else {}
    parts = [{"key": one["key"], "params": {"n": one["n"]}} for one in found]
    return {"key": f"ui.kpi.lost_{len(parts)}", **{f"part{at}": part for at, part in enumerate(parts, 1)}}


def _dossiers_overdue(sight: Sight) -> dict[str, Any]:
    counts, head, of = sight.dossiers(), _dossiers.head(sight), _telling(sight)
    overdue = counts[Bucket.OPEN_OVERDUE]
    open_ = overdue + counts[Bucket.OPEN_IN_TERM] + counts[Bucket.DUE_UNCONFIRMED]
    if head["state"] == State.UNKNOWN:
        return _figure(head, None, None, "unknown", of)
    reason = {"key": "ui.kpi.open_dossiers", "n": open_}
    return _figure(head, overdue, open_, severity.of_figure("dossiers_overdue", overdue), of, **reason)


def _dossiers_in_time(sight: Sight) -> dict[str, Any]:
    """A percentage with what it is of; of nothing there is none."""
    head, of = _dossiers.head(sight), _telling(sight)
    share = sight.dossiers().pct(head["reason"])["in_time"]
    if share.pct is None:
        why = {"key": "ui.reason.no_working_time"} if share.void is Void.NO_WORKING_TIME else {}
        return _figure(head, None, None, "unknown", of, **why) | {"unit": "%"}
    colour = severity.of_figure("dossiers_in_time_pct", share.pct)
    reason = {"key": "ui.kpi.of_must_resolve", "n": share.numerator, "owed": share.denominator}
    return _figure(head, share.pct, None, colour, of, **reason) | {"unit": "%"}


def _telling(sight: Sight) -> tuple[int, int]:
    """The systems that tell of the subtree within their contracts, of all that do."""
    reporters = sight.look.freshness(sight.root).reporters
    return sum(not one.behind for one in reporters), len(reporters)


def _said(sight: Sight, sources: Iterable[Source], metric: str) -> list[float]:
    """The figures of those that are counted now."""
    return [value for s in sight.due(sources) if (value := sight.current(s, metric)) is not None]


def _nothing_due(sight: Sight, sources: Iterable[Source]) -> str:
    """The colour of a figure nobody reports at this hour."""
    healths = {sight.health(s) for s in sources} - {Health.PENDING}
    return "closed" if healths and healths <= {Health.CLOSED, Health.MAINTENANCE} else "unknown"


_FIGURES: dict[str, Callable[[Sight], dict[str, Any]]] = {
    "vc_online": _vc_online,
    "queue_waiting": _queue_waiting,
    "meetings": _meetings,
    "alerts_open": _alerts_open,
    "services_up": _up("service"),
    "links_up": _up("link"),
    "dossiers_in_time": _dossiers_in_time,
    "dossiers_overdue": _dossiers_overdue,
}
