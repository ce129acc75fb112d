"""What is told of incidents in one tick: what was told before is read at once, what is new is written at once.

A destination is told anew of an incident when it has not been told yet, or not since the last all-clear; when it grows
graver; and when its cause turns out to be another. Else the message it has stands for the alert too. It is told the end
once: when all it was told of is over, or the cause it was told of is and only other things are left.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from alerts.delivery.groups import ANNOUNCED, AlertSummary
from alerts.delivery.routing import Destination
from alerts.model import ANNOUNCEMENTS, WORST_FIRST, Alert, DropReason, Incident, NotificationState, NotificationType
from alerts.people.climbs import ClimbsAtHand
from ioc.core.model import Severity
from ioc.platform.db.bulk import slices
from ioc.platform.db.tables import notification, notification_alert

Address = tuple[str, str, str]  # receiver, channel, address
Reason = Mapping[str, Any]  # why one gets it: columns route, escalation, step, rota, fallback, put_back


@dataclass(slots=True)
class IncidentMessage:
    """A notification about an incident, written (`id`) or to be; `alerts` are those it stands for."""

    what: NotificationType
    state: NotificationState
    to: Destination
    severity: Severity
    payload: Mapping[str, Any]
    alerts: set[int]
    id: int | None = None
    release_at: int = 0
    reason: Reason = field(default_factory=dict)
    receipt: str | None = None
    linked: set[int] = field(default_factory=set)
    unlinked: set[int] = field(default_factory=set)
    changed: bool = False
    sooner: bool = False
    was: NotificationState = field(init=False)

    def __post_init__(self) -> None:
        self.was = self.state

    @property
    def held(self) -> bool:
        return self.state is NotificationState.HELD

    @property
    def lines(self) -> Sequence[AlertSummary]:
        found: Sequence[AlertSummary] = self.payload["lines"]
        return found

    def stand_for(self, alert_id: int) -> None:
        if alert_id not in self.alerts:
            self.alerts.add(alert_id)
            self.linked.add(alert_id)

    def say(self, facts: AlertSummary, severity: Severity, cause: str) -> None:
        """One line more, or a newer one of the same alert."""
        lines = [line for line in self.lines if line["alert"] != facts["alert"]]
        self.payload = {**self.payload, "lines": [*lines, facts], "cause": cause}
        self.severity = min(self.severity, severity, key=WORST_FIRST.__getitem__)
        self.changed = True
        self.stand_for(facts["alert"])

    def hurry(self, release_at: int) -> None:
        """What is graver than what waits for the end of quiet hours takes that along."""
        if release_at < self.release_at:
            self.release_at, self.sooner = release_at, True

    def leave_out(self, alert_id: int) -> None:
        self.payload = {**self.payload, "lines": [line for line in self.lines if line["alert"] != alert_id]}
        self.alerts.discard(alert_id)
        self.linked.discard(alert_id)
        self.unlinked.add(alert_id)
        self.changed = True


@dataclass(slots=True)
class Telling:
    """The messages of some incidents inside one transaction."""

    now: int
    incidents: Mapping[int, Incident]
    climbs: ClimbsAtHand = field(default_factory=ClimbsAtHand)
    _told: dict[int, dict[Address, list[IncidentMessage]]] = field(default_factory=dict)  # by incident
    dropped: list[DropReason] = field(default_factory=list)

    @classmethod
    def of(cls, conn: Connection, incidents: Iterable[Incident], now: int) -> "Telling":
        """With all that was told of them before."""
        by_id = {incident.id: incident for incident in incidents}
        telling = cls(now, by_id, ClimbsAtHand.of_incidents(conn, by_id))
        numbers = sorted(telling.incidents)
        for some in slices(numbers):
            links = _links(conn, some)
            for row in conn.execute(_of_incidents(some)).mappings():
                telling._keep(row["incident_id"], _read(row, links.get(row["id"], set())))
        return telling

    def announce(
        self,
        event: NotificationType,
        incident_id: int,
        destination: Destination,
        facts: AlertSummary,
        wait_s: float,
        *,
        again: bool = False,
        reason: Reason | None = None,
    ) -> bool:
        """Tell a destination of an alert; False where what it was told of the incident stands for it, not `again`."""
        told = self._told.get(incident_id, {}).get(_address(destination), [])
        severity, incident = Severity(facts["severity"]), self.incidents[incident_id]
        group = next((one for one in told if one.what is event and one.held), None)
        if group is not None:
            group.say(facts, severity, str(incident.subject))
            group.hurry(self.now + round(wait_s * 1000))
            return True
        standing = _standing(told)
        if event is NotificationType.FIRING and not again and not _is_news(incident, standing, facts):
            last = standing[-1]
            if last.state is NotificationState.WAITING:
                last.say(facts, severity, _cause(told))
            else:
                last.stand_for(facts["alert"])
            return False
        self._begin(event, incident, destination, facts, severity, wait_s, reason or {})
        return True

    def knows(self, incident_id: int, destination: Destination) -> bool:
        """True where a destination was told of an incident, and not of its end since; what is held is yet to come."""
        return bool(_standing(self._told.get(incident_id, {}).get(_address(destination), [])))

    def all_clear(
        self, incident_id: int, alerts: Sequence[Alert], facts_of: Callable[[Alert], AlertSummary], wait_s: float
    ) -> None:
        """Tell each destination the end of what it was told of, once what it was told as the cause is over."""
        by_id = {alert.id: alert for alert in alerts}
        for told in self._told.get(incident_id, {}).values():
            left = _left(told) & by_id.keys()
            over = sorted(number for number in left if not by_id[number].followed)
            standing = [by_id[number] for number in left if by_id[number].followed]
            if not over or any(str(alert.subject) == _cause(told) for alert in standing):
                continue
            for number in over:
                self._clear(incident_id, told, facts_of(by_id[number]), wait_s, len(standing))

    def told_to(self, incident_id: int) -> list[Destination]:
        """Each destination that got an announcement, or will get it."""
        found = self._told.get(incident_id, {}).values()
        return [told[-1].to for told in found if any(_announces(one) for one in told)]

    def _clear(
        self, incident_id: int, told: list[IncidentMessage], facts: AlertSummary, wait_s: float, left: int
    ) -> None:
        end, severity = NotificationType.RESOLVED, Severity(facts["severity"])
        group = next((one for one in told if one.what is end and one.held), None)
        if group is None:
            group = self._begin(end, self.incidents[incident_id], told[-1].to, facts, severity, wait_s, {})
        else:
            group.say(facts, severity, _cause(told))
        group.payload = {**group.payload, "left": left}

    def withdraw(self, incident_id: int, alert_id: int, reason: DropReason) -> None:
        """Take an alert out of the announcements that may still grow; one that says nothing any more is dropped."""
        for one in self._all(incident_id):
            if one.held and one.what in ANNOUNCEMENTS and any(line["alert"] == alert_id for line in one.lines):
                one.leave_out(alert_id)
                if not one.lines:
                    one.state, one.receipt = NotificationState.DROPPED, reason
                    self.dropped.append(reason)

    def detail(self, incident_id: int, alert_id: int | None, **facts: Any) -> None:
        """Say this too of an alert, wherever a message about it may still grow."""
        for one in self._all(incident_id):
            line = next((line for line in one.lines if line["alert"] == alert_id), None)
            if one.held and line is not None and line != {**line, **facts}:
                lines = [{**each, **facts} if each is line else each for each in one.lines]
                one.payload, one.changed = {**one.payload, "lines": lines}, True

    def write(self, conn: Connection) -> None:
        """All that was decided, a statement of each sort."""
        self.climbs.write(conn)
        messages = [(number, one) for number in self._told for one in self._all(number)]
        begun = [(number, one) for number, one in messages if one.id is None and one.lines]
        if begun:
            query = sa.insert(notification).returning(notification.c.id, sort_by_parameter_order=True)
            keys = conn.execute(query, [_row(number, one, self.now) for number, one in begun]).scalars().all()
            for (_, one), key in zip(begun, keys, strict=True):
                one.id = key
        written = [one for _, one in messages if one.id is not None]
        changed = [_changes(one) for one in written if one.changed]
        if changed:
            conn.execute(_UPDATE, changed)
        sooner = [{"b_id": one.id, "b_release_at": one.release_at} for one in written if one.sooner]
        if sooner:
            conn.execute(_SOONER, sooner)
        gone = [{"b_message": one.id, "b_alert": number} for one in written for number in one.unlinked]
        if gone:
            conn.execute(_UNLINK, gone)
        links = [{"notification_id": one.id, "alert_id": number} for one in written for number in sorted(one.linked)]
        if links:
            conn.execute(sa.insert(notification_alert), links)

    def _begin(
        self,
        event: NotificationType,
        incident: Incident,
        destination: Destination,
        facts: AlertSummary,
        severity: Severity,
        wait_s: float,
        reason: Reason,
    ) -> IncidentMessage:
        alert_id = facts["alert"]
        payload = {"lang": destination.lang, "lines": [facts], "cause": str(incident.subject), "incident": incident.id}
        release_at = self.now + round(wait_s * 1000)
        one = IncidentMessage(
            event, NotificationState.HELD, destination, severity, payload, {alert_id}, None, release_at, reason
        )
        one.linked.add(alert_id)
        self._keep(incident.id, one)
        return one

    def _keep(self, incident_id: int, one: IncidentMessage) -> None:
        self._told.setdefault(incident_id, {}).setdefault(_address(one.to), []).append(one)

    def _all(self, incident_id: int) -> Iterator[IncidentMessage]:
        for told in self._told.get(incident_id, {}).values():
            yield from told


def _address(to: Destination) -> Address:
    return to.receiver, to.channel, to.address


def _left(told: Sequence[IncidentMessage]) -> set[int]:
    """The alerts that a destination was told of and not yet of their end."""
    ended = {number for one in told if one.what is NotificationType.RESOLVED for number in one.alerts}
    return {number for one in told if _announces(one) for number in one.alerts} - ended


def _cause(told: Sequence[IncidentMessage]) -> str:
    """What a destination was told last as the cause."""
    return next((str(one.payload.get("cause", "")) for one in reversed(told) if _announces(one)), "")


def _announces(one: IncidentMessage) -> bool:
    return one.what in ANNOUNCEMENTS and one.state in ANNOUNCED


def _standing(told: Sequence[IncidentMessage]) -> list[IncidentMessage]:
    """What was announced to a destination since its last all-clear."""
    ends = [place for place, one in enumerate(told) if one.what is NotificationType.RESOLVED]
    return [one for one in told[ends[-1] + 1 if ends else 0 :] if _announces(one)]


def _is_news(incident: Incident, standing: Sequence[IncidentMessage], facts: AlertSummary) -> bool:
    if not standing:
        return True
    if WORST_FIRST[Severity(facts["severity"])] < min(WORST_FIRST[one.severity] for one in standing):
        return True
    return facts["alert"] == incident.cause_alert and standing[-1].payload.get("cause") != str(incident.subject)


def _of_incidents(ids: Collection[int]) -> sa.Select[Any]:
    """Announcements that went, may go, or may still grow, and every all-clear."""
    may_arrive = notification.c.state.in_((NotificationState.HELD, *ANNOUNCED))
    announced = sa.and_(notification.c.what.in_(ANNOUNCEMENTS), may_arrive)
    wanted = sa.or_(announced, notification.c.what == NotificationType.RESOLVED)
    return sa.select(notification).where(notification.c.incident_id.in_(ids), wanted).order_by(notification.c.id)


def _links(conn: Connection, ids: Collection[int]) -> dict[int, set[int]]:
    pair = notification_alert.c
    query = (
        sa.select(pair.notification_id, pair.alert_id)
        .join(notification, notification.c.id == pair.notification_id)
        .where(notification.c.incident_id.in_(ids))
    )
    links: dict[int, set[int]] = {}
    for message, number in conn.execute(query):
        links.setdefault(message, set()).add(number)
    return links


def _read(row: RowMapping, alerts: set[int]) -> IncidentMessage:
    return IncidentMessage(
        NotificationType(row["what"]),
        NotificationState(row["state"]),
        Destination(row["receiver"], row["channel"], row["address"], row["payload"]["lang"]),
        Severity(row["severity"]),
        row["payload"],
        alerts,
        row["id"],
        row["next_try_at"],
    )


def _row(incident_id: int, one: IncidentMessage, now: int) -> dict[str, Any]:
    nothing = dict.fromkeys(("route", "escalation", "step", "rota", "fallback", "put_back"))
    return {
        **nothing,
        **one.reason,
        "ref": uuid.uuid4().hex,
        "receiver": one.to.receiver,
        "channel": one.to.channel,
        "address": one.to.address,
        "what": one.what,
        "subject": f"incident/{incident_id}",
        "incident_id": incident_id,
        "severity": one.severity,
        "payload": one.payload,
        "state": NotificationState.HELD,
        "created_at": now,
        "next_try_at": one.release_at,
    }


def _changes(one: IncidentMessage) -> dict[str, Any]:
    return {
        "b_id": one.id,
        "b_was": one.was,
        "b_payload": one.payload,
        "b_severity": one.severity,
        "b_state": one.state,
        "b_receipt": one.receipt,
    }


_UPDATE = (
    sa.update(notification)
    .where(notification.c.id == sa.bindparam("b_id"), notification.c.state == sa.bindparam("b_was"))
    .values({name: sa.bindparam(f"b_{name}") for name in ("payload", "severity", "state", "receipt")})
)
_SOONER = (
    sa.update(notification)
    .where(notification.c.id == sa.bindparam("b_id"), notification.c.state == NotificationState.HELD)
    .values(next_try_at=sa.bindparam("b_release_at"))
)
_UNLINK = sa.delete(notification_alert).where(
    notification_alert.c.notification_id == sa.bindparam("b_message"),
    notification_alert.c.alert_id == sa.bindparam("b_alert"),
)
