"""The day as it was frozen at its cut-off, and what counts differently since."""

from datetime import date
from functools import partial
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy.engine import Connection

from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.core.share import Void
from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.domain.dossiers.counting.summary import Counts, overall
from ioc.domain.dossiers.counting.watermarks import imported
from ioc.domain.dossiers.reporting import snapshot
from ioc.domain.dossiers.reporting.freshness import why_void
from ioc.domain.dossiers.reporting.snapshot import Snapshot, Span
from ioc.live.dossier_sources import watermarks
from web.api.dossiers import counted, shares
from web.boundary.route import V1, Answer, Call, Route
from web.printed import page
from web.printed.days import DAY, moment

Corrections = dict[str, dict[str, dict[str, int]]]


class Query(Struct, frozen=True):
    """`day`: the newest one frozen when absent."""

    org: str | None = None
    day: date | None = None
    format: Literal["json", "html"] = "json"


def daily(call: Call) -> dict[str, Any] | Answer:
    query: Query = call.query
    org = query.org or call.site.home(call.scope)
    if org is None:
        raise IocError(Code.INVALID_VALUE, "org: needed, the tree has several roots", name="org", detail="org")
    call.subtree(org)
    found, changes = call.site.read(lambda conn: _read(call, conn, org, query.day))
    return _page(call, found, changes) if query.format == "html" else _shown(call, found, changes)


def _read(call: Call, conn: Connection, org: str, day: date | None) -> tuple[Snapshot, Corrections]:
    found = snapshot.find(conn, org, day)
    if found is None:
        raise IocError(Code.NO_SNAPSHOT, f"no figures of {org} are frozen for that day", org=org, day=str(day or ""))
    changes: Corrections = {span.value: {} for span in Span}
    for span, bucket, frozen, present in snapshot.corrections(found, _present(call, conn, found)):
        changes[span][bucket] = {"frozen": frozen, "now": present, "change": present - frozen}
    return found, changes


def _present(call: Call, conn: Connection, found: Snapshot) -> dict[Span, Counts]:
    """The same instants counted with what is known now, under the tree of that day."""
    cut = snapshot.cut_off_of(found, call.site.orgs)
    until = watermarks(call.site.world, imported(conn), call.now)
    orgs = call.site.orgs.on(found.day.isoformat()).scope(found.org).codes
    questions = {span: cut.question(span, found.day, until, orgs) for span in Span}
    return {span: overall(conn, asked) for span, asked in questions.items()}


def _shown(call: Call, found: Snapshot, changes: Corrections) -> dict[str, Any]:
    return {
        "org": found.org,
        "day": found.day.isoformat(),
        "cut_off_at": call.at(found.cut_off_at, found.org),
        "taken_at": call.at(found.taken_at, found.org),
        "late": found.late,
        "as_of": call.at(found.as_of, found.org),
        "behind": [{"source": source, "as_of": call.at(until, found.org)} for source, until in found.known.items()],
        "figures": {span.value: _counted(call, found, span) for span in Span},
        "corrections": changes,
    }


def _counted(call: Call, found: Snapshot, span: Span) -> dict[str, Any]:
    reason = _void(call, found, span)
    return counted(found.counts[span], reason) | {"reason": reason}


def _void(call: Call, found: Snapshot, span: Span) -> Void | None:
    """A day on which nobody worked has no share of what had to be resolved, nor has an org nobody told of figures."""
    if found.as_of is None:
        return Void.NOT_REPORTED
    start = snapshot.cut_off_of(found, call.site.orgs).start(span, found.day)
    return why_void(call.site.world.inventory.calendar(found.org), start, found.cut_off_at)


def _page(call: Call, found: Snapshot, changes: Corrections) -> Answer:
    """In Vietnamese, as it is signed and filed."""
    say = partial(_say, call)
    taken = moment(call, found.taken_at, found.org)
    reasons = {span: _void(call, found, span) for span in Span}
    notes = [say("report.daily.late", at=taken)] if found.late else []
    notes += [
        say(f"report.note.{reason}_span", span=say(f"report.daily.span.{span}").lower())
        for span, reason in reasons.items()
        if reason
    ]
    names = {str(source.key): source.name for source in call.site.world.inventory.sources.values()}
    notes += [
        say("report.note.lagging", source=names.get(source, source), at=moment(call, until, found.org))
        for source, until in found.known.items()
    ]
    return page.html(
        "daily.html",
        say=say,
        name=call.site.orgs.get(found.org).name,
        day=found.day.strftime(DAY),
        as_of=say("report.not_reported")
        if found.as_of is None
        else say("report.as_of", at=moment(call, found.as_of, found.org)),
        spans=list(Span),
        counts=[(bucket, [_cell(found, changes, span, bucket) for span in Span]) for bucket in Bucket],
        pct=[(name, [shares(found.counts[span], reasons[span])[name] for span in Span]) for name in shares(Counts())],
        notes=notes,
        corrected=any(changes.values()),
        printed=moment(call, call.now, found.org),
        simulated=any(source.simulated for source in call.site.world.sources(call.subtree(found.org), "dossier")),
    )


def _cell(found: Snapshot, changes: Corrections, span: Span, bucket: Bucket) -> tuple[int | None, int]:
    """The frozen figure, None of an org nobody told of, and by how much it has changed."""
    if found.as_of is None:
        return None, 0
    return found.counts[span][bucket], changes[span].get(bucket, {}).get("change", 0)


def _say(call: Call, key: str, **params: object) -> str:
    return call.site.context.texts.render("vi", key, params)


ROUTES = (
    Route(
        "GET", f"{V1}/reports/daily", Role.LEADER, daily, "The day as it stood at its cut-off, and corrections", Query
    ),
)
