"""One tick of alerting: what the rules find becomes transitions and messages, all of them or none."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import Connection, RowMapping

from alerts import repository
from alerts.delivery import notifier
from alerts.delivery.notifier import Queue
from alerts.engine.deduplication import muted
from alerts.engine.evaluator import Lookout, Picture
from alerts.engine.state_machine import Sight, decide, state_after
from alerts.engine.timers import Timers
from alerts.model import Alert, AlertState, Drop, Finding, Move, Subject, Verdict
from ioc.core.clock import Clock
from ioc.core.model import SourceKey
from ioc.domain.inventory import Inventory
from ioc.platform.db import Database
from ioc.platform.lease import Lease

REFRESH_S = 2.0  # figures of an open alert are written this often at most


@dataclass(slots=True)
class Engine:
    """Keeps nothing that the database does not hold, except the running of its waits."""

    db: Database
    clock: Clock
    lease: Lease
    lookout: Lookout
    queue: Queue
    startup_grace_s: float
    _holds: Timers = field(init=False)
    _groups: Timers = field(init=False)
    _grace_until: float = field(init=False)
    _refreshed: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._holds, self._groups = Timers(self.clock), Timers(self.clock)
        self._grace_until = self.clock.monotonic() + self.startup_grace_s

    def tick(self) -> bool:
        """Look, decide, write; True when anything changed."""
        picture = self.lookout.look()
        with self.db.read() as conn:
            followed = repository.open_alerts(conn)
            due = self._due_groups(notifier.held(conn))
        moving = list(self._moving(picture, followed)) if picture else []
        outdated = list(self._outdated(picture, followed)) if picture else []
        if not (moving or outdated or due):
            return False
        with self.db.write() as conn:
            self.lease.check(conn)
            if picture:
                for alert, sight in moving:
                    self._advance(conn, picture, alert, sight)
                for current, finding in outdated:
                    repository.refresh(conn, current, finding)
                self._hold_back(conn, picture, due)
            notifier.release(conn, due, self.clock.now_ms())
        return True

    # --- deciding ----------------------------------------------------------------------------------------------------

    def _due_groups(self, held: list[RowMapping]) -> list[int]:
        self._groups.keep({row["id"] for row in held})
        return [row["id"] for row in held if self._groups.over(row["id"], row["next_try_at"])]

    def _moving(self, picture: Picture, followed: dict[str, Alert]) -> Iterator[tuple[Alert | None, Sight]]:
        """What has a move to make; a fingerprint that stays as it is costs no transaction."""
        self._holds.keep(followed.keys())
        found = picture.findings.by_fingerprint
        mute = muted(found.values(), followed, picture.inventory.orgs)
        for name in [*followed, *sorted(found.keys() - followed.keys())]:
            alert = followed.get(name)
            sight = self._sight(picture, alert, found.get(name), spoken_for=name in mute)
            if decide(alert, sight, self._hold_over(alert)) is not None:
                yield alert, sight

    def _sight(self, picture: Picture, alert: Alert | None, finding: Finding | None, *, spoken_for: bool) -> Sight:
        if finding is None and alert is not None and alert.rule in picture.findings.failed:
            finding = Finding(alert.rule, alert.subject, Verdict.UNKNOWN, alert.severity)
        known = finding or alert
        subject = known.subject if known else ""
        grace = self.clock.monotonic() < self._grace_until
        return Sight(
            finding,
            alive=known is not None and self.lookout.evaluator.knows(known.rule) and _alive(picture.inventory, subject),
            shadowed=subject in picture.shadowed,
            may_raise=not grace and (finding is None or finding.ripe_at <= picture.now),
            spoken_for=spoken_for,
        )

    def _hold_over(self, alert: Alert | None) -> bool:
        return alert is not None and self._holds.over(alert.fingerprint, alert.hold_until or 0)

    def _outdated(self, picture: Picture, followed: dict[str, Alert]) -> Iterator[tuple[Alert, Finding]]:
        """Open alerts whose text has moved on."""
        now = self.clock.monotonic()
        ids = {alert.id for alert in followed.values()}
        self._refreshed = {id_: at for id_, at in self._refreshed.items() if id_ in ids and now - at < REFRESH_S}
        for name, alert in followed.items():
            finding = picture.findings.by_fingerprint.get(name)
            if finding is None or not finding.title or alert.id in self._refreshed:
                continue
            if (finding.title, dict(finding.params)) != (alert.title, alert.params):
                self._refreshed[alert.id] = now
                yield alert, finding

    # --- writing, inside one transaction -----------------------------------------------------------------------------

    def _advance(self, conn: Connection, picture: Picture, alert: Alert | None, sight: Sight) -> None:
        """Every move that is due, one after the other: raised, and at once fired where there is no hold."""
        current = alert
        while (step := decide(current, sight, self._hold_over(current))) is not None:
            current = self._step(conn, picture, current, step, sight)
            if current is None:  # a person was faster; the next tick looks again
                return

    def _step(self, conn: Connection, picture: Picture, alert: Alert | None, step: Move, sight: Sight) -> Alert | None:
        if alert is None:
            return self._raise(conn, picture, sight)
        if step is Move.FIRED:
            return self._fire(conn, picture, alert, sight)
        flaps = alert.flaps + (step is Move.RETURNED)
        moved = repository.move(conn, alert, step, state_after(alert, step), picture.now, flaps=flaps)
        if moved is not None and step in (Move.RESOLVED, Move.WITHDRAWN):
            self.queue.resolved(conn, picture.inventory, moved, picture.now)
        return moved

    def _raise(self, conn: Connection, picture: Picture, sight: Sight) -> Alert | None:
        if sight.finding is None:
            return None
        hold_ms = round(self.lookout.evaluator.hold_s(sight.finding.rule) * 1000)
        return repository.raise_alert(conn, sight.finding, picture.now, hold_ms)

    def _fire(self, conn: Connection, picture: Picture, alert: Alert, sight: Sight) -> Alert | None:
        flaps = repository.supersede(conn, alert, picture.now)
        values: dict[str, Any] = {"fired_at": picture.now, "flaps": flaps}
        if sight.finding is not None:
            values |= {"title": sight.finding.title, "params": dict(sight.finding.params)}
        fired = repository.move(conn, alert, Move.FIRED, AlertState.FIRING, picture.now, **values)
        if fired is not None:
            self.queue.firing(conn, picture.inventory, fired, picture.now)
        return fired

    def _hold_back(self, conn: Connection, picture: Picture, due: list[int]) -> None:
        """Of the groups about to go out: what nobody heard of yet, and turns out to hang on something down."""
        for alert_id in notifier.alerts_of(conn, due):
            alert = repository.one(conn, alert_id)
            if alert is None or alert.state is not AlertState.FIRING or alert.subject not in picture.shadowed:
                continue
            if not notifier.announced(conn, alert_id):
                repository.move(conn, alert, Move.SUPPRESSED, AlertState.SUPPRESSED, picture.now)
                self.queue.withdraw(conn, alert_id, Drop.SUPPRESSED)


def _alive(inventory: Inventory, subject: Subject) -> bool:
    """Whether there is still something to watch: retired and replaced sources close their alerts."""
    if isinstance(subject, SourceKey):
        source = inventory.sources.get(subject)
        return source is not None and source.counts
    return subject in inventory.orgs
