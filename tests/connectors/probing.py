"""Connectors as an administrator writes them, and one look of them."""

import asyncio
from typing import Any

from msgspec import Struct

from connectors.runner.attempt import attempt
from connectors.runner.contract import Seen
from connectors.runner.gear import Gear
from connectors.runner.thread import probes
from ioc.config import read
from ioc.config.settings import Connector
from ioc.core.errors import UsageError
from ioc.core.registry import Plugins, PluginSort


def option_types() -> dict[str, dict[str, type[Struct]]]:
    known = {**Plugins().of(PluginSort.PROBE), **Plugins().of(PluginSort.PULL)}
    return {"connector": {kind: probe.Options for kind, probe in known.items()}}


def connectors(*tables: dict[str, Any]) -> tuple[Connector, ...]:
    """`[[connector]]` tables through the reader of the configuration."""
    return read.parse({"data_dir": "/nowhere", "connector": list(tables)}, option_types(), {}).connector


def connector(kind: str, *, name: str = "x", publish: str = "hg/service/x", **keys: Any) -> Connector:
    (read_one,) = connectors({"name": name, "kind": kind, "publish": publish, **keys})
    return read_one


def problems(**keys: Any) -> str:
    """What check-config says of one table."""
    try:
        connectors({"name": "x", "kind": "tcp", "publish": "hg/service/x", **keys})
    except UsageError as error:
        return "\n".join(error.params["problems"])
    return ""


def look(kind: str, **keys: Any) -> Seen:
    """One look, within its time limit, as the runner takes it."""
    (seen,) = looks(connector(kind, **keys))
    return seen


def looks(*asked: Connector) -> list[Seen]:
    """One look at each, all at once and with the same gear."""
    known = probes(Plugins(), asked)

    async def run() -> list[Seen]:
        gear = Gear()
        try:
            return await asyncio.gather(*(attempt(known[one.kind], one, gear) for one in asked))
        finally:
            await gear.close()

    return asyncio.run(run())
