"""Whom to call: who is on duty, who stands for an org, who looks after a source and the lines it hangs on."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from alerts.people.directory import Directory
from ioc.context import Context
from ioc.core.errors import Code, IocError
from ioc.core.model import Role, SourceKey
from ioc.domain.inventory import Source
from web.api import _book
from web.boundary.answers import Instant, Page, extended
from web.boundary.call import Call
from web.boundary.ports import Reads
from web.boundary.route import V1, Route

MOST_LINES = 8


class ContactQuery(Struct, frozen=True):
    """`source` is ORG/KIND/SOURCE; `org` is then its own."""

    org: str | None = None
    source: str | None = None


class ContactItem(Struct, frozen=True, kw_only=True):
    """One person or desk; `of` says for what: a rota, an org or a source. `contact` is as the inventory has it."""

    what: Literal["duty", "head", "source"]
    name: str
    of: str
    contact: str
    until: Instant | None


class ContactList(Page[ContactItem], frozen=True, kw_only=True):
    as_of: Instant


def contacts(call: Call, query: ContactQuery, context: Context, records: Reads) -> ContactList:
    """Nearest first: of the source and its lines, then of the org and those above it, then who is on duty."""
    source = None if query.source is None else _source(call, query.source)
    org = source.key.org if source else query.org
    if org is not None and org not in call.scope:
        raise IocError(Code.UNKNOWN_ORG, f"org {org!r} is not in the tree", org=org)
    root = org or call.home
    directory = Directory(_book.load(context, records))
    found = [
        *(_of_source(call, source) if source else ()),
        *(_heads(call, root) if root else ()),
        *_on_duty(call, directory, root),
    ]
    return extended(ContactList, call.part.of(found, lambda one: one), as_of=call.at(call.now, root))


def _source(call: Call, text: str) -> Source:
    parts = text.split("/")
    found = call.inventory.sources.get(SourceKey(*parts)) if len(parts) == len(SourceKey._fields) else None
    if found is None or found.key.org not in call.scope:
        raise IocError(Code.UNKNOWN_SOURCE, f"no source {text!r}", source=text)
    return found


def _of_source(call: Call, source: Source) -> Iterator[ContactItem]:
    """Of itself, then of the lines it hangs on, from the nearest."""
    line: Source | None = source
    for _ in range(MOST_LINES):
        if line is None:
            return
        if line.contact:
            yield ContactItem(
                what="source", name=line.owner or line.name, of=line.name, contact=line.contact, until=None
            )
        line = None if line.parent is None else call.inventory.sources.get(line.parent)


def _heads(call: Call, org: str) -> Iterator[ContactItem]:
    for one in reversed(call.orgs.path(org)):
        if one.code in call.scope and one.head_phone:
            yield ContactItem(
                what="head", name=one.head_name or one.name, of=one.name, contact=one.head_phone, until=None
            )


def _on_duty(call: Call, directory: Directory, org: str | None) -> Iterator[ContactItem]:
    for name, rota in directory.rotas.items():
        if not _book.touches(call, rota.org):
            continue
        found = directory.on(name, call.now, call.inventory)
        for who in found.who:
            person = directory.receivers.get(who)
            if person is not None and person.phone:
                until = call.at(found.until, org)
                yield ContactItem(what="duty", name=person.title or who, of=name, contact=person.phone[0], until=until)


ROUTES = (
    Route(
        "GET", f"{V1}/contacts", Role.LEADER, contacts, "Whom to call about an org or a source",
        (Code.UNKNOWN_ORG, Code.UNKNOWN_SOURCE),
    ),
)  # fmt: skip
