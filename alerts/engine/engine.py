"""One tick of alerting: findings become transitions and notifications, all of them or none."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.engine import Connection, RowMapping

from alerts import repository
from alerts.delivery import groups
from alerts.delivery.notifier import Notifier
from alerts.delivery.telling import Telling
from alerts.engine import cut_off
from alerts.engine.advancing import Advancing, AlertChange
from alerts.engine.book_in_force import BookInForce
from alerts.engine.damping import Damping
from alerts.engine.deduplication import duplicates
from alerts.engine.evaluator import Evaluation, Evaluator
from alerts.engine.sharper import Sharpness
from alerts.engine.state_machine import Observation, next_transition
from alerts.engine.timers import Timers
from alerts.incidents import repository as incidents
from alerts.incidents.repository import StandingIncident
from alerts.model import (
    ACTIVE,
    HELD,
    Alert,
    AlertState,
    Condition,
    Finding,
    IncidentState,
    NotificationType,
    RootCause,
    Subject,
    Transition,
)
from alerts.mutes.holder import silenced_by
from alerts.people import climbs
from alerts.people.ladder import Climb
from ioc.core.clock import Clock
from ioc.core.model import SourceKey
from ioc.domain.inventory import Inventory
from ioc.platform.db import Database
from ioc.platform.db.bulk import slices
from ioc.platform.lease import Lease

PART = 1_000  # transitions of one transaction: neither the lease nor the outbox waits long for it
REFRESH_S = 2.0  # figures of an open alert are written this often at most


_LOUD = (Transition.FIRED, Transition.WORSENED, Transition.UNSHELVED)
_JOINS = (*_LOUD, Transition.SUPPRESSED)


@dataclass(slots=True)
class AlertEngine:
    """Keeps nothing that the database does not hold, except how far its timers have run."""

    db: Database
    clock: Clock
    lease: Lease
    evaluator: Evaluator
    notifier: Notifier
    book: BookInForce
    startup_grace_s: float
    damping: Damping
    _holds: Timers = field(init=False)
    _terms: Timers = field(init=False)
    _groups: Timers = field(init=False)
    _ladders: Timers = field(init=False)
    _grace_until: float = field(init=False)
    _refreshed: dict[int, float] = field(default_factory=dict)
    _advancing: Advancing = field(init=False)

    def __post_init__(self) -> None:
        self._holds, self._terms = Timers(self.clock), Timers(self.clock)
        self._groups, self._ladders = Timers(self.clock), Timers(self.clock)
        self._advancing = Advancing(self.notifier, self.evaluator.rules, self.damping, self._hold_expired)
        self._grace_until = self.clock.monotonic() + self.startup_grace_s

    def tick(self) -> bool:
        """Evaluate, decide, write; True when anything changed."""
        self.book.look()
        evaluation = self.evaluator.evaluate()
        with self.db.read() as conn:
            open_alerts = repository.open_alerts(conn)
            due = self._due_groups(groups.open_groups(conn))
            climbing = self._climbing(conn, evaluation, open_alerts.values()) if evaluation else set()
            unsent = self._unsent(conn, open_alerts.values())
            digest = evaluation is not None and self._digest_is_due(conn, evaluation)
        changing = list(self._changing(evaluation, open_alerts)) if evaluation else []
        outdated = list(self._outdated(evaluation, open_alerts)) if evaluation else []
        owed = [alert for alert in open_alerts.values() if alert.owed is not None] if evaluation else []
        if not (changing or outdated or due or owed or climbing or unsent or digest):
            return False
        parts = [*slices(sorted(changing, key=_gravest_first), PART)] or [()]
        for part in parts[:-1]:
            with self.db.write() as conn:
                self.lease.check(conn)
                if evaluation:
                    self._write(conn, evaluation, self._advancing.advance(conn, evaluation.now, part), open_alerts)
            self.lease.keep()
        with self.db.write() as conn:
            self.lease.check(conn)
            for alert_id in unsent:
                self.notifier.mute(conn, alert_id)
            if evaluation:
                changes = self._advancing.advance(conn, evaluation.now, parts[-1])
                repository.refresh(conn, outdated)
                changes += self._advancing.hold_back(conn, evaluation, due, open_alerts.values())
                self._write(conn, evaluation, changes, open_alerts, owed, climbing)
                cut_off.bring_up_to_date(conn, self.notifier, evaluation, due)
                if digest:
                    self.notifier.tell_digest(conn, evaluation.inventory, open_alerts.values(), evaluation.now)
            self.notifier.release(conn, due, self.clock.now_ms())
        return True

    # --- deciding ----------------------------------------------------------------------------------------------------

    def _unsent(self, conn: Connection, open_alerts: Iterable[Alert]) -> set[int]:
        """What people mute and a message still speaks of, though nobody sends it now."""
        return groups.unsent_of_muted(conn) if any(alert.state in HELD for alert in open_alerts) else set()

    def _due_groups(self, groups: list[RowMapping]) -> list[int]:
        self._groups.retain({(row["id"], row["next_try_at"]) for row in groups})
        return [row["id"] for row in groups if self._groups.expired(tuple(row.values()), row["next_try_at"])]

    def _digest_is_due(self, conn: Connection, evaluation: Evaluation) -> bool:
        return self.notifier.digest_is_due(conn, evaluation.inventory, evaluation.now)

    def _climbing(self, conn: Connection, evaluation: Evaluation, open_alerts: Iterable[Alert]) -> set[int]:
        """The incidents with a ladder on which something is due, or that rests from now on, or no more."""
        standing = climbs.standing(conn, [alert for alert in open_alerts if alert.open])
        self._ladders.retain({(each.climb.id, each.climb.next_at) for each in standing})
        return self.notifier.due(evaluation.inventory, standing, evaluation.now, self._is_due)

    def _is_due(self, climb: Climb) -> bool:
        return climb.next_at is not None and self._ladders.expired((climb.id, climb.next_at), climb.next_at)

    def _changing(
        self, evaluation: Evaluation, open_alerts: dict[str, Alert]
    ) -> Iterator[tuple[Alert | None, Observation]]:
        """Alerts with a transition to make; one that stays as it is costs no transaction."""
        self._holds.retain(open_alerts.keys())
        self._terms.retain({term for alert in open_alerts.values() for term in self._terms_of(alert)})
        findings = evaluation.findings.by_fingerprint
        duplicated = duplicates(findings.values(), open_alerts, evaluation.inventory.orgs)
        sharpness, loud = Sharpness.of(findings.values()), set[str]()
        for name in sharpness.in_order([*open_alerts, *sorted(findings.keys() - open_alerts.keys())]):
            alert = open_alerts.get(name)
            observation = self._observe(evaluation, alert, findings.get(name), duplicate=name in duplicated)
            rule = sharpness.silenced_by(name, loud)
            if rule is not None:
                observation = replace(observation, holders=(*observation.holders, silenced_by(rule)))
            due = next_transition(alert, observation, self._hold_expired(alert))
            if self._will_be_loud(alert, due, observation):
                loud.add(name)
            if due is not None:
                yield alert, observation

    def _will_be_loud(self, alert: Alert | None, due: Transition | None, observation: Observation) -> bool:
        if due is Transition.RAISED and observation.finding is not None:
            return not observation.holders and not self.evaluator.rules.hold_s(observation.finding.rule)
        stays = due is None and alert is not None and alert.state in ACTIVE
        return stays or due in (*_LOUD, Transition.RELEASED, Transition.ACKNOWLEDGEMENT_ENDED)

    def _observe(
        self, evaluation: Evaluation, alert: Alert | None, finding: Finding | None, *, duplicate: bool
    ) -> Observation:
        if finding is None and alert is not None and alert.rule in evaluation.findings.failed:
            finding = Finding(alert.rule, alert.subject, Condition.UNKNOWN, alert.severity)
        about = finding or alert
        subject = about.subject if about else ""
        grace = self.clock.monotonic() < self._grace_until
        return Observation(
            finding,
            alive=about is not None and about.rule in self.evaluator.rules and _alive(evaluation.inventory, subject),
            holders=() if about is None else evaluation.holders(about),
            may_raise=not grace and (finding is None or finding.not_before <= evaluation.now),
            duplicate=duplicate,
            acknowledgement_over=alert is not None and self._term_over(alert, alert.acknowledged_until),
            shelf_over=alert is not None and self._term_over(alert, alert.shelved_until),
            calm_over=alert is not None and self._term_over(alert, self.damping.calm_until(alert)),
        )

    def _term_over(self, alert: Alert, until: int | None) -> bool:
        return until is not None and self._terms.expired((alert.id, until), until)

    def _terms_of(self, alert: Alert) -> Iterator[tuple[int, int]]:
        """The keys of the timers of what people set an end to, and of what has to stay well."""
        for until in (alert.acknowledged_until, alert.shelved_until, self.damping.calm_until(alert)):
            if until is not None:
                yield alert.id, until

    def _hold_expired(self, alert: Alert | None) -> bool:
        return alert is not None and self._holds.expired(alert.fingerprint, alert.hold_until or 0)

    def _outdated(self, evaluation: Evaluation, open_alerts: dict[str, Alert]) -> Iterator[tuple[Alert, Finding]]:
        """Open alerts whose text no longer says what was found."""
        now = self.clock.monotonic()
        ids = {alert.id for alert in open_alerts.values()}
        self._refreshed = {id_: at for id_, at in self._refreshed.items() if id_ in ids and now - at < REFRESH_S}
        for name, alert in open_alerts.items():
            finding = evaluation.findings.by_fingerprint.get(name)
            if finding is None or not finding.title or alert.id in self._refreshed:
                continue
            milder = finding.severity.rank < alert.severity.rank
            if milder or (finding.title, dict(finding.params)) != (alert.title, alert.params):
                self._refreshed[alert.id] = now
                yield alert, finding

    # --- writing, inside a transaction --------------------------------------------------------------------------------

    def _write(
        self,
        conn: Connection,
        evaluation: Evaluation,
        changes: Sequence[AlertChange],
        open_alerts: dict[str, Alert],
        owed: Sequence[Alert] = (),
        climbing: Collection[int] = (),
    ) -> None:
        """Each alert that fired, was held back or is asked for has its incident, each incident is told as it stands."""
        joining = [*(change.alert for change in changes if change.transition in _JOINS), *owed]
        new = {alert.id: alert for alert in joining if alert.incident_id is None}
        others = [alert for alert in open_alerts.values() if alert.open]
        homes = incidents.join(conn, new.values(), others, _causes(evaluation))
        moving = [*(change.alert for change in changes), *owed]
        touched = {*climbing, *(homes.get(alert.id, alert.incident_id) for alert in moving)}
        standing = incidents.refresh(conn, filter(None, touched), evaluation.now)
        incidents.close(conn, [each.incident.id for each in standing if each.incident.state is IncidentState.OVER])
        self._tell(conn, evaluation, changes, standing)
        open_alerts |= {alert.fingerprint: alert for each in standing for alert in each.alerts if alert.followed}

    def _tell(
        self,
        conn: Connection,
        evaluation: Evaluation,
        changes: Sequence[AlertChange],
        standing: Sequence[StandingIncident],
    ) -> None:
        """Tell what came of each alert, and of each incident what is over."""
        inventory = evaluation.inventory
        telling = self.notifier.telling(conn, [each.incident for each in standing], evaluation.now)
        last = {change.alert.id: change for change in changes}
        for each in standing:
            for alert in each.alerts:
                self._tell_of(conn, evaluation, telling, alert, last.get(alert.id))
            self.notifier.ended(telling, inventory, each.incident.id, each.alerts)
        self.notifier.advance(conn, telling, inventory, standing, self._is_due)
        cut_off.say(telling, evaluation)
        self.notifier.write(conn, telling)

    def _tell_of(
        self, conn: Connection, evaluation: Evaluation, telling: Telling, alert: Alert, change: AlertChange | None
    ) -> None:
        """What came of an alert in this tick, else what a person asked to be told of it."""
        loud = change is not None and alert.state is AlertState.FIRING
        if loud and change is not None and change.transition in _LOUD:
            self.notifier.firing(conn, telling, evaluation.inventory, alert, again=change.again)
        elif loud and change is not None and change.transition is Transition.ACKNOWLEDGEMENT_ENDED:
            self.notifier.louder(conn, telling, evaluation.inventory, alert)
        elif alert.owed is not None and not self._repay(conn, evaluation, telling, alert):
            return
        if alert.owed is not None:
            repository.settle(conn, alert)

    def _repay(self, conn: Connection, evaluation: Evaluation, telling: Telling, alert: Alert) -> bool:
        """False for what is put off: loud is told while it is known to be bad; what is held back is owed no more."""
        if alert.owed is NotificationType.REMINDER and alert.state in ACTIVE:
            self.notifier.remind(conn, telling, evaluation.inventory, alert)
        if alert.owed is NotificationType.ESCALATION and alert.state in ACTIVE:
            self.notifier.escalate(conn, telling, evaluation.inventory, alert)
        if alert.owed is NotificationType.FIRING and alert.state is AlertState.FIRING:
            finding = evaluation.findings.by_fingerprint.get(alert.fingerprint)
            if finding is None or finding.condition is not Condition.BAD:
                return False
            self.notifier.firing(conn, telling, evaluation.inventory, alert, again=True)
        return True


def _gravest_first(each: tuple[Alert | None, Observation]) -> int:
    about = each[1].finding or each[0]
    return 0 if about is None else -about.severity.rank


def _causes(evaluation: Evaluation) -> dict[SourceKey, RootCause]:
    """Of a line that is cut, and of a figure that is bad in orgs above and below each other."""
    explained = {
        finding.subject: RootCause(finding.root_cause, 0)
        for finding in evaluation.findings.by_fingerprint.values()
        if finding.root_cause is not None and isinstance(finding.subject, SourceKey)
    }
    return {**explained, **evaluation.inhibited}


def _alive(inventory: Inventory, subject: Subject) -> bool:
    """False for what is watched no more: alerts of retired and replaced sources and of closed orgs are withdrawn."""
    if isinstance(subject, SourceKey):
        source = inventory.sources.get(subject)
        return source is not None and source.counts
    return subject in inventory.orgs
