"""cartogram list; cartogram export; cartogram import: the maps of tiles as files."""

import argparse
from pathlib import Path
from typing import Any

from ioc.cli.common import Commands, command, group, now_ms, open_context, open_database, say, settings_of

ACTOR = "cli"


def add(commands: Commands) -> None:
    given = group(commands, "cartogram", "The maps of tiles.")
    command(given, "list", "Every org with a map of its own.", show)
    out = command(given, "export", "Print a map as JSON.", export)
    out.add_argument("root", metavar="ORG")
    taken = command(given, "import", "Check the map of a file against the tree and save it.", read)
    taken.add_argument("file", type=Path, metavar="FILE")
    taken.add_argument("--note", metavar="TEXT", help="why, for those who read the history")


def show(arguments: argparse.Namespace) -> None:
    from ioc.platform import documents
    from web.cartograms import document

    with open_database(settings_of(arguments)).read() as conn:
        found = documents.latest(conn, document.SORT)
    for root, one in found.items():
        say(f"{root}  {len((one.body or {})['tiles'])} tiles  version {one.version} by {one.author}")


def export(arguments: argparse.Namespace) -> None:
    import msgspec

    from ioc.core.errors import Code, UsageError
    from ioc.platform import documents
    from web.cartograms import document

    with open_database(settings_of(arguments)).read() as conn:
        found = documents.latest(conn, document.SORT).get(arguments.root)
    if found is None:
        raise UsageError(Code.BAD_OPTION, f"{arguments.root}: no map of its own; it is drawn by calculation")
    say(msgspec.json.format(msgspec.json.encode(found.body), indent=1).decode())


def read(arguments: argparse.Namespace) -> None:
    from ioc.core.clock import local
    from ioc.domain.inventory.records import load
    from ioc.platform import documents
    from web.cartograms import document

    context, now, body = open_context(settings_of(arguments)), now_ms(), _body(arguments.file)
    with context.db.write() as conn:
        today = local(now, _zone()).date().isoformat()
        found = document.checked(body, load(conn, today, context.kinds).orgs)
        number = documents.save(conn, document.SORT, found.root, body, at=now, author=ACTOR, note=arguments.note)
    say(f"saved: {found.root}, version {number}")


def _zone() -> Any:
    from zoneinfo import ZoneInfo

    from ioc.domain.inventory.orgs import DEFAULT_TZ

    return ZoneInfo(DEFAULT_TZ)


def _body(file: Path) -> dict[str, Any]:
    import msgspec

    from ioc.core import jsons
    from ioc.core.errors import Code, UsageError

    try:
        told: dict[str, Any] = jsons.decode(file.read_bytes(), dict[str, Any])
    except OSError as error:
        raise UsageError(Code.BAD_OPTION, f"{file}: {error.strerror}") from None
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise UsageError(Code.BAD_OPTION, f"{file}: {error}") from None
    return told
