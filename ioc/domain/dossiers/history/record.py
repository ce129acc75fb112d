"""The record of a dossier: a row with what is made of its history, which can be built again at any time."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ioc.domain.dossiers.history import statements
from ioc.domain.dossiers.history.course import NEVER, Course, payable
from ioc.domain.dossiers.history.course import read as read_course
from ioc.domain.dossiers.history.hops import turns
from ioc.domain.dossiers.history.judgement import Policy, judge
from ioc.domain.dossiers.history.statements import History
from ioc.domain.inventory import Inventory

Record = Mapping[str, Any]  # the columns of the table `dossier`
Pause = tuple[int, int]  # while the clock stands still, epoch ms


class DossierKey(NamedTuple):
    """The source that reports a dossier and the code it has there."""

    source_id: int
    code: str


class RecordBuilder:
    """Builds records from histories, by the calendars of an inventory and the policy of the installation."""

    def __init__(self, inventory: Inventory, policy: Policy) -> None:
        self._inventory = inventory
        self._policy = policy

    def build(self, key: DossierKey, org: str, history: History, now: int) -> tuple[dict[str, Any], Sequence[Pause]]:
        """The record of a dossier and its pauses; `org` stands in where no receiving org was named."""
        course = read_course(history, payment_pauses=self._policy.payment_pauses)
        fields = course.fields
        receiving = fields.get("receiving_org") or org
        judgement = judge(course, self._inventory.calendar(receiving), self._policy)
        return {
            "source_id": key.source_id,
            "code": key.code,
            "history": statements.write(history),
            "receiving_org": receiving,
            "handling_org": fields.get("handling_org") or receiving,
            "status": course.status,
            "procedure": fields.get("procedure"),
            "online": fields.get("submission") == "online",
            "submission": fields.get("submission"),
            "received_at": course.received_at,
            "due_at": judgement.due_at,
            "ended_at": course.ended_at,
            "outcome": judgement.outcome,
            "undated": judgement.undated,
            "near_at": judgement.near_at,
            "overdue_at": judgement.overdue_at,
            "handled_since": _handled_since(history, course, receiving),
            "late_to_accept_at": judgement.late_to_accept_at,
            "accepted_at": course.answered_at,
            "is_open": course.is_open,
            "payable": payable(fields),
            **{name: fields.get(name) for name in ("online_payment", "digitised", "electronic_result", "satisfaction")},
            "changed_at": now,
        }, course.pauses


def _handled_since(history: History, course: Course, receiving: str) -> int | None:
    """When it came to the agency that has it."""
    begun = turns(history, course, receiving, NEVER)
    return begun[-1][0] if begun else None
