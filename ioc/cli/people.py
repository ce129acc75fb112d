"""token and user: who may come in."""

import argparse
import getpass
import os
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ioc.cli.common import Commands, command, group, now_ms, open_database, say, settings_of
from ioc.core.errors import Code, IocError, UsageError

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

ROLES = ("wall", "leader", "operator", "admin")
VARIABLE = "IOC_PASSWORD"


def add(commands: Commands) -> None:
    tokens = group(commands, "token", "API tokens of displays, devices and programs.")
    create = command(tokens, "create", "Make a token and print its text, which is not kept.", token_create)
    create.add_argument("--name", required=True)
    _add_right(create)
    command(tokens, "list", "Every token, without its text.", token_list)
    command(tokens, "revoke", "End a token at once.", token_revoke).add_argument("name")
    users = group(commands, "user", f"People who log in; a password is asked, or taken from {VARIABLE}.")
    new = command(users, "add", "Add a person.", user_add)
    new.add_argument("name")
    _add_right(new)
    command(users, "list", "Every user.", user_list)
    command(users, "disable", "Shut a user out and end every session of theirs.", user_disable).add_argument("name")
    command(users, "passwd", "Change a password and end every session.", user_passwd).add_argument("name")


def _add_right(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", required=True, choices=ROLES)
    parser.add_argument("--org", metavar="CODE", help="this org and all below it; without it: the whole tree")


def token_create(arguments: argparse.Namespace) -> None:
    from ioc.core.model import Role
    from ioc.domain import access

    db = open_database(settings_of(arguments))
    say(access.create_token(db, arguments.name, Role(arguments.role), arguments.org, now_ms()))


def token_list(arguments: argparse.Namespace) -> None:
    from ioc.domain import access

    db = open_database(settings_of(arguments))
    with db.read() as conn:
        rows = _flagged(conn, access.list_tokens(conn))
    table(rows, ("name", "role", "org", "created_at", "revoked_at", "org_closed"))


def token_revoke(arguments: argparse.Namespace) -> None:
    from ioc.domain import access

    _or_unknown(access.revoke_token(open_database(settings_of(arguments)), arguments.name, now_ms()), arguments.name)


def user_add(arguments: argparse.Namespace) -> None:
    from ioc.core.model import Role
    from ioc.domain import access

    db = open_database(settings_of(arguments))
    access.add_user(db, arguments.name, Role(arguments.role), arguments.org, _password(), now_ms())


def user_list(arguments: argparse.Namespace) -> None:
    from ioc.domain import access

    db = open_database(settings_of(arguments))
    with db.read() as conn:
        rows = _flagged(conn, access.list_users(conn))
    table(rows, ("name", "role", "org", "lang", "disabled", "created_at", "org_closed"))


def user_disable(arguments: argparse.Namespace) -> None:
    from ioc.domain import access

    _or_unknown(access.disable_user(open_database(settings_of(arguments)), arguments.name, now_ms()), arguments.name)


def user_passwd(arguments: argparse.Namespace) -> None:
    from ioc.domain import access

    db = open_database(settings_of(arguments))
    _or_unknown(access.set_password(db, arguments.name, _password(), now_ms()), arguments.name)


def _password() -> str:
    if (given := os.environ.get(VARIABLE)) is not None:
        return given
    if not sys.stdin.isatty():
        raise UsageError(Code.NO_PASSWORD, f"no terminal to ask for a password: set {VARIABLE}")
    first = getpass.getpass("password: ")
    if getpass.getpass("again: ") != first:
        raise UsageError(Code.PASSWORDS_DIFFER, "the two passwords differ; nothing was changed")
    return first


def _or_unknown(changed: bool, name: str) -> None:
    if not changed:
        raise IocError(Code.UNKNOWN_NAME, f"{name!r}: there is none of that name")


def _flagged(conn: "Connection", rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """A note on a grant whose org is closed: its last day and who stands for it now."""
    from ioc.cli.orgs import today
    from ioc.domain.inventory.records import load_orgs

    orgs, flagged = load_orgs(conn, today()), list[Mapping[str, Any]]()
    for row in rows:
        org, note = row["org"], None
        if orgs.closed(org):
            heir = orgs.heir(org)
            note = f"{orgs.by_code[org].valid_to}, " + ("no successor" if heir == org else f"now {heir}")
        flagged.append({**row, "org_closed": note})
    return flagged


def table(rows: Iterable[Mapping[str, Any]], columns: tuple[str, ...]) -> None:
    shown = [columns, *(tuple(_shown(column, row[column]) for column in columns) for row in rows)]
    widths = [max(len(row[i]) for row in shown) for i in range(len(columns))]
    for row in shown:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _shown(column: str, value: Any) -> str:
    from ioc.core.clock import rfc3339
    from ioc.domain.inventory.orgs import DEFAULT_TZ

    if value is None:
        return "-"
    if column.endswith("_at"):
        return rfc3339(value // 1000 * 1000, ZoneInfo(DEFAULT_TZ))
    return str(value)
