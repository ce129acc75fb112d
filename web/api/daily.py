"""The day as it was frozen at its cut-off, and what counts differently since."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Literal

from msgspec import Struct
from sqlalchemy.engine import Connection

from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.core.share import Void
from ioc.core.texts import Texts
from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.domain.dossiers.counting.summary import Counts, overall
from ioc.domain.dossiers.counting.watermarks import imported
from ioc.domain.dossiers.reporting import snapshot
from ioc.domain.dossiers.reporting.freshness import why_void
from ioc.domain.dossiers.reporting.snapshot import DaySnapshot, SnapshotSpan
from ioc.live.dossier_sources import watermarks
from ioc.live.world import World
from web.api._basis import Counted, counted
from web.boundary.answers import HTML, Answer, Day, Document, Instant
from web.boundary.call import Call
from web.boundary.ports import LivePort, Reads
from web.boundary.route import V1, Route
from web.printed import page
from web.printed.days import DAY, moment
from web.printed.form06 import Say


class Query(Struct, frozen=True):
    """`day`: the newest one frozen when absent."""

    org: str | None = None
    day: date | None = None
    format: Literal["json", "html"] = "json"


class Behind(Struct, frozen=True):
    """A source whose records did not reach the cut-off, and how far they did."""

    source: str
    as_of: Instant


class SpanFigures(Counted, frozen=True, kw_only=True):
    """`reason`: why shares or all of them are null."""

    reason: Void | None


class Correction(Struct, frozen=True):
    """A figure that has changed for the same instants."""

    frozen: int
    now: int
    change: int


Corrections = dict[SnapshotSpan, dict[Bucket, Correction]]


class DayReport(Struct, frozen=True, kw_only=True):
    """The figures of a day and of the year up to it, as they were counted at the cut-off."""

    org: str
    day: Day
    cut_off_at: Instant
    taken_at: Instant
    late: bool
    as_of: Instant | None
    behind: list[Behind]
    figures: dict[SnapshotSpan, SpanFigures]
    corrections: Corrections


def daily(call: Call, query: Query, records: Reads, live: LivePort, texts: Texts) -> DayReport | Answer[str]:
    org = query.org or call.home
    if org is None:
        raise IocError(Code.INVALID_VALUE, "org: needed, the tree has several roots", name="org", detail="org")
    call.subtree(org)
    world = live.world
    report = records.read(lambda conn: _read(call, world, conn, org, query.day))
    return report.page(world, partial(texts.render, "vi")) if query.format == "html" else report.shown()


def _read(call: Call, world: World, conn: Connection, org: str, day: date | None) -> "_DayReport":
    found = snapshot.find(conn, org, day)
    if found is None:
        raise IocError(Code.NO_SNAPSHOT, f"no figures of {org} are frozen for that day", org=org, day=str(day or ""))
    changes: Corrections = {span: {} for span in SnapshotSpan}
    for span, bucket, frozen, present in snapshot.corrections(found, _present(call, world, conn, found)):
        changes[span][bucket] = Correction(frozen, present, present - frozen)
    return _DayReport(call, found, changes)


def _present(call: Call, world: World, conn: Connection, found: DaySnapshot) -> dict[SnapshotSpan, Counts]:
    """The same instants counted with what is known now, under the tree of that day."""
    cut = snapshot.cut_off_of(found, call.orgs)
    until = watermarks(world, imported(conn), call.now)
    orgs = call.orgs.on(found.day.isoformat()).scope(found.org).codes
    questions = {span: cut.question(span, found.day, until, orgs) for span in SnapshotSpan}
    return {span: overall(conn, asked) for span, asked in questions.items()}


@dataclass(frozen=True, slots=True)
class _DayReport:
    """A frozen day with its corrections, on its way to a reader."""

    call: Call
    found: DaySnapshot
    changes: Corrections

    def shown(self) -> DayReport:
        call, found = self.call, self.found
        reasons = {span: self._void(span) for span in SnapshotSpan}
        return DayReport(
            org=found.org,
            day=found.day.isoformat(),
            cut_off_at=call.at(found.cut_off_at, found.org),
            taken_at=call.at(found.taken_at, found.org),
            late=found.late,
            as_of=call.at(found.as_of, found.org),
            behind=[Behind(source, call.at(until, found.org)) for source, until in found.known.items()],
            figures={
                span: SpanFigures(**counted(found.counts[span], reason), reason=reason)
                for span, reason in reasons.items()
            },
            corrections=self.changes,
        )

    def _void(self, span: SnapshotSpan) -> Void | None:
        """A day on which nobody worked has no share of what had to be resolved, nor an org nobody told of figures."""
        found, inventory = self.found, self.call.inventory
        if found.as_of is None:
            return Void.NOT_REPORTED
        start = snapshot.cut_off_of(found, inventory.orgs).start(span, found.day)
        return why_void(inventory.calendar(found.org), start, found.cut_off_at)

    def page(self, world: World, render: Say) -> Answer[str]:
        """In Vietnamese, as it is signed and filed."""
        call, found = self.call, self.found
        reasons = {span: self._void(span) for span in SnapshotSpan}
        shares = {span: found.counts[span].pct(reason) for span, reason in reasons.items()}

        def say(key: str, **params: object) -> str:
            return str(render(key, params))

        return page.html(
            "daily.html",
            say=say,
            name=call.orgs.get(found.org).name,
            day=found.day.strftime(DAY),
            as_of=self._as_of(say),
            spans=list(SnapshotSpan),
            counts=[(bucket, [self._cell(span, bucket) for span in SnapshotSpan]) for bucket in Bucket],
            pct=[(name, [shares[span][name].shown() for span in SnapshotSpan]) for name in Counts().pct()],
            notes=self._notes(say, reasons),
            corrected=any(self.changes.values()),
            printed=moment(call, call.now, found.org),
            simulated=any(source.simulated for source in world.sources(call.subtree(found.org), "dossier")),
        )

    def _as_of(self, say: Say) -> str:
        at = self.found.as_of
        return (
            say("report.not_reported") if at is None else say("report.as_of", at=moment(self.call, at, self.found.org))
        )

    def _notes(self, say: Say, reasons: dict[SnapshotSpan, Void | None]) -> list[str]:
        call, found = self.call, self.found
        notes = [say("report.daily.late", at=moment(call, found.taken_at, found.org))] if found.late else []
        notes += [
            say(f"report.note.{reason}_span", span=say(f"report.daily.span.{span}").lower())
            for span, reason in reasons.items()
            if reason
        ]
        names = {str(source.key): source.name for source in call.inventory.sources.values()}
        return notes + [
            say("report.note.lagging", source=names.get(source, source), at=moment(call, until, found.org))
            for source, until in found.known.items()
        ]

    def _cell(self, span: SnapshotSpan, bucket: Bucket) -> tuple[int | None, int]:
        """The frozen figure, None of an org nobody told of, and by how much it has changed."""
        if self.found.as_of is None:
            return None, 0
        change = self.changes[span].get(bucket)
        return self.found.counts[span][bucket], 0 if change is None else change.change


_SUMMARY = "The day as it stood at its cut-off, and corrections"
_ERRORS = (Code.UNKNOWN_ORG, Code.NO_SNAPSHOT)
ROUTES = (Route("GET", f"{V1}/reports/daily", Role.LEADER, daily, _SUMMARY, _ERRORS, documents=(Document(HTML),)),)
