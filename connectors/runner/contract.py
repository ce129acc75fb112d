"""The contract of a kind of probe, and the result of one look."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Protocol

from msgspec import Struct

from connectors.runner.gear import Gear
from ioc.core import contract
from ioc.core.contract import Plugin
from ioc.core.model import Number

LINE_OR_SERVICE = frozenset({"link", "service"})  # what a probe publishes: `PUBLISHES` of its options


@dataclass(frozen=True, slots=True)
class Seen:
    """The result of one look at a target.

    `error` says in a few words why the target is not well, None when it is. `took_ms` is the round trip, which a line
    calls `rtt_ms` and a service `latency_ms`; `figures` and `texts` are published as they are, as of `at` where the
    target says so itself. With an `error`, `answered` tells a device that could not be read from one that is silent.
    """

    error: str | None = None
    took_ms: float | None = None
    figures: Mapping[str, Number] = field(default_factory=dict)
    texts: Mapping[str, str | None] = field(default_factory=dict)
    at: int | str | None = None
    answered: bool = False


def check(module: Any) -> Iterator[str]:
    """Faults of a probe that the types of its members do not tell."""
    if not hasattr(module.Options, "PUBLISHES"):
        yield "Options.PUBLISHES is missing; needed: PUBLISHES: ClassVar[frozenset[str] | None], the kinds or None"
    else:
        yield from contract.wrong("Options.PUBLISHES", module.Options.PUBLISHES, frozenset[str] | None)


class Probe(Plugin, Protocol):
    """A module in `connectors/probes`.

    `look` may raise OSError, TimeoutError or IocError where the target does not answer: the runner words them. It is
    cancelled when its time is up.
    """

    kind: Annotated[str, "its name in the configuration"]
    libraries: Annotated[
        tuple[str, ...], "what it imports when it looks: imported before the first look, which would be late otherwise"
    ]
    Options: Annotated[type[Struct], "the keys of its [[connector]] beside the common ones"]

    async def look(self, options: Any, gear: Gear) -> Seen: ...
