"""outline list; outline export; outline import: the true borders below an org as GeoJSON files."""

import argparse
from pathlib import Path
from typing import Any

from ioc.cli.common import Commands, command, group, now_ms, open_context, open_database, say, settings_of

ACTOR = "cli"
LARGEST = 5 * 1024 * 1024  # bytes, as over the API
_MISSING = 20


def add(commands: Commands) -> None:
    given = group(commands, "outline", "The true borders on maps.")
    command(given, "list", "Every org with borders below it.", show)
    out = command(given, "export", "Print borders as GeoJSON.", export)
    out.add_argument("root", metavar="ORG")
    taken = command(given, "import", "Check a GeoJSON against the tree, thin it and save it.", read)
    taken.add_argument("root", metavar="ORG")
    taken.add_argument("file", type=Path, metavar="FILE")
    taken.add_argument("--note", metavar="TEXT", help="why, for those who read the history")


def show(arguments: argparse.Namespace) -> None:
    from ioc.platform import documents
    from web.outlines import document

    with open_database(settings_of(arguments)).read() as conn:
        found = documents.latest(conn, document.SORT)
    for root, one in found.items():
        kept = document.read(one.body or {})
        said = f"{len(kept.shapes)} areas  {kept.points} points of {kept.brought}"
        say(f"{root}  {said}  version {one.version} by {one.author}")


def export(arguments: argparse.Namespace) -> None:
    import msgspec

    from ioc.core.errors import Code, UsageError
    from ioc.platform import documents
    from web.outlines import document

    with open_database(settings_of(arguments)).read() as conn:
        found = documents.latest(conn, document.SORT).get(arguments.root)
    if found is None:
        raise UsageError(Code.BAD_OPTION, f"{arguments.root}: no borders below it; tiles are drawn")
    say(msgspec.json.encode(document.told(document.read(found.body or {}))).decode())


def read(arguments: argparse.Namespace) -> None:
    from zoneinfo import ZoneInfo

    from ioc.core.clock import local
    from ioc.domain.inventory.orgs import DEFAULT_TZ
    from ioc.domain.inventory.records import load
    from ioc.platform import documents
    from web.outlines import document

    context, now, given = open_context(settings_of(arguments)), now_ms(), _geojson(arguments.file)
    today = local(now, ZoneInfo(DEFAULT_TZ)).date().isoformat()
    with context.db.read() as conn:
        orgs = load(conn, today, context.kinds).orgs
    made = document.made(arguments.root, given, orgs)
    with context.db.write() as conn:
        number = documents.save(
            conn, document.SORT, arguments.root, made.body, at=now, author=ACTOR, note=arguments.note
        )
    say(f"saved: {arguments.root}, version {number}, {made.outline.points} points of {made.outline.brought}")
    for one in made.unmatched:
        say(f"not used: features[{one.feature}] {one.name!r}: {one.why}")
    if made.missing:
        more = f" and {len(made.missing) - _MISSING} more" if len(made.missing) > _MISSING else ""
        say(f"without an area: {', '.join(made.missing[:_MISSING])}{more}")


def _geojson(file: Path) -> dict[str, Any]:
    import msgspec

    from ioc.core.errors import Code, UsageError

    try:
        if file.stat().st_size > LARGEST:
            raise UsageError(Code.BAD_OPTION, f"{file}: {file.stat().st_size} bytes; at most {LARGEST}")
        told: dict[str, Any] = msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
    except OSError as error:
        raise UsageError(Code.BAD_OPTION, f"{file}: {error.strerror}") from None
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise UsageError(Code.BAD_OPTION, f"{file}: {error}") from None
    return told
