"""Queues notifications, in the transaction of the transition that causes them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from alerts import drills
from alerts.delivery import groups
from alerts.delivery.groups import AlertSummary
from alerts.delivery.routing import Destination, Router
from alerts.delivery.telling import Telling
from alerts.model import Alert, DropReason, Incident, NotificationState, NotificationType
from alerts.repository import count_drop
from ioc.core.model import SourceKey
from ioc.domain.inventory import Inventory, Org, OrgTree
from ioc.platform.db import Database

RESOLVED_WAIT_S = 2.0


@dataclass(slots=True)
class Notifier:
    """Puts notifications into groups: one a receiver, channel and incident, open for a short wait."""

    db: Database
    router: Router
    group_wait_s: float
    owner_rules: frozenset[str] = frozenset()  # rules whose alerts are the business of the source's owner

    def use(self, router: Router, owner_rules: frozenset[str]) -> None:
        """From now on these."""
        self.router, self.owner_rules = router, owner_rules

    def telling(self, conn: Connection, incidents: Iterable[Incident], now: int) -> Telling:
        """What was told of these incidents, to which `firing` and `ended` add; `Telling.write` ends it."""
        return Telling.of(conn, incidents, now)

    def firing(
        self, conn: Connection, telling: Telling, inventory: Inventory, alert: Alert, *, again: bool = False
    ) -> None:
        """Tell every address the routes name, unless it knows; where there is none the reason is counted.

        `again`: tell also who knows.
        """
        if alert.incident_id is None:
            return
        destinations = self.router.destinations(
            inventory.orgs, alert.org, alert.severity, self._owner(inventory, alert)
        )
        if not destinations:
            count_drop(self.db, conn, DropReason.NO_ROUTE if destinations is None else DropReason.NO_ADDRESS)
        facts = summary(inventory, alert)
        for destination in destinations or ():
            telling.announce(
                NotificationType.FIRING, alert.incident_id, destination, facts, self.group_wait_s, again=again
            )

    def louder(self, conn: Connection, telling: Telling, inventory: Inventory, alert: Alert) -> None:
        """An acknowledgement has run out and the trouble is still there: everybody who was told is told again."""
        self._again(conn, telling, inventory, alert, self._told(telling, inventory, alert))

    def remind(self, conn: Connection, telling: Telling, inventory: Inventory, alert: Alert) -> None:
        """A person asked that its owner be told again; one without an address leaves it to who was told already."""
        own = None
        if self.router.knows(alert.owner):
            own = self.router.destinations(inventory.orgs, alert.org, alert.severity, alert.owner)
        self._again(conn, telling, inventory, alert, own or self._told(telling, inventory, alert))

    def ended(self, telling: Telling, inventory: Inventory, incident_id: int, alerts: Sequence[Alert]) -> None:
        """The end goes to each destination of the announcement; one that still waits in its group is dropped."""
        for alert in alerts:
            if not alert.followed:
                telling.withdraw(incident_id, alert.id, DropReason.RESOLVED_BEFORE_SENT)
        wait_s = min(RESOLVED_WAIT_S, self.group_wait_s / 2)
        telling.all_clear(incident_id, alerts, lambda alert: summary(inventory, alert), wait_s)

    def write(self, conn: Connection, telling: Telling) -> None:
        telling.write(conn)
        for reason in telling.dropped:
            count_drop(self.db, conn, reason)

    def _told(self, telling: Telling, inventory: Inventory, alert: Alert) -> list[Destination]:
        """Who was told, or who would be now."""
        told = [] if alert.incident_id is None else telling.told_to(alert.incident_id)
        routed = self.router.destinations(inventory.orgs, alert.org, alert.severity, self._owner(inventory, alert))
        return told or routed or []

    def _again(
        self, conn: Connection, telling: Telling, inventory: Inventory, alert: Alert, destinations: list[Destination]
    ) -> None:
        if alert.incident_id is None:
            return
        if not destinations:
            count_drop(self.db, conn, DropReason.NO_ROUTE)
        facts = summary(inventory, alert)
        for destination in destinations:
            telling.announce(NotificationType.REMINDER, alert.incident_id, destination, facts, 0.0)

    def mute(self, conn: Connection, alert_id: int) -> None:
        """Take an alert out of every message that nobody has begun to send."""
        self.withdraw(conn, alert_id, DropReason.SUPPRESSED, (NotificationState.HELD, NotificationState.WAITING))

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
            elif groups.update(conn, group, payload={**group["payload"], "lines": summaries}):
                groups.unlink(conn, group["id"], alert_id)

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
        "parent_name": _above(inventory.orgs, org),
        "subject": str(subject),
        "name": source.name if source else "",
        "tz": str(inventory.orgs.tz(alert.org)),
        "simulated": alert.simulated,
        "flapping": None if alert.flapping_since is None else alert.flaps + 1,
        "drill": alert.rule == drills.RULE.id,
    }


def _above(orgs: OrgTree, org: Org | None) -> str:
    """The name of the org one up, which tells communes of one name apart; the root goes without saying."""
    above = orgs.by_code.get(org.parent) if org is not None and org.parent is not None else None
    return above.name if above is not None and above.parent is not None else ""
