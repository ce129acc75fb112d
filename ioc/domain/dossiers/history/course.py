"""The course of one dossier read from its history: taken in, asked for more, promised, ended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ioc.domain.dossiers.history import statements
from ioc.domain.dossiers.history.statements import History
from ioc.domain.dossiers.history.status import ANSWERED, CLOSED, OPEN, TAKEN_IN, Status

NEVER = 2**62  # an end that has not come; sorts after every instant


@dataclass(frozen=True, slots=True)
class Course:
    """Instants in epoch ms; `pauses` as (begin, end or NEVER), `requests` are the distinct supplement requests."""

    fields: dict[str, Any]
    status: int | None
    submitted_at: int | None
    received_at: int | None
    answered_at: int | None  # accepted or refused
    ended_at: int | None
    promises: tuple[tuple[int, int], ...]  # due instants with the moment each was first given
    due_before_received: bool  # reported so, perhaps by two events: no promise, and counted as none
    requests: tuple[int, ...]
    pauses: tuple[tuple[int, int], ...]

    @property
    def is_open(self) -> bool:
        """True while something is still owed."""
        return self.ended_at is None and (self.status is None or self.status in OPEN)


def read(history: History, *, payment_pauses: bool = False) -> Course:
    """`payment_pauses`: whether waiting for a payment stops the clock too."""
    fields = statements.latest(history)
    statuses = statements.successive(history, "status")
    received = _received(fields, statuses, history)
    ended = _ended(fields, statuses, history, received)
    requests, pauses = _waits(history, statuses, payment_pauses)
    last = NEVER if ended is None else ended
    since = fields.get("received_at") or 0
    return Course(
        fields=fields,
        status=fields.get("status"),
        submitted_at=fields.get("submitted_at"),
        received_at=received,
        answered_at=min((at for at in (received, _first(statuses, ANSWERED)) if at), default=None),
        ended_at=ended,
        promises=tuple(promise for promise in _promises(history) if promise[1] >= since),
        due_before_received=contradicts_itself(fields),
        requests=tuple(at for at in requests if at < last),
        pauses=tuple((begin, min(end, last)) for begin, end in pauses if begin < last),
    )


def contradicts_itself(fields: Mapping[str, Any]) -> bool:
    """True where the due date as last reported is before the receipt."""
    due, received = fields.get("due_at"), fields.get("received_at")
    return due is not None and received is not None and due < received


def payable(fields: Mapping[str, Any]) -> bool | None:
    """A fee is due; None where nothing is reported of it: a payment online without a fee implies one."""
    fee, paid = fields.get("fee"), fields.get("online_payment")
    return paid if fee is None else fee > 0


def _promises(history: History) -> list[tuple[int, int]]:
    """The due dates given, without what an apology put in place of them: figures stay on the date promised first."""
    given = statements.successive(history, "due_at")
    apologies = statements.successive(history, "apology")
    if not apologies:
        return given
    since, again = apologies[0][0], {apology.get("new_due_at") for _, apology in apologies}
    first = [promise for promise in given if promise[1] not in again]
    kept = [promise for promise in first if promise[0] <= since] or first[:1]
    return kept if kept or "term" in statements.latest(history) else given


def _received(fields: dict[str, Any], statuses: list[tuple[int, int]], history: History) -> int | None:
    if (at := fields.get("received_at")) is not None:
        return int(at)
    if statuses:
        return _first(statuses, TAKEN_IN)
    # a system that names no status and no registration speaks of what it holds
    return None if "submitted_at" in fields else history[0].ts


def _ended(
    fields: dict[str, Any], statuses: list[tuple[int, int]], history: History, received: int | None
) -> int | None:
    """Ready (9) comes before fetched (10); a refusal, a stop, a withdrawal of what was taken in end it too.

    Work taken up again after the last end was reported is open once more.
    """
    if received is None:
        return None
    reported_at = [at for name in ("finished_at", "returned_at") for at, _ in statements.successive(history, name)[-1:]]
    if statuses and statuses[-1][1] in OPEN:
        closed = reported_at + [at for at, status in statuses if status not in OPEN]
        if not reported_at or statuses[-1][0] > max(closed):
            return None
    last = next((i + 1 for i in reversed(range(len(statuses))) if statuses[i][1] in OPEN), 0)
    ends = (
        fields.get("finished_at"),
        _first(statuses[last:], {Status.DONE}),
        fields.get("returned_at"),
        _first(statuses[last:], CLOSED),
    )
    found = next((at for at in ends if at is not None), None)
    return None if found is None else max(int(found), received)


def _first(statuses: list[tuple[int, int]], wanted: frozenset[Status] | set[Status]) -> int | None:
    return next((at for at, status in statuses if status in wanted), None)


def _waits(
    history: History, statuses: list[tuple[int, int]], payment_pauses: bool
) -> tuple[list[int], list[tuple[int, int]]]:
    """Requests for papers and the spans the clock stands still, from their fields, else from the status."""
    asked = _values(history, "supplement_requested_at")
    spans = list(_spans(statuses, Status.SUPPLEMENT_REQUESTED))
    if asked:
        brought = _values(history, "supplement_received_at")
        spans = [(at, _answer(at, brought, statuses)) for at in asked]
    requests = asked or [begin for begin, _ in spans]
    if payment_pauses:
        spans += _spans(statuses, Status.PAYMENT_REQUIRED)
    return requests, _joined(spans)


def _values(history: History, name: str) -> list[int]:
    return sorted({statement.fields[name] for statement in history if statement.fields.get(name) is not None})


def _answer(asked: int, brought: list[int], statuses: list[tuple[int, int]]) -> int:
    """When the papers came: as reported, else when the work went on."""
    if (came := next((at for at in brought if at >= asked), None)) is not None:
        return came
    waited = [at for at, status in statuses if status == Status.SUPPLEMENT_REQUESTED and at >= asked]
    after = waited[0] if waited else asked
    return next((at for at, status in statuses if at > after and status != Status.SUPPLEMENT_REQUESTED), NEVER)


def _spans(statuses: list[tuple[int, int]], wanted: Status) -> Iterator[tuple[int, int]]:
    for i, (at, status) in enumerate(statuses):
        if status == wanted:
            yield at, statuses[i + 1][0] if i + 1 < len(statuses) else NEVER


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif end > begin:
            found.append((begin, end))
    return found
