"""Deliveries of the connectors that fetch dossiers, past and to come."""

import argparse
from itertools import islice
from typing import TYPE_CHECKING

from ioc.cli.common import open_context, say
from ioc.core.errors import Code, UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from connectors.deliveries.contract import Offer
    from connectors.deliveries.kept import DeliveryOutcome
    from ioc.config.settings import Connector, Settings
    from ioc.domain.dossiers.importing.rows import RowReader

ROWS = 5


def fetches(connector: "Connector") -> bool:
    from connectors.deliveries import rounds

    return rounds.fetches(connector)


def preview(settings: "Settings", connector: "Connector") -> int:
    """The first rows of what is there, as they are understood; nothing is sent, moved or remembered."""
    from contextlib import closing

    from connectors.deliveries.contract import Errand
    from connectors.deliveries.desk import LIMIT_S
    from connectors.deliveries.rounds import desk_of, pulls
    from ioc.core.clock import rfc3339
    from ioc.core.model import SourceKey
    from ioc.domain.dossiers.importing.rows import RowReader

    context = open_context(settings)
    desk, now = desk_of(context, lambda _topic, _payload: None), context.clock.now_ms()
    inventory, key = desk.inventory(now), SourceKey.parse(connector.publish)
    if key.org not in inventory.orgs:
        raise UsageError(Code.UNKNOWN_ORG, f"org {key.org} is unknown: import it first", org=key.org)
    found = 0
    with closing(desk.kept(connector.name)) as kept:
        errand = Errand(kept, now, inventory.tz(key), connector.timeout_s or LIMIT_S)
        with closing(pulls(context.plugins)[connector.kind].collect(connector.options, errand)) as offers:
            for offer in offers:
                found += 1
                say(f"{offer.origin}: as of {rfc3339(offer.as_of, inventory.tz(key))}")
                columns = connector.options.column_map()
                _show(offer, RowReader(inventory, key, columns, desk.decode, offer.as_of))
    if not found:
        say("nothing is there to be taken")
    return 0


def _show(offer: "Offer", reader: "RowReader") -> None:
    import msgspec

    from ioc.messages.wire import Rejected

    table = offer.read()
    if table.encoding is not None:
        say(f"read as {table.encoding}")
    if table.unused:
        say(f"not used: {', '.join(table.unused)}")
    for line in islice(table.lines, ROWS):
        try:
            row = reader.read(line)
        except Rejected as why:
            say(f"! line {line.number}: {why.reason}: {why.detail}")
            continue
        say(f"line {line.number}: {row.code} {msgspec.json.encode(row.fields).decode()}")


def show(settings: "Settings", connector: "Connector", arguments: argparse.Namespace) -> None:
    """Prints the outcome of the last turns, and the open dossiers that are no longer delivered."""
    from contextlib import closing
    from zoneinfo import ZoneInfo

    from connectors.deliveries.desk import KEPT
    from connectors.deliveries.kept import SyncState
    from ioc.core.clock import rfc3339
    from ioc.domain.inventory.orgs import DEFAULT_TZ

    zone = ZoneInfo(DEFAULT_TZ)
    with closing(SyncState(settings.root / KEPT / f"{connector.name}.sqlite")) as kept:
        for outcome in kept.last(arguments.last):
            say(_line(outcome, zone))
        for code, at in kept.vanished():
            say(f"- {code}: open, and no longer delivered since {rfc3339(at, zone)}")


def _line(outcome: "DeliveryOutcome", zone: "ZoneInfo") -> str:
    from ioc.core.clock import rfc3339

    at = rfc3339(outcome.at, zone)
    if outcome.error is not None:
        return f"{at}  refused: {outcome.error}"
    as_of = rfc3339(outcome.as_of, zone) if outcome.as_of is not None else "-"
    counts = f"{outcome.rows} rows, {outcome.changed} changed, {outcome.bad} bad, {outcome.vanished} vanished"
    return f"{at}  {outcome.origin}  as of {as_of}: {counts}"
