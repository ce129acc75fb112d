"""The transitions of a tick carried out: every one that is due, with what it sets and whom it keeps from being told."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection

from alerts.delivery import groups
from alerts.delivery.notifier import Notifier
from alerts.engine.batch import TransitionBatch
from alerts.engine.damping import Damping
from alerts.engine.evaluator import Evaluation
from alerts.engine.rule_set import RuleSet
from alerts.engine.state_machine import Observation, next_transition, state_after
from alerts.model import Alert, AlertState, DropReason, Finding, Transition
from alerts.mutes.holder import Holder, HolderKind

Changing = Sequence[tuple[Alert | None, Observation]]


class AlertChange(NamedTuple):
    """A transition that was written, the alert after it, and what had held the alert back until then."""

    alert: Alert
    transition: Transition
    held_by: str | None = None

    @property
    def again(self) -> bool:
        """What people had held back is told when it goes on, whatever was told of its incident; so is what worsens."""
        kind = (self.held_by or "").partition(":")[0]
        by_itself = ("", HolderKind.SOURCE, HolderKind.RULE)
        return kind not in by_itself or self.transition is Transition.WORSENED


@dataclass(frozen=True, slots=True)
class Advancing:
    """Decides in memory, so that ten thousand transitions cost few statements."""

    notifier: Notifier
    rules: RuleSet
    damping: Damping
    hold_expired: Callable[[Alert], bool]

    def advance(self, conn: Connection, now: int, changing: Changing) -> list[AlertChange]:
        """Every transition that is due of each alert: raised, and at once fired where there is no hold."""
        batch = TransitionBatch(conn, now)
        still = batch.still([alert for alert, _ in changing if alert is not None])  # a person was faster with the rest
        muting = sorted(alert.id for alert, each in changing if alert is not None and alert.fired_at and each.holders)
        batch.announced = groups.announced_as(conn, muting)
        findings = [each.finding for _, each in changing if each.bad and each.finding is not None]
        batch.look_back({each.fingerprint for each in findings}, now - self.damping.window_ms)
        new = {each.finding.fingerprint: each for alert, each in changing if alert is None and each.finding is not None}
        raising = [each.finding for each in new.values() if each.finding is not None]
        raised = batch.raise_all([(finding, round(self.rules.hold_s(finding.rule) * 1000)) for finding in raising])
        changes = [AlertChange(alert, Transition.RAISED) for alert in raised]
        for alert, observation in changing:
            if alert is not None and alert.id in still:
                changes += self._follow(batch, alert, observation)
        for alert in raised:
            changes += self._follow(batch, alert, new[alert.fingerprint])
        batch.write()
        return changes

    def hold_back(
        self, conn: Connection, evaluation: Evaluation, due: list[int], open_alerts: Iterable[Alert]
    ) -> list[AlertChange]:
        """Alerts in groups about to be sent that nobody heard of yet, and whose subject turns out to be inhibited."""
        announced, batch = groups.announced_by(conn, due), TransitionBatch(conn, evaluation.now)
        firing = [each for each in open_alerts if each.id in announced and each.state is AlertState.FIRING]
        found = [(each, holders[0]) for each in firing if (holders := evaluation.holders(each))]
        still = batch.still([each for each, _ in found])
        batch.announced = groups.announced_as(conn, sorted(still))
        changes = [
            AlertChange(self._hold(batch, each, holder), holder.transition)
            for each, holder in found
            if each.id in still and not any(state in groups.ANNOUNCED for state in batch.announced.get(each.id, ()))
        ]
        batch.write()
        return changes

    def _follow(self, batch: TransitionBatch, alert: Alert, observation: Observation) -> Iterator[AlertChange]:
        """Every transition that is due, one after the other."""
        current = alert
        while (transition := next_transition(current, observation, self.hold_expired(current))) is not None:
            held_by, current = current.held_by, self._apply(batch, current, transition, observation)
            yield AlertChange(current, transition, held_by)

    def _apply(self, batch: TransitionBatch, alert: Alert, transition: Transition, observation: Observation) -> Alert:
        finding, holder = observation.finding, observation.holder(alert)
        if transition is Transition.FIRED:
            return self._fire(batch, alert, finding)
        if transition is Transition.WORSENED and finding is not None:
            return self._worsen(batch, alert, finding)
        if transition in (Transition.SUPPRESSED, Transition.OUT_OF_SERVICE) and holder is not None:
            return self._hold(batch, alert, holder)
        if transition in (Transition.CALMED, Transition.FLAPPED):
            return self.damping.write(batch, alert, transition)
        values, detail = _set_by(alert, transition, batch.now)
        return batch.change(alert, transition, state_after(alert, transition), detail=detail, held_by=None, **values)

    def _fire(self, batch: TransitionBatch, alert: Alert, finding: Finding | None) -> Alert:
        flaps = batch.supersede(alert)
        values: dict[str, Any] = {"fired_at": alert.fired_at or batch.now, "flaps": flaps, "held_by": None}
        values |= self.damping.at_firing(batch, alert, flaps)
        if finding is not None:
            values |= _as_found(finding)
        return batch.change(alert, Transition.FIRED, AlertState.FIRING, **values)

    def _worsen(self, batch: TransitionBatch, alert: Alert, finding: Finding) -> Alert:
        """Told anew, whoever had acknowledged it as it was; what still waits to be sent of it says less."""
        self.notifier.withdraw(batch.conn, alert.id, DropReason.WORSENED)
        values: dict[str, Any] = {"acknowledged_until": None, **_as_found(finding)}
        return batch.change(alert, Transition.WORSENED, AlertState.FIRING, **values)

    def _hold(self, batch: TransitionBatch, alert: Alert, holder: Holder) -> Alert:
        """Hold an alert back from here on, with whatever of it waits to be sent; unheard of, it never fired."""
        values: dict[str, Any] = {"held_by": holder.by}
        if alert.fired_at is not None:
            states = batch.announced.get(alert.id, ())
            is_announced = any(state in groups.ANNOUNCED for state in states)
            if any(state in groups.UNSENT for state in states):
                self.notifier.mute(batch.conn, alert.id)
                is_announced = groups.is_announced(batch.conn, alert.id)
            values["fired_at"] = alert.fired_at if is_announced else None
        return batch.change(alert, holder.transition, holder.state, remark=holder.by, **values)


def _set_by(alert: Alert, transition: Transition, now: int) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """What a transition sets beside the state, and what of it the history says."""
    if transition is Transition.ACKNOWLEDGEMENT_ENDED:
        level = {"level": alert.level + 1}
        return {**level, "acknowledged_until": None}, level
    if transition is Transition.UNSHELVED:
        return {"fired_at": alert.fired_at or now, "shelved_until": None}, None
    if transition is Transition.RESOLVED and alert.calm_since is not None:
        return {"ended_at": alert.calm_since, "calm_since": None}, None
    return {"flaps": alert.flaps + (transition is Transition.RETURNED)}, None


def _as_found(finding: Finding) -> dict[str, Any]:
    found = {"title": finding.title, "params": dict(finding.params), "stage": finding.stage}
    return {**found, "severity": finding.severity}
