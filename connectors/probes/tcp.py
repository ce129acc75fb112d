"""Connector `tcp`: a port that accepts connections, and greets where a greeting is expected."""

import asyncio
from typing import ClassVar

from msgspec import Struct

from connectors.runner.contract import LINE_OR_SERVICE, Seen
from connectors.runner.gear import Gear, Stopwatch
from ioc.config.fields import Port

kind = "tcp"
libraries: tuple[str, ...] = ()
GREETING_BYTES = 4_096


class Options(Struct, frozen=True, kw_only=True):
    """`greeting` must stand in the first line that the other side sends by itself."""

    PUBLISHES: ClassVar[frozenset[str]] = LINE_OR_SERVICE
    host: str
    port: Port
    greeting: str | None = None


async def look(options: Options, _gear: Gear) -> Seen:
    watch = Stopwatch()
    reader, writer = await asyncio.open_connection(options.host, options.port, limit=GREETING_BYTES)
    took = watch.ms
    try:
        if options.greeting is None:
            return Seen(took_ms=took)
        line = (await reader.read(GREETING_BYTES)).decode(errors="replace")
        return Seen(None if options.greeting in line else f"greeting lacks {options.greeting!r}", took)
    finally:
        writer.close()
