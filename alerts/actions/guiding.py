"""The guide of a rule ticked step by step on an alert; each tick stands in its history with who and when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from alerts.actions.act import Action, check_allowed
from alerts.model import Transition
from alerts.repository import add_entry, find
from ioc.core.errors import Code, IocError
from ioc.domain.inventory import Scope
from ioc.platform import audit
from ioc.platform.db import Database
from ioc.platform.db.tables import alert_entry

TICKS = (Transition.STEP_DONE, Transition.STEP_UNDONE)


@dataclass(frozen=True, slots=True)
class StepTick:
    """Who ticked a step, and when (epoch ms)."""

    actor: str
    at: int


def ticks(entries: Iterable[Mapping[Any, Any]]) -> dict[str, StepTick]:
    """By the words of a step, from a history oldest first: a guide may be reordered, a step keeps its tick."""
    found: dict[str, StepTick] = {}
    for entry in entries:
        if entry["what"] == Transition.STEP_DONE:
            found[entry["comment"]] = StepTick(entry["actor"], entry["at"])
        elif entry["what"] == Transition.STEP_UNDONE:
            found.pop(entry["comment"], None)
    return found


def tick(
    db: Database, scope: Scope, alert_id: int, step: str, actor: str, now: int, *, operates: bool, done: bool = True
) -> None:
    """Tick a step off, or take its tick back; one that stands so already is left alone."""
    with db.write() as conn:
        alert = find(conn, alert_id)
        if alert is None or alert.org not in scope:
            raise IocError(Code.UNKNOWN_ALERT, f"alert {alert_id} is not known", alert=alert_id)
        check_allowed(Action.COMMENT, actor, alert.owner, operates=operates)
        mine = sa.and_(alert_entry.c.alert_id == alert_id, alert_entry.c.what.in_(TICKS))
        history = conn.execute(sa.select(alert_entry).where(mine).order_by(alert_entry.c.id)).mappings().all()
        if (step in ticks(history)) is done:
            return
        transition = Transition.STEP_DONE if done else Transition.STEP_UNDONE
        add_entry(conn, alert_id, now, transition, actor, step)
        audit.record(conn, now, actor, f"alert.{transition}", str(alert_id), {"step": step}, alert.org)
