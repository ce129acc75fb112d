"""import dossiers."""

import argparse
import gc
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ioc.cli.common import Commands, add_encoding, command, encoded, group, now_ms, open_context, say, settings_of
from ioc.cli.meter import Meter
from ioc.core.errors import Code, UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from ioc.domain.dossiers.importing.rows import RowReader
    from ioc.domain.dossiers.importing.tables import TableRow

_GC_THRESHOLD = (50_000, 20, 50)  # rows make no cycles to look for


def add(commands: Commands) -> None:
    imports = group(commands, "import", "Bring in what other systems export.")
    about = "Bring in dossiers from a table: a heading a field, a row a dossier; the same file twice changes nothing."
    given = command(imports, "dossiers", about, dossiers)
    given.add_argument("file", metavar="FILE", type=Path, help="a .csv, .xlsx or .json file")
    add_encoding(given)
    given.add_argument("--source", metavar="ORG/SOURCE", help="the system they come from; where there is one, that one")
    given.add_argument("--map", metavar="FILE.toml", type=Path, help="which heading is which field: [columns], [words]")
    given.add_argument("--as-of", metavar="INSTANT", help="up to when the file knows; now where it is not given")
    given.add_argument("--full", action="store_true", help="the file holds all open dossiers: name those that vanished")
    given.add_argument("--preview", type=int, metavar="N", help="show how the first N rows are understood, and stop")
    given.add_argument("--dry-run", action="store_true", help="show the difference and change nothing")


def dossiers(arguments: argparse.Namespace) -> None:
    from ioc.core.clock import local
    from ioc.domain.dossiers.importing.columns import read_map
    from ioc.domain.dossiers.importing.delivery import DossierDelivery, deliver
    from ioc.domain.dossiers.importing.rows import RowReader
    from ioc.domain.dossiers.importing.tables import open_table
    from ioc.domain.dossiers.importing.target import find
    from ioc.domain.inventory.orgs import DEFAULT_TZ, OrgTree
    from ioc.domain.inventory.records import load

    context = open_context(settings_of(arguments))
    columns, now = read_map(arguments.map), now_ms()
    table = open_table(arguments.file, columns, encoding=encoded(arguments).encoding)
    with context.db.read() as conn:
        today = local(now, OrgTree([]).tz(DEFAULT_TZ)).date().isoformat()
        inventory = load(conn, today, context.kinds, context.settings.calendar.weeks)
    target = find(context.db, inventory, arguments.source)
    as_of = _instant(arguments.as_of, inventory.orgs.tz(target.key.org), now)
    decode = context.kinds["dossier"].decode_event
    if decode is None:
        raise UsageError(Code.NO_DOSSIERS, "this build knows no dossier events")
    reader = RowReader(inventory, target.key, columns, decode, as_of)
    if table.encoding not in (None, "utf-8"):
        say(f"read as {table.encoding}")
    if table.unused:
        say(f"not used: {', '.join(table.unused)}")
    if arguments.preview is not None:
        _preview(reader, table.lines, arguments.preview, arguments.file)
        return
    meter = Meter()

    def tell(step: str, rows: int) -> None:
        meter.show(rows / max(1, table.size), f"{rows} rows", step)

    gc.set_threshold(*_GC_THRESHOLD)
    delivery = DossierDelivery(str(arguments.file), table.lines, as_of, arguments.full)
    policy = context.settings.dossiers
    report = deliver(context.db, inventory, policy, reader, target, delivery, now, tell, dry_run=arguments.dry_run)
    meter.end()
    say(f"source: {target.key}")
    for line in report.lines():
        say(line)


def _instant(text: str | None, tz: "ZoneInfo", now: int) -> int:
    from ioc.messages.wire import Rejected
    from ioc.messages.wire.instant import parse_time

    if text is None:
        return now
    try:
        return min(now, parse_time(text, tz)[0])
    except Rejected as why:
        raise UsageError(Code.BAD_AS_OF, f"--as-of {text!r}: {why.detail}") from None


def _preview(reader: "RowReader", lines: "Iterable[TableRow]", n: int, origin: Path) -> None:
    import msgspec

    from ioc.messages.wire import Rejected

    for line in islice(lines, n):
        try:
            row = reader.read(line)
        except Rejected as why:
            say(f"{origin}: line {line.number}: {why.reason}: {why.detail}")
            continue
        say(f"line {line.number}: {row.code} {msgspec.json.encode(row.fields).decode()}")
