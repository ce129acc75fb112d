"""One big figure with the reason for its colour."""

from collections.abc import Callable, Iterable
from typing import Any, Literal

from msgspec import Struct

from alerts.model import AlertState
from ioc.dossiers.buckets import Bucket
from ioc.inventory import Source
from ioc.model import Health
from web.sight import UNCOUNTED, Reporting, Sight, State
from web.widgets import _dossiers

kind = "kpi"

Figure = Literal[
    "vc_online", "queue_waiting", "meetings", "alerts_open", "services_up", "dossiers_in_time", "dossiers_overdue",
    "links_up",
]  # fmt: skip
_LONG_WAIT_S, _VERY_LONG_WAIT_S = 900, 1_800
_MANY_LOST = 0.1
_ENOUGH_IN_TIME_PCT = 95
_SEVERITIES = ("critical", "warning", "info")


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    figure: Figure = "alerts_open"
    org: str | None = None


def touches(options: Options) -> frozenset[str]:
    source_kinds = {"vc_online": "vc", "queue_waiting": "queue", "meetings": "vc", "services_up": "service"}
    return frozenset({source_kinds.get(options.figure, "link" if options.figure == "links_up" else "facts")})


def snapshot(sight: Sight, options: Options) -> dict[str, Any]:
    return {"figure": options.figure, **_FIGURES[options.figure](sight)}


def _figure(
    head: dict[str, Any], value: float | None, total: int | None, severity: str, of: tuple[int, int], **reason: Any
) -> dict[str, Any]:
    key = reason.pop("key", None)
    why = {"key": key, "params": reason} if key else None
    figures = {"value": value, "total": total, "severity": severity, "reason": why}
    return head | figures | {"reporting": Reporting(*of).shown()}


def _vc_online(sight: Sight) -> dict[str, Any]:
    sources = sight.sources("vc")
    there, of = sight.reporting(sources)
    lost = of - there
    head = sight.head(sources)
    if of == 0 or head["state"] == State.UNKNOWN:
        return _figure(head, None, of, _nothing_due(sight, sources), (there, of))
    severity = "ok" if not lost else "critical" if lost > of * _MANY_LOST else "warning"
    reason = {"key": "ui.kpi.lost", "n": lost} if lost else {}
    return _figure(head, there, of, severity, (there, of), **reason)


def _queue_waiting(sight: Sight) -> dict[str, Any]:
    sources = sight.sources("queue")
    waiting, waits = _said(sight, sources, "waiting"), _said(sight, sources, "longest_wait_s")
    of, longest = (len(waiting), sight.reporting(sources).expected), max(waits, default=None)
    if not waiting:
        return _figure(sight.head(sources), None, None, _nothing_due(sight, sources), of)
    severity = "ok"
    if longest is not None and longest > _LONG_WAIT_S:
        severity = "critical" if longest > _VERY_LONG_WAIT_S else "warning"
    reason = {"key": "ui.kpi.longest_wait", "minutes": round(longest / 60)} if longest else {}
    return _figure(sight.head(sources), sum(waiting), None, severity, of, **reason)


def _meetings(sight: Sight) -> dict[str, Any]:
    sources = sight.sources("vc")
    of = sight.reporting(sources)
    calling = [s for s in sources if sight.health(s) not in UNCOUNTED and sight.current(s, "in_call")]
    running = {meeting.conference_id for meeting in sight.facts.meetings if meeting.org in sight.scope}
    running |= {found[1] for s in calling if (found := sight.live(s).texts.get("conference_id")) is not None}
    if sight.facts.at is None or (of[0] == 0 and not running):
        return _figure(sight.head(sources), None, None, _nothing_due(sight, sources), of)
    reason = {"key": "ui.kpi.in_call", "n": len(calling)} if calling else {}
    return _figure(sight.head(sources), len(running), None, "ok", of, **reason)


def _alerts_open(sight: Sight) -> dict[str, Any]:
    alerts = sight.alerts((AlertState.FIRING, AlertState.ACKNOWLEDGED))
    worst = next((s for s in _SEVERITIES if any(a.severity == s for a in alerts)), "ok")
    new = sum(1 for a in alerts if a.state is AlertState.FIRING)
    reason = {"key": "ui.kpi.unacknowledged", "n": new} if new else {}
    if sight.facts.at is None:
        return _figure(sight.alerts_head(alerts), None, None, "unknown", (0, 0))
    severity = "ok" if worst == "info" else worst
    return _figure(sight.alerts_head(alerts), len(alerts), None, severity, (0, 0), **reason)


def _up(kind_: str) -> Callable[[Sight], dict[str, Any]]:
    def figure(sight: Sight) -> dict[str, Any]:
        sources = sight.sources(kind_)
        there, of = sight.reporting(sources)
        due = [s for s in sources if sight.health(s) not in UNCOUNTED]
        head, up = sight.head(sources), [s for s in due if sight.is_up(s)]
        if of == 0 or head["state"] == State.UNKNOWN:
            return _figure(head, None, of, _nothing_due(sight, sources), (there, of))
        down = [s.name for s in due if sight.is_up(s) is False]
        silent = of - len(up) - len(down)
        severity = "critical" if down else "warning" if silent else "ok"
        reason = {"key": "ui.kpi.silent", "n": silent} if silent else {}
        if down:
            reason = {"key": "ui.kpi.down", "name": down[0], "n": len(down)}
        return _figure(head, len(up), of, severity, (there, of), **reason)

    return figure


def _dossiers_overdue(sight: Sight) -> dict[str, Any]:
    sources = sight.sources("dossier")
    of = sight.reporting(sources)
    counts = sight.dossiers()
    overdue = counts[Bucket.OPEN_OVERDUE]
    open_ = overdue + counts[Bucket.OPEN_IN_TERM] + counts[Bucket.DUE_UNCONFIRMED]
    if sight.facts.at is None or not (sources or open_):
        return _figure(sight.head(sources), None, None, "unknown", of)
    reason = {"key": "ui.kpi.open_dossiers", "n": open_}
    return _figure(sight.head(sources), overdue, open_, "warning" if overdue else "ok", of, **reason)


def _dossiers_in_time(sight: Sight) -> dict[str, Any]:
    """A percentage with what it is of; of nothing there is none."""
    sources, share, head = _dossiers.tellers(sight), sight.dossiers().pct()["in_time"], _dossiers.head(sight)
    of = sight.reporting(sources)
    if share.pct is None or head["state"] == State.UNKNOWN:
        return _figure(head, None, None, "unknown", of) | {"unit": "%"}
    severity = "ok" if share.pct >= _ENOUGH_IN_TIME_PCT else "warning"
    reason = {"key": "ui.kpi.of_must_resolve", "n": share.numerator, "owed": share.denominator}
    return _figure(head, share.pct, None, severity, of, **reason) | {"unit": "%"}


def _said(sight: Sight, sources: Iterable[Source], metric: str) -> list[float]:
    """What those that are counted now say."""
    counted = (s for s in sources if sight.health(s) not in UNCOUNTED)
    return [value for s in counted if (value := sight.current(s, metric)) is not None]


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
