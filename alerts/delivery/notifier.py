"""Queues notifications, in the transaction of the transition that causes them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.engine import Connection

from alerts import drills
from alerts.delivery import groups, releasing
from alerts.delivery.climbing import Climber, IsDue, is_to_move
from alerts.delivery.digest import Digest
from alerts.delivery.groups import AlertSummary
from alerts.delivery.independence import ChannelOrder, Independence
from alerts.delivery.routing import Destination, Router, as_given
from alerts.delivery.steps import StepTeller
from alerts.delivery.telling import Telling
from alerts.incidents.repository import StandingIncident
from alerts.model import Alert, DropReason, Incident, NotificationState, NotificationType
from alerts.people.climbs import Standing
from alerts.repository import count_drop, owe
from ioc.core.model import SourceKey
from ioc.domain.inventory import Inventory
from ioc.domain.inventory.naming import above
from ioc.platform.db import Database

RESOLVED_WAIT_S = 2.0


@dataclass(slots=True)
class Notifier:
    """Puts notifications into groups: one a receiver, channel and incident, open for a short wait."""

    db: Database
    router: Router
    group_wait_s: float
    owner_rules: frozenset[str] = frozenset()  # rules whose alerts are the business of the source's owner
    digest_rules: frozenset[str] = frozenset()
    digest: Digest | None = None
    independence: Independence | None = None
    leaders: Sequence[str] = ()

    def use(self, router: Router, owner_rules: frozenset[str], digest_rules: frozenset[str] = frozenset()) -> None:
        """From now on these."""
        self.router, self.owner_rules, self.digest_rules = router, owner_rules, digest_rules

    def telling(self, conn: Connection, incidents: Iterable[Incident], now: int) -> Telling:
        """What was told of these incidents, to which `firing` and `ended` add; `Telling.write` ends it."""
        return Telling.of(conn, incidents, now)

    def firing(
        self, conn: Connection, telling: Telling, inventory: Inventory, alert: Alert, *, again: bool = False
    ) -> None:
        """Tell whom the routes lead to, as far as their ladders have come, unless they know; `again`: also who knows.

        Where nobody is told the reason is counted.
        """
        if alert.incident_id is None:
            return
        ladders = self.router.ladders(inventory, alert, telling.now, self._owner(inventory, alert))
        if not ladders:
            count_drop(self.db, conn, DropReason.NO_ROUTE)
        climber = self._climber(conn, telling, inventory)
        for ladder in ladders:
            climber.fired(ladder, alert, alert.incident_id, again=again)
        self._count(conn, climber.dropped)

    def due(self, inventory: Inventory, standing: Iterable[Standing], now: int, is_due: IsDue) -> set[int]:
        """The incidents with a ladder on which something is due, or that rests from now on, or no more."""
        return {
            each.climb.incident_id
            for each in standing
            if (ladder := self.router.ladder(each.climb.route)) is None
            or not each.open
            or is_to_move(each, ladder, inventory, now, is_due)
        }

    def advance(
        self,
        conn: Connection,
        telling: Telling,
        inventory: Inventory,
        standing: Sequence[StandingIncident],
        is_due: IsDue,
    ) -> None:
        """Every ladder of these incidents follows their alerts; the steps that are due are told."""
        climber = self._climber(conn, telling, inventory)
        climber.advance(standing, is_due)
        self._count(conn, climber.dropped)

    def louder(self, conn: Connection, telling: Telling, inventory: Inventory, alert: Alert) -> None:
        """An acknowledgement has run out and the trouble is still there: everybody who was told is told again."""
        if alert.incident_id is None:
            return
        if not self._climber(conn, telling, inventory).again(alert, alert.incident_id):
            self._again(conn, telling, inventory, alert, telling.told_to(alert.incident_id))

    def remind(self, conn: Connection, telling: Telling, inventory: Inventory, alert: Alert) -> None:
        """A person asked that its owner be told again; one without an address leaves it to who was told already."""
        own = None
        if self.router.knows(alert.owner):
            own = self.router.destinations(inventory, alert, telling.now, alert.owner)
        if own:
            self._again(conn, telling, inventory, alert, own)
        else:
            self.louder(conn, telling, inventory, alert)

    def escalate(self, conn: Connection, telling: Telling, inventory: Inventory, alert: Alert) -> None:
        """A person reports it to the leaders, over every channel that reaches them."""
        destinations = self.router.reaching(self.leaders, inventory, telling.now)
        self._again(conn, telling, inventory, alert, destinations, NotificationType.ESCALATION)

    def ended(self, telling: Telling, inventory: Inventory, incident_id: int, alerts: Sequence[Alert]) -> None:
        """The end goes to each destination of the announcement; one that still waits in its group is dropped."""
        for alert in alerts:
            if not alert.followed:
                telling.withdraw(incident_id, alert.id, DropReason.RESOLVED_BEFORE_SENT)
        wait_s = min(RESOLVED_WAIT_S, self.group_wait_s / 2)
        telling.all_clear(incident_id, alerts, lambda alert: summary(inventory, alert), wait_s)

    def write(self, conn: Connection, telling: Telling) -> None:
        telling.write(conn)
        self._count(conn, telling.dropped)

    def _again(
        self,
        conn: Connection,
        telling: Telling,
        inventory: Inventory,
        alert: Alert,
        destinations: list[Destination],
        event: NotificationType = NotificationType.REMINDER,
    ) -> None:
        if alert.incident_id is None:
            return
        if not destinations:
            count_drop(self.db, conn, DropReason.NO_ROUTE)
        facts = summary(inventory, alert)
        for destination in destinations:
            telling.announce(event, alert.incident_id, destination, facts, 0.0)

    def digest_is_due(self, conn: Connection, inventory: Inventory, now: int) -> bool:
        return self.digest is not None and self.digest.is_due(conn, inventory, now)

    def tell_digest(self, conn: Connection, inventory: Inventory, alerts: Iterable[Alert], now: int) -> None:
        """What is open of the rules that the daily digest is about."""
        if self.digest is not None:
            wanted = [alert for alert in alerts if alert.rule in self.digest_rules]
            self.digest.queue(conn, self.router, inventory, wanted, partial(summary, inventory), now)

    def release(self, conn: Connection, group_ids: Sequence[int], now: int) -> None:
        """Close groups; from here on the outbox delivers them."""
        people = self.router.directory.receivers
        per_hour = {name: person.per_hour for name, person in people.items() if person.per_hour is not None}
        quiet = {name: person.quiet for name, person in people.items() if person.quiet is not None}
        self._count(conn, releasing.drop_taken(conn, group_ids, now))
        releasing.release(conn, releasing.put_off(conn, group_ids, quiet, now), per_hour, now)

    def mute(self, conn: Connection, alert_id: int) -> None:
        """Take an alert out of every message that nobody has begun to send."""
        self.withdraw(conn, alert_id, DropReason.SUPPRESSED, groups.UNSENT)

    def withdraw(
        self,
        conn: Connection,
        alert_id: int,
        reason: DropReason,
        states: tuple[NotificationState, ...] = (NotificationState.HELD,),
    ) -> None:
        """Take an alert out of the groups that are still open; a group without alerts is dropped."""
        for group in groups.announcements(conn, alert_id, states):
            summaries = [each for each in group["payload"]["lines"] if each["alert"] != alert_id]
            if not summaries:
                if groups.update(conn, group, state=NotificationState.DROPPED, receipt=reason):
                    count_drop(self.db, conn, reason)
                    owe(conn, groups.others_of(conn, group["id"], alert_id))
            elif groups.update(conn, group, payload={**group["payload"], "lines": summaries}):
                groups.unlink(conn, group["id"], alert_id)

    def _climber(self, conn: Connection, telling: Telling, inventory: Inventory) -> Climber:
        def order(chain: Sequence[str], about: str) -> ChannelOrder:
            return as_given(chain, about) if self.independence is None else self.independence.order(conn, chain, about)

        return Climber(
            conn, StepTeller(telling, inventory, self.router, partial(summary, inventory), self.group_wait_s, order)
        )

    def _count(self, conn: Connection, reasons: Iterable[DropReason]) -> None:
        for reason, n in Counter(reasons).items():
            count_drop(self.db, conn, reason, n)

    def _owner(self, inventory: Inventory, alert: Alert) -> str | None:
        source = inventory.sources.get(alert.subject) if isinstance(alert.subject, SourceKey) else None
        return source.owner if source is not None and alert.rule in self.owner_rules else None


def summary(inventory: Inventory, alert: Alert) -> AlertSummary:
    """The keys and names of an alert that a notification keeps; nothing about persons."""
    org = inventory.orgs.by_code.get(alert.org)
    subject = alert.subject
    source = inventory.sources.get(subject) if isinstance(subject, SourceKey) else None
    return {
        "alert": alert.id,
        "severity": alert.severity,
        "title": alert.title,
        "params": dict(alert.params),
        "since": alert.since,
        "ended": alert.ended_at,
        "org": alert.org,
        "org_name": org.name if org else alert.org,
        "parent_name": above(inventory.orgs, alert.org) or "",
        "subject": str(subject),
        "name": source.name if source else "",
        "tz": str(inventory.orgs.tz(alert.org)),
        "simulated": alert.simulated,
        "flapping": None if alert.flapping_since is None else alert.flaps + 1,
        "drill": alert.rule == drills.RULE.id,
    }
