"""The book over the API: read, changed entry by entry, each within the caller's part of the tree."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, structs

from alerts.configured import store
from alerts.configured.entry import Grounds, Table
from alerts.delivery import readiness
from alerts.delivery.readiness import Readiness
from ioc.config.book import Book, name_of
from ioc.config.read import refused
from ioc.context import Context
from ioc.core.errors import Code, IocError
from ioc.core.registry import PluginSort
from ioc.platform.db import Database
from web.boundary.call import Call
from web.boundary.ports import Announces, Reads

NamedEntry = TypeVar("NamedEntry", bound=Struct)
REFUSED = (Code.BAD_CONFIG, Code.BEYOND_SCOPE, Code.LEAVES_UNTOLD)
REMOVED = (Code.BAD_CONFIG, Code.UNKNOWN_ENTRY, Code.LEAVES_UNTOLD)
_NAMED = 3


class NamedBody(Struct, frozen=True):
    """The keys of an entry as the file would hold it; one of the same name is replaced."""

    name: str


class ForceQuery(Struct, frozen=True):
    """`force`: save it although it leaves somewhere nobody to be told."""

    force: bool = False


def load(context: Context, records: Reads) -> Book:
    grounds = _grounds(context)
    return records.read(lambda conn: store.load(conn, grounds))


def put(
    call: Call,
    section: str,
    kind: type[NamedEntry],
    context: Context,
    db: Database,
    workers: Announces,
    *,
    before: str | None = None,
    force: bool = False,
    name: str | None = None,
) -> NamedEntry:
    """Create or replace what the body holds, under `name` where it has none; in force within a second."""
    table = {key: value for key, value in msgspec.json.decode(call.raw).items() if key != "before"}
    table |= {} if name is None else {"name": name}
    _check_part(call, section, table)
    guard = None if force else _guard(call, context)
    entry = workers.offload(
        store.put, db, _grounds(context), section, table, call.actor, call.now, before=before, guard=guard
    )
    workers.announce("configured")
    return msgspec.convert(entry, kind)


def remover(section: str) -> Callable[[Call, ForceQuery, Context, Reads, Database, Announces], None]:
    """The handler that takes an entry of a section away."""

    def remove(
        call: Call, query: ForceQuery, context: Context, records: Reads, db: Database, workers: Announces
    ) -> None:
        name = call.path["name"]
        entries: tuple[Any, ...] = getattr(load(context, records), section)
        found = next((each for each in entries if name_of(each) == name), None)
        if found is None or not (call.sees_all or _is_own(call, found)):
            raise unknown(section, name)
        guard = None if query.force else _guard(call, context)
        workers.offload(store.remove, db, _grounds(context), section, name, call.actor, call.now, guard=guard)
        workers.announce("configured")

    return remove


def _guard(call: Call, context: Context) -> store.Guard:
    """Refuses a change by which trouble somewhere would be told to nobody, where it was told before."""
    address_of, everywhere = _grounds(context).address_of, call.orgs.reach(None)

    def surveyed(book: Book) -> list[Readiness]:
        return list(readiness.survey(book, address_of, call.inventory, (), call.now).of(everywhere))

    def check(was: Book, becomes: Book) -> None:
        untold = readiness.lost(surveyed(was), surveyed(becomes))
        if untold:
            raise _leaves_untold(call, untold)

    return check


def _leaves_untold(call: Call, untold: Sequence[Readiness]) -> IocError:
    places = [f"{call.orgs.get(each.org).name} ({each.severity})" for each in untold]
    more = len(places) - _NAMED
    where = ", ".join(places[:_NAMED]) + (f" + {more}" if more > 0 else "")
    return IocError(Code.LEAVES_UNTOLD, f"nobody would be told of trouble at {where}", where=where, n=len(places))


def touches(call: Call, org: str | None) -> bool:
    """Of the caller's part of the tree, or of what lies above it."""
    above = {each.code for each in call.orgs.path(call.scope.root or "")}
    return org is None or org in call.scope or call.orgs.heir(org) in above


def unknown(section: str, name: str) -> IocError:
    return IocError(Code.UNKNOWN_ENTRY, f"there is no {section} {name!r}", section=section, name=name)


def plain(found: Struct) -> dict[str, Any]:
    """The values of an entry, as an answer holds them."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in structs.asdict(found).items()}


def _is_own(call: Call, found: Any) -> bool:
    org: str | None = getattr(found, "org", None)
    return org is not None and org in call.scope


def _check_part(call: Call, section: str, table: Table) -> None:
    """Whoever is bound to a part of the tree changes what is of that part alone."""
    org = table.get("org")
    if isinstance(org, str) and org not in call.scope:
        raise refused(section, [f"{section}.org: {org!r} is not in the tree"])
    if org is None and not call.sees_all:
        raise IocError(Code.BEYOND_SCOPE, f"a {section} without an org is for more than your part of the tree")


def _grounds(context: Context) -> Grounds:
    plugins = context.plugins
    return Grounds.of(context.settings, plugins.of(PluginSort.RULE), plugins.of(PluginSort.CHANNEL))
