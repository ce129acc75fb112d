"""One dossier as it is shown: its fields as last reported, what follows from them, and its course in full."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ioc.domain.calendar import Calendar
from ioc.domain.dossiers.counting.watermarks import Watermarks
from ioc.domain.dossiers.history import statements
from ioc.domain.dossiers.history.course import NEVER, Course
from ioc.domain.dossiers.history.course import read as read_course
from ioc.domain.dossiers.history.hops import Hop, hops, working_days_left, working_time_left
from ioc.domain.dossiers.history.judgement import Policy, Timeliness, judge
from ioc.domain.dossiers.history.record import Record
from ioc.domain.dossiers.history.statements import History
from ioc.domain.inventory import Inventory


class DueState(StrEnum):
    """The position of a dossier against its due date."""

    RESOLVED_EARLY = "resolved_early"
    RESOLVED_ON_TIME = "resolved_on_time"
    RESOLVED_LATE = "resolved_late"
    OPEN_IN_TERM = "open_in_term"
    OPEN_OVERDUE = "open_overdue"
    DUE_UNCONFIRMED = "due_unconfirmed"


_ENDED = {
    Timeliness.EARLY: DueState.RESOLVED_EARLY,
    Timeliness.ON_TIME: DueState.RESOLVED_ON_TIME,
    Timeliness.LATE: DueState.RESOLVED_LATE,
    Timeliness.UNDATED: DueState.DUE_UNCONFIRMED,
}
_JUDGED = ("code", "receiving_org", "status", "received_at", "due_at", "ended_at", "is_open", "changed_at")


@dataclass(frozen=True, slots=True)
class DossierReader:
    """Shows rows as of `now` (epoch ms), by the calendars of an inventory and the watermarks of the sources."""

    inventory: Inventory
    policy: Policy
    watermarks: Watermarks
    now: int

    def brief(self, row: Record) -> dict[str, Any]:
        """Every field as last reported, the instants that count, the due state and its flags."""
        course, calendar = self._course(_read(row)), self._calendar(row)
        return self._brief(row, course, calendar)

    def in_full(self, row: Record) -> dict[str, Any]:
        """With every change, who had it and for how long, the pauses of its clock, and both due dates."""
        history = _read(row)
        course, calendar = self._course(history), self._calendar(row)
        judgement = judge(course, calendar, self.policy)
        return self._brief(row, course, calendar) | {
            "due_given_at": judgement.given,
            "due_computed_at": judgement.computed,
            "near_at": row["near_at"],
            "overdue_at": row["overdue_at"],
            "supplement_requests": len(course.requests),
            "history": _changes(history),
            "hops": [_stay(hop) for hop in hops(history, course, row["receiving_org"], calendar, self.now)],
            "pauses": [{"from_at": begin, "to_at": None if end == NEVER else end} for begin, end in course.pauses],
        }

    def due_state(self, row: Record) -> DueState | None:
        """None for what was refused before it was taken in; the same rules as the buckets."""
        if row["received_at"] is None:
            return DueState.DUE_UNCONFIRMED if row["is_open"] else None
        if row["outcome"] is not None:
            return _ENDED[Timeliness(row["outcome"])]
        if row["undated"]:
            return DueState.DUE_UNCONFIRMED
        if not self._passed(row["overdue_at"]):
            return DueState.OPEN_IN_TERM
        confirmed = row["overdue_at"] < self.watermarks.get(row["source_id"], self.now)
        return DueState.OPEN_OVERDUE if confirmed else DueState.DUE_UNCONFIRMED

    def _brief(self, row: Record, course: Course, calendar: Calendar) -> dict[str, Any]:
        left = working_time_left(course, calendar, row["due_at"], self.now)
        running = row["is_open"] and row["received_at"] is not None
        shown = {
            "handling_org": course.fields.get("handling_org"),
            "due_state": self.due_state(row),
            "due_before_received": course.due_before_received,
            "due_estimated": _estimated(row, course, calendar),
            "near_due": running and self._passed(row["near_at"]) and not self._passed(row["overdue_at"]),
            "paused": running and any(begin < self.now <= end for begin, end in course.pauses),
            "late_to_accept": self._passed(row["late_to_accept_at"]) and row["accepted_at"] is None,
            "working_time_left_s": None if left is None else left // 1000,
            "working_days_left": working_days_left(course, calendar, row["due_at"], self.now),
        }
        return course.fields | {name: row[name] for name in _JUDGED} | shown

    def _course(self, history: History) -> Course:
        return read_course(history, payment_pauses=self.policy.payment_pauses)

    def _calendar(self, row: Record) -> Calendar:
        return self.inventory.calendar(row["receiving_org"])

    def _passed(self, at: int | None) -> bool:
        return at is not None and at < self.now


def _stay(hop: Hop) -> dict[str, Any]:
    spent = {"working_time_s": hop.working_ms // 1000, "working_days": hop.working_days}
    return {"org": hop.org, "from_at": hop.start, "to_at": hop.end, **spent}


def _read(row: Record) -> History:
    """Without the rating: one person's is nobody's business, and of records any sum could be made."""
    history = statements.read(row["history"])
    for statement in history:
        if statement.fields.pop("satisfaction", None) is not None:
            statement.fields["rated"] = True
    return history


def _estimated(row: Record, course: Course, calendar: Calendar) -> bool:
    """True where its due date is computed over a year whose days off are not announced yet."""
    if course.promises or row["due_at"] is None or course.received_at is None:
        return False
    first, last = calendar.date_of(course.received_at), calendar.date_of(row["due_at"])
    return any(calendar.estimated(year) for year in range(first.year, last.year + 1))


def _changes(history: History) -> list[dict[str, Any]]:
    """Every change with the event that reported it; a field reported again with the same value is no change."""
    found: list[dict[str, Any]] = []
    last: dict[str, Any] = {}
    for statement in history:
        for name, value in sorted(statement.fields.items()):
            if name not in last or last[name] != value:
                found.append({"said_at": statement.ts, "event_id": statement.event_id, "field": name, name: value})
                last[name] = value
    return found
