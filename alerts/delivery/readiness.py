"""Readiness: who would be told if something broke now, whether it could reach them, and when nobody will be there."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from alerts.delivery.routing import Router
from alerts.model import Alert, AlertState, ChannelState
from alerts.people.directory import Directory
from alerts.people.ladder import Ladder, LadderStep
from ioc.config.book import Book
from ioc.core.model import Severity
from ioc.domain.inventory import Inventory, Scope
from ioc.platform.db.tables import channel_health

AHEAD_MS = 7 * 86_400_000
TOLD_OF = (Severity.CRITICAL, Severity.WARNING)


class Obstacle(StrEnum):
    """Why a receiver could not be told now."""

    NOBODY = "nobody_on_duty"
    NO_ADDRESS = "no_address"
    CHANNEL_FAILING = "channel_failing"


class ReadyLine(NamedTuple):
    """One receiver of one step; `persons` are those it means now, `kinds` the sources whose alerts go this way."""

    route: str
    step: int
    after_min: float
    receiver: str
    persons: tuple[str, ...]
    channels: tuple[str, ...]
    obstacle: Obstacle | None
    kinds: tuple[str, ...]


class DutyGap(NamedTuple):
    """From `start` until `end` (epoch ms) a rota means nobody, or nobody who can be reached."""

    start: int
    end: int
    rota: str
    obstacle: Obstacle


@dataclass(frozen=True, slots=True)
class Readiness:
    """Of one org and severity; `uncovered` are the kinds of source there whose alerts no route takes."""

    org: str
    severity: Severity
    now: tuple[ReadyLine, ...]
    gaps: tuple[DutyGap, ...]
    uncovered: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Whatever breaks, somebody would be told."""
        kinds = {kind for line in self.now for kind in line.kinds}
        reached = {kind for line in self.now if line.obstacle is None for kind in line.kinds}
        return not self.uncovered and kinds == reached


def failing_channels(conn: Connection) -> frozenset[str]:
    c = channel_health.c
    return frozenset(conn.scalars(sa.select(c.channel).where(c.state == ChannelState.FAILING)))


@dataclass(frozen=True, slots=True)
class Survey:
    """Asks a router, with the channels that are failing now."""

    router: Router
    address_of: Mapping[str, str]
    inventory: Inventory
    failing: Collection[str]
    now: int
    _known: dict[tuple[str, frozenset[str]], tuple[DutyGap, ...]] = field(default_factory=dict)

    def of(self, scope: Scope, severities: Iterable[Severity] = TOLD_OF) -> Iterator[Readiness]:
        """Every living org of a scope by severity, in the order of the tree."""
        kinds = self._kinds()
        for org in self.inventory.orgs.living():
            if org.code in scope:
                yield from (self.one(org.code, severity, kinds.get(org.code, ())) for severity in severities)

    def one(self, org: str, severity: Severity, kinds: Collection[str]) -> Readiness:
        ladders = {kind: self._ladders(org, kind, severity) for kind in ("", *kinds)}
        lines = self._lines(ladders)
        rotas = {rota for line in lines for rota in rotas_behind(self.router.directory, [line.receiver])}
        gaps = sorted(gap for rota in rotas for gap in self._gaps(rota, _channels_of(lines)))
        uncovered = tuple(kind for kind, found in ladders.items() if not found)
        return Readiness(org, severity, tuple(lines), tuple(gaps), uncovered)

    def _kinds(self) -> dict[str, list[str]]:
        found: dict[str, set[str]] = {}
        for key, source in self.inventory.sources.items():
            if source.counts:
                found.setdefault(key.org, set()).add(key.kind)
        return {org: sorted(kinds) for org, kinds in found.items()}

    def _ladders(self, org: str, kind: str, severity: Severity) -> list[Ladder]:
        return self.router.ladders(self.inventory, _thought_up(org, kind or None, severity, self.now), self.now)

    def _lines(self, ladders: Mapping[str, list[Ladder]]) -> list[ReadyLine]:
        by_route: dict[str, tuple[Ladder, list[str]]] = {}
        for kind, found in ladders.items():
            for ladder in found:
                by_route.setdefault(ladder.route, (ladder, []))[1].append(kind)
        return [
            self._line(ladder, number, step, receiver, tuple(kinds))
            for ladder, kinds in by_route.values()
            for number, step in enumerate(ladder.steps, 1)
            for receiver in step.receivers
        ]

    def _line(self, ladder: Ladder, number: int, step: LadderStep, receiver: str, kinds: tuple[str, ...]) -> ReadyLine:
        persons = [each.person for each in self.router.directory.persons([receiver], self.now, self.inventory)]
        channels = step.channels or step.fallback
        with_address = {
            channel for channel in channels for person in persons if _reaches(self.address_of, channel, person)
        }
        obstacle = None if with_address - set(self.failing) else Obstacle.CHANNEL_FAILING
        if not with_address:
            obstacle = Obstacle.NO_ADDRESS if persons else Obstacle.NOBODY
        names = tuple(person.name for person in persons)
        return ReadyLine(ladder.route, number, step.after_min, receiver, names, channels, obstacle, kinds)

    def _gaps(self, rota: str, channels: frozenset[str]) -> tuple[DutyGap, ...]:
        if (rota, channels) not in self._known:
            self._known[rota, channels] = tuple(self._looked_for(rota, channels))
        return self._known[rota, channels]

    def _looked_for(self, rota: str, channels: Collection[str]) -> Iterator[DutyGap]:
        directory, until = self.router.directory, self.now + AHEAD_MS
        for hole in directory.holes(rota, self.now, until, self.inventory):
            yield DutyGap(hole.start, hole.end, rota, Obstacle.NOBODY)
        plan, calendar = directory.plan(rota, self.inventory)
        for duty in plan.duties(self.now, until, calendar):
            persons = [each.person for each in directory.persons(duty.who, duty.start, self.inventory)]
            if not any(_reaches(self.address_of, channel, person) for channel in channels for person in persons):
                yield DutyGap(max(duty.start, self.now), duty.end, rota, Obstacle.NO_ADDRESS)


def rotas_behind(directory: Directory, names: Iterable[str]) -> set[str]:
    """The rotas that decide whom these names mean."""
    found: set[str] = set()
    passed: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name in passed:
            continue
        passed.add(name)
        if name in directory.rotas:
            found.add(name)
        elif name in directory.receivers:
            receiver = directory.receivers[name]
            pending += [*receiver.members, *filter(None, [receiver.rota])]
    return found


def lost(before: Iterable[Readiness], after: Iterable[Readiness]) -> list[Readiness]:
    """Where after a change nobody is told, now or some time ahead, who was told before it."""
    earlier = {(each.org, each.severity): each for each in before}
    pairs = [(earlier[each.org, each.severity], each) for each in after if (each.org, each.severity) in earlier]
    return [is_ for was, is_ in pairs if _is_worse(was, is_)]


def _is_worse(was: Readiness, is_: Readiness) -> bool:
    if was.ready and not is_.ready:
        return True
    return was.ready and not was.gaps and bool(is_.gaps)


def survey(
    book: Book,
    address_of: Mapping[str, str],
    inventory: Inventory,
    failing: Collection[str],
    now: int,
) -> Survey:
    return Survey(Router(book, address_of), address_of, inventory, failing, now)


def _channels_of(lines: Iterable[ReadyLine]) -> frozenset[str]:
    return frozenset(channel for line in lines for channel in line.channels)


def _reaches(address_of: Mapping[str, str], channel: str, person: object) -> bool:
    field = address_of.get(channel)
    return field == "channel" or (field is not None and bool(getattr(person, field)))


def _thought_up(org: str, kind: str | None, severity: Severity, now: int) -> Alert:
    """An alert that might be."""
    return Alert(
        id=0, fingerprint="", rule="", severity=severity, state=AlertState.FIRING, org=org, kind=kind, source=None,
        title="", params={}, since=now, fired_at=now, ended_at=None, hold_until=None, acknowledged_at=None,
        acknowledged_by=None, owner=None, due_at=None, flaps=0, simulated=False, open=True,
    )  # fmt: skip
