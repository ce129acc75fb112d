"""The records behind each great figure, as many as it says."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from alerts.model import ACTIVE, WORST_FIRST, Alert
from ioc.core.model import Health, SourceKey
from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.domain.dossiers.counting.summary import Counts
from ioc.domain.inventory import Source
from ioc.live.world import SILENT, UNCOUNTED
from web.explained import Explanation, FigureTitle, RecordRow, by_org, said, source_row
from web.sight import Sight

_BAD = (Health.OFFLINE, Health.CRITICAL, Health.STALE, Health.UNKNOWN, Health.WARNING)


_SOURCES = {
    "vc_online": "vc",
    "links_up": "link",
    "services_up": "service",
    "queue_waiting": "queue",
    "meetings": "meetings",
    "alerts_open": "alerts",
    "dossiers_in_time": "dossier",
    "dossiers_overdue": "dossier",
}


class FigureRecords(NamedTuple):
    """What the rows come to, counted from them; `total` where there are more than are listed."""

    rows: Sequence[RecordRow]
    numerator: float | None
    denominator: float | None = None
    page: str | None = None
    unit: str = ""
    total: int | None = None


def explanation(sight: Sight, figure: str, value: float | None, title: FigureTitle | None = None) -> Explanation:
    found = _RECORDS[figure](sight)
    return Explanation(
        title=title or said(f"ui.kpi.{figure}"),
        formula=f"explain.kpi.{figure}",
        source=f"explain.source.{_SOURCES[figure]}",
        unit=found.unit,
        value=value,
        numerator=found.numerator,
        denominator=found.denominator,
        rows=tuple(found.rows),
        total=len(found.rows) if found.total is None else found.total,
        page=found.page,
    )


def _counted(rows: Sequence[RecordRow], page: str) -> FigureRecords:
    """So many of them."""
    return FigureRecords(rows, sum(row.counts for row in rows), len(rows), page)


def _online(sight: Sight) -> FigureRecords:
    due = sight.due(sight.sources("vc"))
    silent = {*SILENT, Health.UNKNOWN}
    rows = [source_row(sight, one, counts=sight.health(one) not in silent) for one in worst_first(sight, due)]
    return _counted(rows, "/sources?kind=vc")


def up_of(kind: str) -> Callable[[Sight], FigureRecords]:
    def records(sight: Sight) -> FigureRecords:
        due = worst_first(sight, sight.due(sight.sources(kind)))
        return _counted([source_row(sight, one, counts=bool(sight.is_up(one))) for one in due], f"/sources?kind={kind}")

    return records


def _waiting(sight: Sight) -> FigureRecords:
    told = [(sight.current(one, "waiting"), one) for one in sight.due(sight.sources("queue"))]
    told.sort(key=lambda each: (each[0] is None, -(each[0] or 0)))
    rows = [source_row(sight, one, value, counts=value is not None) for value, one in told]
    known = [value for value, _ in told if value is not None]
    return FigureRecords(rows, sum(known) if known else None, page="/sources?kind=queue")


def _meetings(sight: Sight) -> FigureRecords:
    running: dict[str, RecordRow] = {
        meeting.conference_id: RecordRow(
            name=meeting.title or meeting.conference_id,
            org=meeting.org,
            org_name=sight.place(meeting.org),
            state=None,
            as_of=sight.at(meeting.starts_at, meeting.org),
        )
        for meeting in sight.facts.meetings
        if meeting.org in sight.scope
    }
    for source in sight.sources("vc"):
        name = sight.word(source, "conference_id")
        calling = sight.health(source) not in UNCOUNTED and sight.current(source, "in_call")
        if calling and name is not None and name not in running:
            running[name] = RecordRow(name=name, org=None, org_name=None, state=None)
    return FigureRecords(list(running.values()), len(running))


def _alerts(sight: Sight) -> FigureRecords:
    found = sorted(sight.alerts(ACTIVE), key=lambda alert: (WORST_FIRST[alert.severity], alert.since))
    n = sight.alert_count(ACTIVE)
    return FigureRecords([alert_row(sight, alert) for alert in found], n, page="/alerts", total=n)


def alert_row(sight: Sight, alert: Alert) -> RecordRow:
    subject = alert.subject
    source = sight.world.inventory.sources.get(subject) if isinstance(subject, SourceKey) else None
    return RecordRow(
        name=(source.name if source else alert.source) or sight.place(alert.org),
        org=alert.org,
        org_name=sight.place(alert.org),
        state=alert.severity,
        value=alert.owner,
        as_of=sight.at(alert.since, alert.org),
    )


def _dossiers(figure: Callable[[Counts], tuple[int, int]], bucket: str, unit: str) -> Callable[[Sight], FigureRecords]:
    def records(sight: Sight) -> FigureRecords:
        mine = {org: figure(counts) for org, counts in sight.facts.dossiers.items() if org in sight.scope}
        rows = by_org(sight, mine)
        whole = sum(of for _, of in mine.values())
        page = f"/dossiers?bucket={bucket}&period=year"
        return FigureRecords(rows, sum(n for n, _ in mine.values()), whole, page, unit)

    return records


def _in_time(counts: Counts) -> tuple[int, int]:
    return counts[Bucket.RESOLVED_EARLY] + counts[Bucket.RESOLVED_ON_TIME], counts[Bucket.MUST_RESOLVE]


def _overdue(counts: Counts) -> tuple[int, int]:
    overdue = counts[Bucket.OPEN_OVERDUE]
    return overdue, overdue + counts[Bucket.OPEN_IN_TERM] + counts[Bucket.DUE_UNCONFIRMED]


def worst_first(sight: Sight, sources: Iterable[Source]) -> list[Source]:
    def rank(source: Source) -> tuple[int, str, str]:
        health = sight.health(source)
        place = _BAD.index(health) if health in _BAD else len(_BAD)
        return place, sight.org_name(source.key.org), source.name or ""

    return sorted(sources, key=rank)


_RECORDS: Mapping[str, Callable[[Sight], FigureRecords]] = {
    "vc_online": _online,
    "links_up": up_of("link"),
    "services_up": up_of("service"),
    "queue_waiting": _waiting,
    "meetings": _meetings,
    "alerts_open": _alerts,
    "dossiers_in_time": _dossiers(_in_time, "must_resolve", "%"),
    "dossiers_overdue": _dossiers(_overdue, "open_overdue", ""),
}
