"""The sheet of a shift, for the hour the server is away: who is on duty, what is open, whom to call."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct
from sqlalchemy.engine import Connection

from alerts.configured import store
from alerts.incidents import queries
from alerts.model import WORST_FIRST, IncidentState
from alerts.people import shifts
from alerts.people.directory import Directory
from ioc.config.alerting import ReceiverOptions
from ioc.core.errors import Code
from ioc.core.model import Role
from ioc.core.texts import Texts
from ioc.domain.inventory import Scope
from ioc.domain.inventory.naming import placed
from web.api import _book
from web.api.incidents import IncidentItem, items
from web.boundary.answers import HTML, Answer, Document
from web.boundary.call import Call
from web.boundary.ports import Reads
from web.boundary.route import V1, Route
from web.printed import page
from web.printed.days import moment

MOST = 500
_OPEN = (IncidentState.OPEN, IncidentState.TAKEN)


class ShiftSheetQuery(Struct, frozen=True):
    org: str | None = None


class DutyRow(NamedTuple):
    rota: str
    now: str
    until: str
    next: str


class IncidentRow(NamedTuple):
    id: int
    place: str
    what: str
    since: str
    owner: str
    affected: str


class ContactRow(NamedTuple):
    who: str
    phone: str
    email: str


def sheet(call: Call, query: ShiftSheetQuery, records: Reads, texts: Texts) -> Answer[str]:
    """In Vietnamese, whoever asks; the gravest incident first."""
    scope = call.subtree(query.org)

    def read(conn: Connection) -> tuple[Directory, list[IncidentItem], str | None]:
        found, _ = queries.incidents(conn, scope, _OPEN, 1, MOST)
        taken = shifts.current(conn, call.principal.name, call.now)
        directory = Directory(store.people(conn))
        return directory, list(items(conn, call, scope, found)), taken.person if taken else None

    directory, incidents, holder = records.read(read)
    root = scope.root or call.home
    rotas = [name for name, rota in directory.rotas.items() if _book.touches(call, rota.org)]

    def say(key: str, **params: object) -> str:
        return texts.render("vi", key, params)

    return page.html(
        "shift.html",
        say=say,
        name=call.orgs.by_code[root].name if root else "",
        at=moment(call, call.now, root),
        holder=holder,
        duties=list(_duties(call, directory, rotas, root)),
        incidents=[_incident(each, say) for each in sorted(incidents, key=_urgency)],
        contacts=sorted({*_persons(call, directory, rotas), *_heads(call, scope), *_sources(call, scope)}),
        simulated=any(source.simulated for source in call.inventory.in_scope(scope)),
    )


def _duties(call: Call, directory: Directory, rotas: Iterable[str], root: str | None) -> Iterator[DutyRow]:
    for name in rotas:
        who, until, following = directory.on(name, call.now, call.inventory)
        ends = "" if until is None else moment(call, until, root)
        yield DutyRow(name, _called(directory, who), ends, _called(directory, following))


def _called(directory: Directory, names: tuple[str, ...]) -> str:
    """With the numbers they are called at."""
    persons = [directory.receivers[name] for name in names if name in directory.receivers]
    return ", ".join(" ".join([each.name, *each.phone]) for each in persons) or "–"


def _urgency(incident: IncidentItem) -> tuple[bool, int, str]:
    return incident.owner is not None, WORST_FIRST[incident.severity], incident.since


def _incident(incident: IncidentItem, say: Callable[..., str]) -> IncidentRow:
    affected = ", ".join(
        f"{placed(each.org_name, each.parent_name)} {each.n}/{each.of}" for each in incident.affected[:5]
    )
    return IncidentRow(
        incident.id,
        placed(incident.cause.org_name, incident.cause.parent_name),
        incident.title,
        incident.since[:16].replace("T", " "),
        incident.owner or say("shift.sheet.untaken"),
        affected,
    )


def _persons(call: Call, directory: Directory, rotas: Iterable[str]) -> Iterator[ContactRow]:
    """Everybody for who may see all, else those who are on duty or will be."""
    known = directory.receivers.values() if call.sees_all else _on_duty(call, directory, rotas)
    for person in known:
        if person.phone or person.email:
            yield ContactRow(person.name, ", ".join(person.phone), ", ".join(person.email))


def _on_duty(call: Call, directory: Directory, rotas: Iterable[str]) -> Iterator[ReceiverOptions]:
    for name in rotas:
        who, _, following = directory.on(name, call.now, call.inventory)
        yield from (directory.receivers[each] for each in (*who, *following) if each in directory.receivers)


def _heads(call: Call, scope: Scope) -> Iterator[ContactRow]:
    for org in call.orgs.living():
        if org.code in scope and (org.head_phone or org.head_email):
            who = " – ".join(filter(None, (org.name, org.head_name)))
            yield ContactRow(who, org.head_phone or "", org.head_email or "")


def _sources(call: Call, scope: Scope) -> Iterator[ContactRow]:
    for source in call.inventory.in_scope(scope):
        if source.contact and source.counts:
            yield ContactRow(source.name, source.contact, "")


ROUTES = (
    Route(
        "GET", f"{V1}/shifts/sheet", Role.OPERATOR, sheet, "The printable sheet of a shift", (Code.UNKNOWN_ORG,),
        documents=(Document(HTML),),
    ),
)  # fmt: skip
