"""Sources: what each says now, and an administrator's word on newcomers and on what is gone."""

from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from alerts.model import Alert, AlertState
from ioc.config.settings import Settings
from ioc.core.errors import Code
from ioc.core.model import Health, Number, Role, Severity, SourceStatus
from ioc.domain.inventory import Source
from ioc.domain.inventory.records import set_status
from ioc.platform import audit
from ioc.platform.db import Database
from ioc.platform.db.tables import leniency
from web.api._availability import Availability, Observer
from web.boundary.answers import Day, Instant, Page
from web.boundary.call import Call
from web.boundary.ports import HasKinds, Reads, SeriesPort, Writes
from web.boundary.route import V1, Route
from web.sight import Looks, Moment


class Query(Struct, frozen=True):
    """`derived`: also the feeds we add up ourselves, which are no source to look after and in no count."""

    org: str | None = None
    kind: str | None = None
    health: Health | None = None
    derived: bool = False


class SourceItem(Struct, frozen=True, kw_only=True):
    """What a source says now, and what a list of sources is sorted and explained by.

    `current` says whether the values hold now: those of a source that says nothing are its last ones, `ages_s` old.
    """

    org: str
    kind: str
    source: str
    name: str
    org_name: str
    parent_name: str | None
    org_closed: bool
    status: SourceStatus
    health: Health
    cause: str | None
    online: bool | None
    as_of: Instant | None
    heard_at: Instant | None
    age_s: int | None
    current: bool
    metrics: dict[str, Number]
    texts: dict[str, str]
    ages_s: dict[str, int]
    interval_s: int
    hours: str
    parent: str | None
    simulated: bool
    lat: float | None
    lon: float | None


class SourceAlert(Struct, frozen=True):
    """An alert about it that is shown on the walls."""

    id: int
    rule: str
    severity: Severity
    state: AlertState
    owner: str | None
    title: str
    since: Instant


class WholeSource(SourceItem, frozen=True, kw_only=True):
    """With its contract, its alerts, how available it was, and what was understood although it is not as agreed."""

    owner: str | None
    contact: str | None
    valid_from: Day | None
    valid_to: Day | None
    replaces: str | None
    cut_off: str | None
    cadence: str | None
    alerts: list[SourceAlert]
    availability: Availability
    leniencies: dict[str, int]


class Changed(Struct, frozen=True):
    """The source and what it is now."""

    org: str
    kind: str
    source: str
    status: SourceStatus


def sources(call: Call, query: Query, live: Looks) -> Page[SourceItem]:
    look = live.look(call.now)
    scope, wanted, world = call.subtree(query.org), query.health, look.world
    found = (s for s in world.sources(scope, query.kind) if query.derived or not s.derived)
    rows = [source for source in found if wanted is None or world.health(source, call.now) == wanted]
    return call.part.of(sorted(rows, key=lambda s: s.key), lambda source: SourceItem(**_shown(call, source, look)))


def one(
    call: Call, live: Looks, records: Reads, store: SeriesPort, settings: Settings, plug_ins: HasKinds
) -> WholeSource:
    source, look = call.inventory.sources[call.source()], live.look(call.now)
    observer = Observer(call, look.world, records, store, settings, plug_ins.kinds)
    extras = ("owner", "contact", "valid_from", "valid_to", "replaces", "cut_off")
    return WholeSource(
        **_shown(call, source, look),
        **{name: getattr(source, name) for name in extras},
        cadence=None if source.cadence is None else source.cadence.text,
        alerts=[_alert(call, alert) for alert in look.facts.alerts if alert.subject == source.key],
        availability=observer.availability(source),
        leniencies=records.read(lambda conn: _leniencies(conn, source.id)),
    )


def confirm(call: Call, records: Writes, db: Database) -> Changed:
    return _change(call, records, db, SourceStatus.ACTIVE, "source_confirmed")


def retire(call: Call, records: Writes, db: Database) -> Changed:
    return _change(call, records, db, SourceStatus.RETIRED, "source_retired")


def _shown(call: Call, source: Source, look: Moment) -> dict[str, Any]:
    """The fields of SourceItem."""
    world, key = look.world, source.key
    live = world.of(key)
    health, cause = world.verdict(source, call.now)
    if source.status is SourceStatus.RETIRED:
        health, cause = Health.CLOSED, None
    as_of, speaks = look.figures_of(source), world.speaks(source, call.now, health)
    return {
        "org": key.org,
        "kind": key.kind,
        "source": key.source,
        "name": source.name,
        "org_name": call.orgs.by_code[key.org].name,
        "parent_name": call.above(key.org),
        "org_closed": call.orgs.closed(key.org),
        "status": source.status,
        "health": health,
        "cause": cause,
        "online": live.online[1] if live.online else None,
        "as_of": call.at(as_of, key.org),
        "heard_at": call.at(live.heard_at, key.org),
        "age_s": None if as_of is None else _age(call, as_of),
        "current": speaks,
        "metrics": live.values(),
        "texts": live.words(),
        "ages_s": {name: _age(call, at) for name, (at, _) in (live.metrics | live.texts).items()},
        "interval_s": source.interval_s,
        "hours": source.hours.text,
        "parent": None if source.parent is None else str(source.parent),
        "simulated": source.simulated,
        "lat": source.lat,
        "lon": source.lon,
    }


def _age(call: Call, at: int) -> int:
    return max(0, (call.now - at) // 1000)


def _change(call: Call, records: Writes, db: Database, status: SourceStatus, action: str) -> Changed:
    key, actor = call.source(), call.actor

    def change(conn: Connection) -> None:
        set_status(db, conn, key, status)
        audit.record(conn, call.now, actor, action, str(key), {}, key.org)

    records.write(change)
    return Changed(key.org, key.kind, key.source, status)


def _leniencies(conn: Connection, source_id: int) -> dict[str, int]:
    rows = sa.select(leniency.c.name, leniency.c.n).where(leniency.c.source_id == source_id)
    return {name: n for name, n in conn.execute(rows)}


def _alert(call: Call, alert: Alert) -> SourceAlert:
    title = call.say(alert.title, **alert.params)
    since = call.at(alert.since, alert.org)
    return SourceAlert(alert.id, alert.rule, alert.severity, alert.state, alert.owner, title, since)


_SOURCE = f"{V1}/sources/<org>/<kind>/<source>"
_UNKNOWN = (Code.UNKNOWN_SOURCE,)
ROUTES = (
    Route("GET", f"{V1}/sources", Role.LEADER, sources, "Sources as they are now", (Code.UNKNOWN_ORG,)),
    Route("GET", _SOURCE, Role.LEADER, one, "One source with its alerts, availability, leniencies", _UNKNOWN),
    Route("POST", f"{_SOURCE}/confirm", Role.ADMIN, confirm, "Count a newcomer in", _UNKNOWN),
    Route("POST", f"{_SOURCE}/retire", Role.ADMIN, retire, "Leave a source out, keeping its history", _UNKNOWN),
)
