"""How an incident went so far, whom to call about it, and what helped last time: what a whole wall shows of one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import Connection, RowMapping

from alerts.configured import store
from alerts.incidents import queries
from alerts.incidents.durations import durations
from alerts.incidents.queries import FormerIncident
from alerts.model import Transition
from alerts.standing import StandingNow
from ioc.domain.inventory import Scope
from web import situation
from web.contacts import contacts, on_duty
from web.sight import Sight

Row = Mapping[Any, Any]

TOLD = frozenset(
    {
        Transition.WORSENED, Transition.ACKNOWLEDGED, Transition.ACKNOWLEDGEMENT_ENDED, Transition.ASSIGNED,
        Transition.COMMENTED, Transition.REPORTED, Transition.ESCALATED, Transition.STEP_DONE, Transition.RESOLVED,
    }
)  # fmt: skip
MOST = 40


@dataclass(frozen=True, slots=True)
class Unfolding:
    """The records of one incident."""

    id: int
    entries: Sequence[Row] = ()
    messages: Sequence[Row] = ()
    rule: Mapping[str, Any] = field(default_factory=dict)
    former: FormerIncident | None = None


def load(conn: Connection, scope: Scope, one: StandingNow) -> Unfolding:
    number, cause = one.incident.id, one.cause
    entries: list[RowMapping] = queries.log(conn, [alert.id for alert in queries.alerts_of(conn, scope, number)])
    rule = None if cause is None else store.table(conn, "rule", cause.rule)
    former = queries.last_time(conn, scope, one.incident, cause)
    return Unfolding(number, entries, queries.messages(conn, scope, number), rule or {}, former)


def shown(sight: Sight, one: StandingNow, found: Unfolding) -> dict[str, Any]:
    return {
        "log": _log(sight, one, found)[-MOST:],
        "contacts": [*_on_duty(sight, one), *_contacts(sight, one, found)],
        "last_time": None if found.former is None else _last_time(sight, found.former),
    }


def _log(sight: Sight, one: StandingNow, found: Unfolding) -> list[dict[str, Any]]:
    """Oldest first: it began, it was told of, what people did, and what fired beside it."""
    org, since = one.incident.org, one.incident.since
    lines = [(since, {"what": "began", "title": situation.named(sight, one)["title"]})]
    lines += _fired(one)
    lines += [
        (row["at"], {"what": row["what"], "by": row["actor"], "comment": row["comment"]})
        for row in found.entries
        if row["what"] in TOLD
    ]
    lines += [(row["delivered_at"] or row["created_at"], _message(sight, row)) for row in found.messages]
    lines += _beside(sight, one)
    return [line | {"at": sight.at(at, org)} for at, line in sorted(lines, key=lambda line: line[0])]


def _fired(one: StandingNow) -> Iterator[tuple[int, dict[str, Any]]]:
    first = min((each.fired_at for each in one.members if each.fired_at is not None), default=None)
    if first is not None:
        yield first, {"what": "fired", "seconds": max(0, (first - one.incident.since) // 1000)}


def _message(sight: Sight, row: Row) -> dict[str, Any]:
    """To whom over which channel, and whether it arrived."""
    people = {each.name: each.title or each.name for each in sight.facts.incidents.book.receiver}
    state = row["receipt_state"] or row["state"]
    return {
        "what": "message",
        "to": people.get(row["receiver"], row["receiver"]),
        "channel": row["channel"],
        "state": state,
    }


def _beside(sight: Sight, one: StandingNow) -> Iterator[tuple[int, dict[str, Any]]]:
    """Other critical incidents that fired after it."""
    for other in situation.critical(situation.on_wall(sight)):
        fired = min((each.fired_at for each in other.members if each.fired_at is not None), default=None)
        if other.incident.id != one.incident.id and fired is not None and fired >= one.incident.since:
            yield fired, {"what": "beside", "name": situation.subject_name(sight, other.incident.subject)}


def _on_duty(sight: Sight, one: StandingNow) -> Iterator[dict[str, Any]]:
    book, inventory = sight.facts.incidents.book, sight.world.inventory
    for each in on_duty(book, one.incident.org, sight.now, inventory):
        yield {"of": "duty", "name": each.name, "phone": each.phone, "until": sight.at(each.until, one.incident.org)}


def _contacts(sight: Sight, one: StandingNow, found: Unfolding) -> Iterator[dict[str, Any]]:
    if one.cause is not None:
        for each in contacts(sight.world.inventory, one.cause, found.rule):
            org_name = sight.org_name(one.incident.org)
            yield {
                "of": each.of,
                "name": each.name,
                "phone": each.phone,
                "contract": each.contract,
                "org_name": org_name,
            }


def _last_time(sight: Sight, former: FormerIncident) -> dict[str, Any]:
    incident = former.incident
    return {
        "id": incident.id,
        "ended_at": sight.at(incident.ended_at, incident.org),
        "owner": incident.owner,
        "recover_s": durations(incident, None, None).recover_s,
        "result": next(iter([*former.results, *former.comments]), None),
    }
