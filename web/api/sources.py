"""Sources: what each says now, and an administrator's word on newcomers and on what is gone."""

from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from alerts.model import Alert
from ioc.core.model import Health, Role, SourceStatus
from ioc.domain.inventory import Source
from ioc.domain.inventory.records import set_status
from ioc.platform import audit
from ioc.platform.db.tables import leniency
from web.api._availability import availability
from web.boundary.route import V1, Call, Route, listed
from web.sight import Look


class Query(Struct, frozen=True):
    """`derived`: also the feeds we add up ourselves, which are no source to look after and in no count."""

    org: str | None = None
    kind: str | None = None
    health: Health | None = None
    derived: bool = False


def sources(call: Call) -> dict[str, Any]:
    scope, wanted, world = call.subtree(call.query.org), call.query.health, call.site.world
    found = (s for s in world.sources(scope, call.query.kind) if call.query.derived or not s.derived)
    look = _look(call)
    rows = [source for source in found if wanted is None or world.health(source, call.now) == wanted]
    return listed(call, sorted(rows, key=lambda s: s.key), lambda source: record(call, source, look))


def one(call: Call) -> dict[str, Any]:
    source = call.site.world.inventory.sources[call.source()]
    extras = ("owner", "contact", "valid_from", "valid_to", "replaces", "cut_off")
    alerts = [a for a in call.site.facts.value.alerts if a.subject == source.key]
    return (
        record(call, source, _look(call))
        | {name: getattr(source, name) for name in extras}
        | {"cadence": None if source.cadence is None else source.cadence.text}
        | {"alerts": [_alert(call, alert) for alert in alerts]}
        | {"availability": availability(call, source)}
        | {"leniencies": call.site.read(lambda conn: _leniencies(conn, source.id))}
    )


def _look(call: Call) -> Look:
    return Look(call.site.world, call.site.facts.value, call.now)


def confirm(call: Call) -> dict[str, Any]:
    return _change(call, SourceStatus.ACTIVE, "source_confirmed")


def retire(call: Call) -> dict[str, Any]:
    return _change(call, SourceStatus.RETIRED, "source_retired")


def record(call: Call, source: Source, look: Look) -> dict[str, Any]:
    """The contract's shape, and what a list of sources is sorted and explained by.

    `current` says whether the values hold now: those of a source that says nothing are its last ones, `ages_s` old.
    """
    world, key = call.site.world, source.key
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
        "org_name": world.inventory.orgs.by_code[key.org].name,
        "org_closed": world.inventory.orgs.closed(key.org),
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


def _change(call: Call, status: SourceStatus, action: str) -> dict[str, Any]:
    key, db, actor = call.source(), call.site.context.db, call.principal.name

    def change(conn: Connection) -> None:
        set_status(db, conn, key, status)
        audit.record(conn, call.now, actor, action, str(key), {}, key.org)

    call.site.write(change)
    return {"org": key.org, "kind": key.kind, "source": key.source, "status": status}


def _leniencies(conn: Connection, source_id: int) -> dict[str, int]:
    rows = sa.select(leniency.c.name, leniency.c.n).where(leniency.c.source_id == source_id)
    return {name: n for name, n in conn.execute(rows)}


def _alert(call: Call, alert: Alert) -> dict[str, Any]:
    plain = {name: getattr(alert, name) for name in ("id", "rule", "severity", "state", "owner")}
    title = call.site.context.texts.render(call.lang, alert.title, alert.params)
    return plain | {"title": title, "since": call.at(alert.since, alert.org)}


ROUTES = (
    Route("GET", f"{V1}/sources", Role.LEADER, sources, "Sources as they are now", Query, answers="list"),
    Route(
        "GET",
        f"{V1}/sources/<org>/<kind>/<source>",
        Role.LEADER,
        one,
        "One source with its alerts, availability, leniencies",
    ),
    Route("POST", f"{V1}/sources/<org>/<kind>/<source>/confirm", Role.ADMIN, confirm, "Count a newcomer in"),
    Route(
        "POST",
        f"{V1}/sources/<org>/<kind>/<source>/retire",
        Role.ADMIN,
        retire,
        "Leave a source out, keeping its history",
    ),
)
