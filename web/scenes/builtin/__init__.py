"""The scenes that every installation has, a JSON file each, in the order in which a wall goes round them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from web.scenes.layout import Scene

HERE = Path(__file__).parent
ORDER = ("toan-canh", "hop-truc-tuyen", "mot-cua", "ho-so", "ha-tang", "su-co")


def _read() -> Iterator[Scene]:
    for name in ORDER:
        yield msgspec.json.decode((HERE / f"{name}.json").read_bytes(), type=Scene)


SCENES: Mapping[str, Scene] = MappingProxyType({scene.name: scene for scene in _read()})
