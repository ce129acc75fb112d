"""An entry as it is kept: the table that the file would hold, and its digest."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Self

import msgspec
from msgspec import NODEFAULT, Struct, structs

from alerts.model import RulePlugin
from ioc.config import read
from ioc.config.book import Entry
from ioc.config.settings import Settings

Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Grounds:
    """What entries are read against: the options of every kind of rule, and the channels of the file."""

    rules: Mapping[str, type[Struct]]
    channels: frozenset[str]

    @classmethod
    def of(cls, settings: Settings, rules: Mapping[str, ModuleType] | Mapping[str, RulePlugin]) -> Self:
        """`rules`: the plug-ins by their kind."""
        options = {kind: plugin.Options for kind, plugin in rules.items()}
        return cls(options, frozenset(channel.name for channel in settings.channel))

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
