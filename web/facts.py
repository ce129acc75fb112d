"""Facts for widgets beyond the live deltas: open alerts, counters, desks, meetings, overdue dossiers, heartbeats."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from alerts import duties, queries, reach, standing
from alerts.model import MUTED, Alert, AlertState, ChannelState
from alerts.mutes import mutes, windows
from alerts.reach import ChannelStanding
from alerts.standing import IncidentsNow
from ioc.core.model import Severity, SourceKey
from ioc.domain.dossiers.counting.question import Question, Side, year_start
from ioc.domain.dossiers.counting.summary import Counts, by_org
from ioc.domain.dossiers.counting.watermarks import Watermarks, imported
from ioc.domain.dossiers.reporting.freshness import SourcesByOrg, sources_by_org
from ioc.domain.inventory import Scope
from ioc.ingest.desks import is_open, midnight
from ioc.live.dossier_sources import watermarks
from ioc.live.meetings import AnnouncedMeeting, SiteConfirmation, between, confirmations
from ioc.live.world import World
from ioc.platform import documents
from ioc.platform.beat import Pulse, pulses
from ioc.platform.db.tables import conference, counter, desk
from web.cartograms import maps
from web.cartograms.maps import NO_MAPS, KeptMaps

HANDLED_EVERY_MS = 10_000
WATCHED = frozenset({"alerts", "ingest"})  # the roles without which a screen shows less than it seems to
DELIVERY = "delivery"
SCENES = "scene"  # as documents
ANNOUNCED_MS = 12 * 3_600_000
MOST_ANNOUNCED = 50
_DESK_MS = 26 * 3_600_000  # a day anywhere, with an hour that a clock is put back
_EVERYTHING = Scope(None, frozenset())  # each widget narrows it to its own subtree


@dataclass(frozen=True, slots=True)
class OpenCounter:
    """A counter that is open, with the ticket it serves."""

    counter_id: str
    ticket_no: str | None
    since: int | None


@dataclass(frozen=True, slots=True)
class LiveMeeting:
    org: str
    conference_id: str
    title: str | None
    starts_at: int
    ends_at: int | None


class Announced(NamedTuple):
    """A meeting with the sites that were confirmed for it by hand."""

    meeting: AnnouncedMeeting
    confirmed: Mapping[SourceKey, SiteConfirmation]


@dataclass(frozen=True, slots=True)
class Facts:
    """Read together in one short transaction; `at` None means nothing was ever read."""

    at: int | None = None
    alerts: tuple[Alert, ...] = ()  # of no duty, as what is counted of them
    alert_counts: Mapping[tuple[str, AlertState, Severity], int] = field(default_factory=dict)  # by org too
    incidents: IncidentsNow = field(default_factory=IncidentsNow)
    duties: frozenset[str] = frozenset()  # the rules whose alerts are duties
    counters: Mapping[tuple[str, str], int] = field(default_factory=dict)
    desks: Mapping[int, tuple[OpenCounter, ...]] = field(default_factory=dict)
    meetings: tuple[LiveMeeting, ...] = ()
    announced: tuple[Announced, ...] = ()  # those that run, and those of the next hours, the earliest first
    dossiers: Mapping[str, Counts] = field(default_factory=dict)  # by receiving org, this year so far
    handled: Mapping[str, Counts] = field(default_factory=dict)  # the same by handling org, as of `handled_at`
    handled_at: int | None = None
    watermarks: Watermarks = field(default_factory=dict)  # of the sources of dossiers
    dossier_sources: SourcesByOrg = field(default_factory=SourcesByOrg)  # as of `handled_at`
    failing: tuple[ChannelStanding, ...] = ()  # the channels that do not deliver
    alerts_at: int | None = None  # when the engine behind the alerts last gave a sign of life
    alive: frozenset[str] = frozenset()
    maintained: frozenset[SourceKey] = frozenset()  # inside a window or a silence that means all of it
    maps: KeptMaps = NO_MAPS
    silent: Mapping[str, int] = field(default_factory=dict)  # what should be at work and is not: since when
    scenes: int = 0  # how often one was saved: a wall reads them again when this changes

    def role_alive(self, role: str) -> bool:
        return role in self.alive


def load(
    conn: Connection,
    world: World,
    now: int,
    before: Facts | None = None,
    *,
    duty_kinds: frozenset[str] = frozenset(),
) -> Facts:
    """Everything as the database has it; `now` in epoch ms. Of `before` stays what need not be counted each second.

    `duty_kinds`: the kinds of rule that find nothing but duties.
    """
    before = before or Facts()
    by_import = imported(conn)
    until, beats = watermarks(world, by_import, now), pulses(conn, now)
    handled, handled_at, sources_of = _handled(conn, world, until, now, before)
    return Facts(
        at=now,
        **alerting(conn, world, now, before, duty_kinds),
        counters={(row.name, row.label): row.n for row in conn.execute(sa.select(counter))},
        desks=_desks(conn, world, now),
        meetings=_meetings(conn, now),
        announced=tuple(
            Announced(one, confirmations(conn, one)) for one in between(conn, now, now + ANNOUNCED_MS)[:MOST_ANNOUNCED]
        ),
        dossiers=_dossiers(conn, world, until, now, Side.RECEIVING),
        handled=handled,
        handled_at=handled_at,
        watermarks=until,
        dossier_sources=SourcesByOrg(frozenset(by_import), sources_of),
        failing=tuple(one for one in reach.standings(conn) if one.state is ChannelState.FAILING),
        alerts_at=next((pulse.at for pulse in beats if pulse.role == "alerts"), None),
        alive=frozenset(pulse.role for pulse in beats if pulse.alive),
        maintained=mutes.load(conn, windows.in_force(conn), world.inventory, now).in_maintenance(),
        maps=maps.load(conn, before.maps),
        silent=_silent(beats, now, before),
        scenes=documents.count(conn, SCENES),
    )


def alerting(conn: Connection, world: World, now: int, before: Facts, duty_kinds: frozenset[str]) -> dict[str, Any]:
    """The part of it that is about alerts, which a screen has to know at once."""
    duty_rules = duties.duty_rules(conn, duty_kinds)
    return {
        "alerts": tuple(queries.shown(conn, _EVERYTHING, without=duty_rules)),
        "alert_counts": queries.counts(conn, _EVERYTHING, (*queries.SHOWN, *MUTED), without=duty_rules),
        "incidents": standing.load(conn, world.inventory, now, before.incidents),
        "duties": duty_rules,
    }


def _silent(beats: list[Pulse], now: int, before: Facts) -> dict[str, int]:
    """A role since it was last heard; the delivery of alerts since its trouble was seen."""
    found = {pulse.role: pulse.at for pulse in beats if pulse.role in WATCHED and not pulse.alive}
    stuck = any(pulse.role == "alerts" and pulse.alive and "stuck" in pulse.detail for pulse in beats)
    return found | ({DELIVERY: before.silent.get(DELIVERY, now)} if stuck else {})


def _desks(conn: Connection, world: World, now: int) -> dict[int, tuple[OpenCounter, ...]]:
    """The open ones; a ticket of yesterday is nobody's who is served now."""
    inventory = world.inventory
    began = {
        source.id: midnight(now, inventory.tz(key)) for key, source in inventory.sources.items() if key.kind == "queue"
    }
    rows = sa.select(desk).where(sa.or_(desk.c.opened_at > now - _DESK_MS, desk.c.ticket_at > now - _DESK_MS))
    found: dict[int, tuple[OpenCounter, ...]] = {}
    for row in conn.execute(rows.order_by(desk.c.source_id, desk.c.counter_id)):
        day_began = began.get(row.source_id)
        if day_began is None or not is_open(row, day_began):
            continue
        serving = row.ticket_at is not None and row.ticket_at >= day_began
        one = OpenCounter(row.counter_id, *((row.ticket_no, row.ticket_at) if serving else (None, None)))
        found[row.source_id] = (*found.get(row.source_id, ()), one)
    return found


def _meetings(conn: Connection, now: int) -> tuple[LiveMeeting, ...]:
    t = conference.c
    running = sa.and_(t.cancelled_at.is_(None), t.starts_at <= now, sa.or_(t.ends_at.is_(None), t.ends_at > now))
    rows = sa.select(t.org, t.conference_id, t.title, t.starts_at, t.ends_at).where(running)
    return tuple(LiveMeeting(*row) for row in conn.execute(rows))


def _handled(
    conn: Connection, world: World, until: Watermarks, now: int, before: Facts
) -> tuple[Mapping[str, Counts], int, Mapping[str, frozenset[int]]]:
    if before.handled_at is not None and 0 <= now - before.handled_at < HANDLED_EVERY_MS:
        return before.handled, before.handled_at, before.dossier_sources.by_org
    return _dossiers(conn, world, until, now, Side.HANDLING), now, sources_by_org(conn).by_org


def _dossiers(conn: Connection, world: World, until: Watermarks, now: int, side: Side) -> dict[str, Counts]:
    if not until:
        return {}
    return by_org(conn, Question(until, year_start(world.inventory.orgs, now), now, now, side=side))
