"""An entry as it is kept: the table that the file would hold, and its digest."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Self

import msgspec
from msgspec import NODEFAULT, Struct, structs

from ioc.config import read
from ioc.config.book import Entry
from ioc.config.settings import Settings

Table = dict[str, Any]
PlugIns = Mapping[str, ModuleType] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Grounds:
    """What entries are read against: the options of every kind of rule, and the channels of the file.

    `address_of` says of each channel to which field of a receiver it speaks; `channel` where it needs none.
    """

    rules: Mapping[str, type[Struct]]
    address_of: Mapping[str, str]

    @classmethod
    def of(cls, settings: Settings, rules: PlugIns, channels: PlugIns | None = None) -> Self:
        """`rules` and `channels`: the plug-ins by their kind; without the latter nobody asks who can be reached."""
        options = {kind: plugin.Options for kind, plugin in rules.items()}
        known = channels or {}
        address_of = {
            channel.name: known[channel.kind].address if channel.kind in known else "channel"
            for channel in settings.channel
        }
        return cls(options, address_of)

    def read(self, section: str, table: Table) -> tuple[Entry | None, list[str]]:
        """The entry, or every problem with it."""
        return read.one_entry(section, table, self.rules)


def table_of(value: Struct) -> Table:
    """The keys that differ from their defaults, by the names the file gives them; the options of a rule among them."""
    table: Table = {}
    for field in structs.fields(value):
        held = getattr(value, field.name)
        default = field.default_factory() if field.default_factory is not NODEFAULT else field.default
        if field.name == "options":
            table |= table_of(held) if isinstance(held, Struct) else {}
        elif field.required or held != default:
            table[field.encode_name] = _plain(held)
    return table


def digest(table: Table) -> str:
    return hashlib.sha256(msgspec.json.encode(table, order="deterministic")).hexdigest()


def _plain(held: Any) -> Any:
    if isinstance(held, Struct):
        return table_of(held)
    if isinstance(held, tuple | list):
        return [_plain(each) for each in held]
    if isinstance(held, dict):
        return {key: _plain(each) for key, each in held.items()}
    return msgspec.to_builtins(held)
