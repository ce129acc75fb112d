"""connector list; connector try."""

import argparse
import json
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connectors.commands import deliveries
from ioc.cli.common import Commands, command, group, now_ms, open_database, say, settings_of
from ioc.core.errors import Code, UsageError

if TYPE_CHECKING:
    from ioc.config.settings import Connector, Settings
    from ioc.messages.kinds import Kinds
    from ioc.platform.db import Database


def add(commands: Commands) -> None:
    connectors = group(commands, "connector", "What is asked over the network every so often.")
    command(connectors, "list", "Every configured connector: its kind, its period, and what it publishes.", show)
    about = "Look once, now, and print what would be published; nothing is sent."
    command(connectors, "try", about, try_one).add_argument("name", metavar="NAME")
    about = "How the last turns of a connector that fetches dossiers went, and what is no longer delivered."
    given = command(connectors, "deliveries", about, delivered)
    given.add_argument("name", metavar="NAME")
    given.add_argument("--last", type=int, default=10, metavar="N", help="how many turns; 10 by default")


def show(arguments: argparse.Namespace) -> None:
    for one in settings_of(arguments).connector:
        say(f"{one.name}  {one.kind}  every {one.every_s:g} s  {one.publish}")


def try_one(arguments: argparse.Namespace) -> int:
    """Exit code 1 where the target is not well."""
    import asyncio

    from connectors.runner.attempt import attempt
    from connectors.runner.contract import Seen
    from connectors.runner.gear import Gear
    from connectors.runner.telling import Teller
    from connectors.runner.thread import probes
    from ioc import bootstrap

    settings = settings_of(arguments)
    connector = _named(settings, arguments.name)
    if deliveries.fetches(connector):
        return deliveries.preview(settings, connector)
    probe = probes(bootstrap.plugins_of(settings), [connector]).get(connector.kind)
    if probe is None:
        raise UsageError(Code.NOT_A_PROBE, f"connector {connector.name!r}: a {connector.kind} connector is no probe")

    async def look() -> Seen:
        gear = Gear()
        try:
            return await attempt(probe, connector, gear)
        finally:
            await gear.close()

    seen = asyncio.run(look())
    for topic, state, _retain in Teller(connector).messages(seen, now_ms(), on_battery=False):
        say(f"{topic} {json.dumps(state, ensure_ascii=False)}")
    if seen.error is not None:
        say(f"! {seen.error}")
    for line in remarks(open_database(settings), bootstrap.kinds_of(settings), connector):
        say(line)
    return 0 if seen.error is None else 1


def delivered(arguments: argparse.Namespace) -> None:
    settings = settings_of(arguments)
    connector = _named(settings, arguments.name)
    if not deliveries.fetches(connector):
        raise UsageError(Code.NOT_A_DELIVERY, f"connector {connector.name!r}: a {connector.kind} fetches no dossiers")
    deliveries.show(settings, connector, arguments)


def _named(settings: "Settings", name: str) -> "Connector":
    for connector in settings.connector:
        if connector.name == name:
            return connector
    known = ", ".join(connector.name for connector in settings.connector) or "none is configured"
    raise UsageError(Code.UNKNOWN_CONNECTOR, f"connector {name!r}: there is no such connector; known: {known}")


def remarks(db: "Database", kinds: "Kinds", connector: "Connector") -> list[str]:
    """Remarks from the inventory: a state that is published for nobody helps nobody."""
    from ioc.core.clock import local
    from ioc.core.model import SourceKey, SourceStatus
    from ioc.domain.inventory.orgs import DEFAULT_TZ
    from ioc.domain.inventory.records import load

    key = SourceKey.parse(connector.publish)
    with db.read() as conn:
        inventory = load(conn, local(now_ms(), ZoneInfo(DEFAULT_TZ)).date().isoformat(), kinds)
    if key.org not in inventory.orgs:
        return [f"! org {key.org} is unknown: what is published would go to quarantine"]
    source = inventory.sources.get(key)
    if source is None or source.status is SourceStatus.PENDING:
        return [f"! {key} counts in no figure and under no rule before `ioc source confirm {key}`"]
    if source.interval_s and source.interval_s < connector.every_s:
        return [f"! {key} promises a word every {source.interval_s} s, this is one every {connector.every_s:g} s"]
    return []
