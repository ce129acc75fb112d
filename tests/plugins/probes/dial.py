"""Connector `dial`: the number in a file, as the reading of a meter."""

from pathlib import Path
from typing import ClassVar

from msgspec import Struct

from connectors.runner.contract import Seen
from connectors.runner.gear import Gear

kind = "dial"
libraries = ()


class Options(Struct, frozen=True, kw_only=True):
    """`path`: the file."""

    PUBLISHES: ClassVar[frozenset[str]] = frozenset({"meter"})
    path: str


async def look(options: Options, _gear: Gear) -> Seen:
    return Seen(figures={"kwh": float(Path(options.path).read_text(encoding="ascii"))})


SAMPLE = """
# [[connector]]
# name = "dial-1"
# kind = "dial"                            # a number in a file; publishes a meter
# publish = "hg/meter/m1"
# path = "/run/meter"
"""
