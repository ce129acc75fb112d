"""One dossier as it is shown: what was said last, what we make of it, and in full the course it took."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ioc.domain.calendar import Calendar
from ioc.domain.dossiers.counting.watermarks import Watermarks
from ioc.domain.dossiers.history import course, statements
from ioc.domain.dossiers.history.course import NEVER, Course
from ioc.domain.dossiers.history.hops import hops, working_time_left
from ioc.domain.dossiers.history.judgement import Outcome, Policy, judge
from ioc.domain.dossiers.history.statements import History
from ioc.domain.inventory import Inventory

Row = Mapping[str, Any]


class DueState(StrEnum):
    """Where a dossier stands against its due date."""

    RESOLVED_EARLY = "resolved_early"
    RESOLVED_ON_TIME = "resolved_on_time"
    RESOLVED_LATE = "resolved_late"
    OPEN_IN_TERM = "open_in_term"
    OPEN_OVERDUE = "open_overdue"
    DUE_UNCONFIRMED = "due_unconfirmed"


_ENDED = {
    Outcome.EARLY: DueState.RESOLVED_EARLY,
    Outcome.ON_TIME: DueState.RESOLVED_ON_TIME,
    Outcome.LATE: DueState.RESOLVED_LATE,
    Outcome.UNDATED: DueState.DUE_UNCONFIRMED,
}
_JUDGED = ("code", "receiving_org", "status", "received_at", "due_at", "ended_at", "is_open", "changed_at")


@dataclass(frozen=True, slots=True)
class Reader:
    """Shows rows as of `now` (epoch ms), by the calendars of an inventory and up to when each source is known."""

    inventory: Inventory
    policy: Policy
    known: Watermarks
    now: int

    def brief(self, row: Row) -> dict[str, Any]:
        """Every field as last said, the instants that count, the due state and its flags."""
        run, calendar = self._course(_read(row)), self._calendar(row)
        return self._brief(row, run, calendar)

    def in_full(self, row: Row) -> dict[str, Any]:
        """With every change, who had it and for how long, the pauses of its clock, and both due dates."""
        said = _read(row)
        run, calendar = self._course(said), self._calendar(row)
        verdict = judge(run, calendar, self.policy)
        return self._brief(row, run, calendar) | {
            "due_given_at": verdict.given,
            "due_computed_at": verdict.computed,
            "near_at": row["near_at"],
            "overdue_at": row["overdue_at"],
            "supplement_requests": len(run.requests),
            "history": _changes(said),
            "hops": [
                {"org": hop.org, "from_at": hop.start, "to_at": hop.end, "working_time_s": hop.working_ms // 1000}
                for hop in hops(said, run, row["receiving_org"], calendar, self.now)
            ],
            "pauses": [{"from_at": begin, "to_at": None if end == NEVER else end} for begin, end in run.pauses],
        }

    def due_state(self, row: Row) -> DueState | None:
        """None for what was refused before it was taken in; the same rules as the buckets."""
        if row["received_at"] is None:
            return DueState.DUE_UNCONFIRMED if row["is_open"] else None
        if row["outcome"] is not None:
            return _ENDED[Outcome(row["outcome"])]
        if row["undated"]:
            return DueState.DUE_UNCONFIRMED
        if not self._passed(row["overdue_at"]):
            return DueState.OPEN_IN_TERM
        is_known = row["overdue_at"] < self.known.get(row["source_id"], self.now)
        return DueState.OPEN_OVERDUE if is_known else DueState.DUE_UNCONFIRMED

    def _brief(self, row: Row, run: Course, calendar: Calendar) -> dict[str, Any]:
        left = working_time_left(run, calendar, row["due_at"], self.now)
        running = row["is_open"] and row["received_at"] is not None
        shown = {
            "handling_org": run.said.get("handling_org"),
            "due_state": self.due_state(row),
            "due_before_received": run.due_before_received,
            "due_estimated": _estimated(row, run, calendar),
            "near_due": running and self._passed(row["near_at"]) and not self._passed(row["overdue_at"]),
            "paused": running and any(begin < self.now <= end for begin, end in run.pauses),
            "late_to_accept": self._passed(row["late_to_accept_at"]) and row["accepted_at"] is None,
            "working_time_left_s": None if left is None else left // 1000,
        }
        return run.said | {name: row[name] for name in _JUDGED} | shown

    def _course(self, said: History) -> Course:
        return course.read(said, payment_pauses=self.policy.payment_pauses)

    def _calendar(self, row: Row) -> Calendar:
        return self.inventory.calendar(row["receiving_org"])

    def _passed(self, at: int | None) -> bool:
        return at is not None and at < self.now


def _read(row: Row) -> History:
    """Without the rating: one person's is nobody's business, and of records any sum could be made."""
    said = statements.read(row["history"])
    for statement in said:
        if statement.said.pop("satisfaction", None) is not None:
            statement.said["rated"] = True
    return said


def _estimated(row: Row, run: Course, calendar: Calendar) -> bool:
    """Whether its due date is computed over a year whose days off are not announced yet."""
    if run.promises or row["due_at"] is None or run.received_at is None:
        return False
    first, last = calendar.date_of(run.received_at), calendar.date_of(row["due_at"])
    return any(calendar.estimated(year) for year in range(first.year, last.year + 1))


def _changes(said: History) -> list[dict[str, Any]]:
    """Every change with the event that told it; a field told again with the same value is no change."""
    found: list[dict[str, Any]] = []
    last: dict[str, Any] = {}
    for statement in said:
        for name, value in sorted(statement.said.items()):
            if name not in last or last[name] != value:
                found.append({"said_at": statement.ts, "event_id": statement.event_id, "field": name, name: value})
                last[name] = value
    return found
