"""The book in force, and the changes that people make to it, each with its audit row."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec import structs
from sqlalchemy.engine import Connection, RowMapping

from alerts.configured import rows
from alerts.configured.entry import Grounds, Table, table_of
from ioc.config.book import SECTIONS, Book, Entry, key_of, name_of
from ioc.config.book_checks import by_name, faults, file_faults, reach_faults, unknown
from ioc.config.indicators import IndicatorOptions
from ioc.config.read import refused
from ioc.core.errors import Code, IocError
from ioc.platform import audit
from ioc.platform.db import Database

version = rows.version
Guard = Callable[[Book, Book], None]  # raises IocError where the second must not follow the first


def load(conn: Connection, grounds: Grounds) -> Book:
    """All that can be read; what cannot is left out and told in `problems`."""
    return _book(_bodies(_standing(conn)), grounds)


def table(conn: Connection, section: str, name: str) -> Table | None:
    """An entry as it was written; None where there is none."""
    return next((row["body"] for row in rows.standing(conn, section) if row["name"] == name), None)


def people(conn: Connection) -> Book:
    """Receivers and rotas alone, which need no plug-in to be read."""
    return _book([(section, body) for section, body in _bodies(_standing(conn)) if section in _OF_PEOPLE], _NO_PLUGINS)


def ways(conn: Connection) -> Book:
    """With the routes and ladders that lead to them."""
    return _book([(section, body) for section, body in _bodies(_standing(conn)) if section in _OF_WAYS], _NO_PLUGINS)


def indicators(conn: Connection) -> tuple[IndicatorOptions, ...]:
    """The catalogue of indicators alone; what cannot be read is left out."""
    found = (_NO_PLUGINS.read("indicator", row["body"])[0] for row in rows.standing(conn, "indicator"))
    return tuple(each for each in found if isinstance(each, IndicatorOptions))


_OF_PEOPLE = frozenset({"receiver", "rota"})
_OF_WAYS = _OF_PEOPLE | {"escalation", "route"}
_NO_PLUGINS = Grounds({}, {})


def put(
    db: Database,
    grounds: Grounds,
    section: str,
    table: Table,
    actor: str,
    now: int,
    *,
    before: str | None = None,
    guard: Guard | None = None,
) -> Entry:
    """Create or replace the entry of that name; it stands in front of `before`, else keeps its place or comes last.

    `bad_config` names every problem that the book would have by it; `guard` may refuse the book that comes of it.
    """
    entry = _read(grounds, section, table)
    name, body = name_of(entry), table_of(entry)
    with db.write() as conn:
        rows.begin(db, conn)
        standing = _standing(conn)
        held = {row["name"]: row["body"] for row in standing if row["section"] == section}
        order = _order(section, list(held), name, before)
        elsewhere = [row for row in standing if row["section"] != section]
        after = [*_bodies(elsewhere), *((section, body if each == name else held[each]) for each in order)]
        _check(f"{section} {name!r}", grounds, standing, after, guard)
        rows.write(db, conn, (section, name), body=body, position=0, removed=False, changed_at=now, changed_by=actor)
        for position, each in enumerate(order):
            rows.change(conn, (section, each), position=position)
        audit.record(
            conn, now, actor, f"{section}.put", name, {"before": held.get(name), "after": body}, body.get("org")
        )
    return entry


def remove(
    db: Database, grounds: Grounds, section: str, name: str, actor: str, now: int, *, guard: Guard | None = None
) -> None:
    """Take an entry away, also one of the file, which does not come back until its text changes there.

    `unknown_entry` where there is none, `bad_config` where others need it.
    """
    with db.write() as conn:
        rows.begin(db, conn)
        standing = _standing(conn)
        row = next((row for row in standing if (row["section"], row["name"]) == (section, name)), None)
        if row is None:
            raise IocError(Code.UNKNOWN_ENTRY, f"there is no {section} {name!r}", section=section, name=name)
        others = [each for each in standing if each is not row]
        _check(f"without {section} {name!r}", grounds, standing, _bodies(others), guard)
        if row["loaded"] is None:
            rows.drop(conn, (section, name))
        else:
            rows.change(conn, (section, name), removed=True, changed_at=now, changed_by=actor)
        audit.record(conn, now, actor, f"{section}.removed", name, {"before": row["body"]}, row["body"].get("org"))


def _standing(conn: Connection) -> list[RowMapping]:
    return [row for row in rows.everything(conn) if not row["removed"]]


def _bodies(standing: Iterable[RowMapping]) -> list[tuple[str, Table]]:
    return [(row["section"], row["body"]) for row in standing]


def _read(grounds: Grounds, section: str, table: Table) -> Entry:
    entry, problems = grounds.read(section, table)
    if entry is not None and not name_of(entry):
        problems = [f"{section}.name: missing"]
    if entry is None or problems:
        raise refused(section, problems)
    return entry


def _order(section: str, names: list[str], name: str, before: str | None) -> list[str]:
    """The names of a section with a new one among them, or one that moves."""
    if before is None:
        return names if name in names else [*names, name]
    others = [each for each in names if each != name]
    if problems := unknown("before", [before], others):
        raise refused(f"{section} {name!r}", problems)
    place = others.index(before)
    return [*others[:place], name, *others[place:]]


def _check(
    what: str, grounds: Grounds, standing: Sequence[RowMapping], after: Iterable[tuple[str, Table]], guard: Guard | None
) -> None:
    """Refuses what a change makes wrong, not what was wrong already."""
    was, becomes = _book(_bodies(standing), grounds), _book(after, grounds)
    if problems := [each for each in becomes.problems if each not in set(was.problems)]:
        raise refused(what, problems)
    if guard is not None:
        guard(was, becomes)


def _book(bodies: Iterable[tuple[str, Table]], grounds: Grounds) -> Book:
    """Entries in order, and everything that is wrong with them alone or with each other."""
    found: dict[str, list[Any]] = {section: [] for section in SECTIONS}
    problems: list[str] = []
    for section, body in bodies:
        entry, wrong = grounds.read(section, body)
        problems += [f"{section} {body.get(key_of(section))!r}: {each}" for each in wrong]
        if entry is not None:
            found[section].append(entry)
    book = Book(**{section: tuple(each) for section, each in found.items()})
    problems += faults(book, grounds.address_of, by_name)
    problems += reach_faults(book, grounds.address_of, by_name)
    return structs.replace(book, problems=(*problems, *file_faults(book, by_name)))
