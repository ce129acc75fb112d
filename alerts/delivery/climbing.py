"""Ladders under way: begun when an alert of an incident fires, followed at every tick, ended with the incident."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from alerts.delivery.steps import StepTeller
from alerts.incidents.repository import StandingIncident
from alerts.model import Alert, AlertState, DropReason
from alerts.people import climbs
from alerts.people.climbs import ClimbsAtHand, Standing
from alerts.people.ladder import Climb, Ladder, begun, followed, told
from ioc.domain.inventory import Inventory

IsDue = Callable[[Climb], bool]


def follow(each: Standing, ladder: Ladder, inventory: Inventory, now: int) -> Climb:
    calendar = inventory.calendar(each.org)
    return followed(each.climb, ladder, calendar, now, loud=each.loud, taken=each.taken, level=each.level)


def is_to_move(each: Standing, ladder: Ladder, inventory: Inventory, now: int, is_due: IsDue) -> bool:
    """True where a step is due, or where it rests from now on, or no more."""
    climb = follow(each, ladder, inventory, now)
    return climb != each.climb or _has_come(climb, is_due)


@dataclass(slots=True)
class Climber:
    """What happens on ladders in one transaction; `dropped` says what came to nobody."""

    conn: Connection
    teller: StepTeller
    dropped: list[DropReason] = field(default_factory=list)

    @property
    def _climbs(self) -> ClimbsAtHand:
        return self.teller.telling.climbs

    def fired(self, ladder: Ladder, alert: Alert, incident_id: int, *, again: bool) -> None:
        """The first alert of an incident begins a ladder; another is told to all whom its steps have told so far."""
        climb = self._climbs.find(incident_id, ladder.route)
        if climb is None:
            self._begin(ladder, alert, incident_id)
            return
        for number in range(min(climb.step, len(ladder.steps))):
            self.teller.step(ladder, number, incident_id, [alert], str(alert.subject), again=again)

    def again(self, alert: Alert, incident_id: int) -> bool:
        """Whoever a step that was told means now is reminded; False where that is nobody."""
        reached = False
        for climb in self._climbs.of(incident_id):
            ladder = self.teller.router.ladder(climb.route)
            for number in range(0 if ladder is None else min(climb.step, len(ladder.steps))):
                if ladder is not None:
                    about = str(alert.subject)
                    reached |= self.teller.step(ladder, number, incident_id, [alert], about, remind=True)
        return reached

    def advance(self, standing: Sequence[StandingIncident], is_due: IsDue) -> None:
        by_id = {each.incident.id: each for each in standing}
        inventory, now = self.teller.inventory, self.teller.telling.now
        over = []
        open_alerts = [alert for each in standing for alert in each.alerts if alert.open]
        self._climbs.write(self.conn)
        for each in climbs.standing(self.conn, open_alerts, by_id):
            about, ladder = by_id.get(each.climb.incident_id), self.teller.router.ladder(each.climb.route)
            if not each.open or ladder is None:
                over.append(each.climb.id)
            elif about is not None:
                climb = follow(each, ladder, inventory, now)
                climb = self._climb(ladder, climb, about) if _has_come(climb, is_due) else climb
                if climb != each.climb:
                    self._climbs.save(climb)
        if over:
            climbs.end(self.conn, over, now)

    def _begin(self, ladder: Ladder, alert: Alert, incident_id: int) -> None:
        incident, now = self.teller.telling.incidents[incident_id], self.teller.telling.now
        first = begun(ladder, self.teller.inventory.calendar(incident.org), now)
        climb = Climb(0, incident_id, ladder.route, ladder.escalation, now, 0, first, None, alert.level)
        if first <= now:
            climb = self._climb(ladder, climb, StandingIncident(incident, [alert]))
        self._climbs.save(climb)

    def _climb(self, ladder: Ladder, climb: Climb, about: StandingIncident) -> Climb:
        """Tell the step that is due, and at once what follows those that reach nobody."""
        calendar = self.teller.inventory.calendar(about.incident.org)
        alerts = _told_of(about.alerts)
        reached = False
        for _ in ladder.steps:
            number = min(climb.step, len(ladder.steps) - 1)
            subject = str(about.incident.subject)
            reached = self.teller.step(ladder, number, climb.incident_id, alerts, subject, remind=True)
            climb = told(climb, ladder, calendar, self.teller.telling.now, reached=reached)
            if reached or number == len(ladder.steps) - 1:
                break
        if not reached:
            self.dropped.append(DropReason.NO_ADDRESS)
        return climb


def _has_come(climb: Climb, is_due: IsDue) -> bool:
    return climb.rested_at is None and climb.next_at is not None and is_due(climb)


def _told_of(alerts: Sequence[Alert]) -> list[Alert]:
    """What is loud; where nothing is, a kept step speaks of what somebody has taken."""
    loud = [alert for alert in alerts if alert.state is AlertState.FIRING]
    return loud or [alert for alert in alerts if alert.state is AlertState.ACKNOWLEDGED]
