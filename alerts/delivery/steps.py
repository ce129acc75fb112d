"""Telling one step of a ladder: to whom it leads at this instant, over which channels, and why they get it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alerts.delivery.fallback import chain
from alerts.delivery.groups import AlertSummary
from alerts.delivery.quiet import wait_s
from alerts.delivery.routing import ChannelsInOrder, Destination, Router, TellingLine
from alerts.delivery.telling import Reason, Telling
from alerts.model import Alert, NotificationType
from alerts.people.ladder import Ladder, LadderStep
from ioc.domain.inventory import Inventory


@dataclass(frozen=True, slots=True)
class StepTeller:
    """Tells steps of ladders within one telling."""

    telling: Telling
    inventory: Inventory
    router: Router
    summary: Callable[[Alert], AlertSummary]
    group_wait_s: float
    order: ChannelsInOrder

    def step(
        self,
        ladder: Ladder,
        number: int,
        incident_id: int,
        alerts: Sequence[Alert],
        about: str,
        *,
        again: bool = False,
        remind: bool = False,
    ) -> bool:
        """False where nobody could be told. With `remind` who knows of the incident already is reminded of it."""
        step = ladder.steps[number]
        lines = self._lines(step, about)
        beyond = self._beyond(ladder, number, about)
        for line in lines:
            knows = remind and self.telling.knows(incident_id, line.to)
            event = NotificationType.REMINDER if knows else NotificationType.FIRING
            for alert in alerts:
                held_s = wait_s(line.person.quiet, ladder.quiet, alert, self.inventory, self.telling.now)
                least_s = 0.0 if knows else self.group_wait_s
                facts, reason = self.summary(alert), _reason(ladder, number, line, beyond)
                wait = max(held_s, least_s)
                self.telling.announce(event, incident_id, line.to, facts, wait, again=again, reason=reason)
        return bool(lines)

    def _beyond(self, ladder: Ladder, number: int, about: str) -> Sequence[Destination]:
        """Where a chain goes on when a person can be reached by none of it: to those of the next step."""
        if not ladder.steps[number].fallback or number + 1 >= len(ladder.steps):
            return ()
        return [line.to for line in self._lines(ladder.steps[number + 1], about)]

    def _lines(self, step: LadderStep, about: str) -> list[TellingLine]:
        return self.router.lines(step, self.inventory, self.telling.now, about, self.order)


def _reason(ladder: Ladder, number: int, line: TellingLine, beyond: Sequence[Destination]) -> Reason:
    """Why one gets it, as the notification keeps it."""
    chained = dict.fromkeys(to for to in (*line.chain, *beyond) if to != line.to)
    return {
        "route": ladder.route,
        "escalation": ladder.escalation,
        "step": number + 1,
        "rota": line.rota,
        "fallback": chain(list(chained)),
        "put_back": [each._asdict() for each in line.put_back] or None,
    }
