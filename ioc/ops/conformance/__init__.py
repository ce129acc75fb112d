"""`ioc doctor --broker`: what a broker does with what the IOC needs of one, tried out, a line each."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import NamedTuple

from ioc.config.settings import Mqtt
from ioc.core.errors import IocError
from ioc.messages.wire import ROOT
from ioc.ops.conformance import checks
from ioc.ops.conformance.bench import Check, Conformance, Result, Sitter
from ioc.ops.conformance.fill import WHAT as FULL
from ioc.ops.conformance.fill import full
from ioc.ops.conformance.spare import DEVICE, Scratch
from ioc.ops.conformance.steal import WHAT as THEFT
from ioc.ops.conformance.steal import theft

ANYWHERE: dict[str, Check] = {
    "backlog": checks.backlog,
    "kill -9": checks.across_a_kill,
    "retained by wildcard": checks.retained,
    "last will": checks.last_will,
    "256 KiB": checks.large,
}
CHECKS = (*ANYWHERE, THEFT, FULL)


class Allowed(NamedTuple):
    """The permissions of a run beyond using the broker; `scratch` makes one that may be filled."""

    kill: Callable[[], None] | None = None
    fill_bytes: int | None = None
    scratch: Callable[[], AbstractContextManager[Scratch]] | None = None


def conform(bus: Mqtt, reader: Mqtt, messages: int, allowed: Allowed) -> Iterator[Result]:
    """One line a property; what cannot be tried is a line too. `bus` and `reader` are how ours come in."""
    bench = Conformance(bus, messages, allowed.kill)
    for what, check in ANYWHERE.items():
        yield _tried(what, partial(check, bench))
    if allowed.scratch is None:
        yield _tried(THEFT, lambda: _theft(bench, reader))
        yield _tried(FULL, lambda: _full(bench, allowed.fill_bytes))
        return
    try:
        with allowed.scratch() as place:
            yield _tried(THEFT, lambda: theft_of_ingests(place))
            yield _tried(FULL, lambda: full(Conformance(place.bus, messages), 2 * place.max_bytes))
    except (IocError, OSError) as error:
        yield from (Result(what, False, str(error)) for what in (THEFT, FULL))


def _tried(what: str, check: Callable[[], Result]) -> Result:
    try:
        return check()
    except (IocError, OSError) as error:
        return Result(what, False, str(error))


def theft_of_ingests(place: Scratch) -> Result:
    """A session as ingest has it, a device as the thief."""
    bench, topic = Conformance(place.bus, 1), f"{ROOT}{DEVICE}/state"
    owner = Sitter(place.reader, f"ioc-ingest-{bench.run}", f"{ROOT}#")
    return theft(bench, owner, topic, place.device)


def _theft(bench: Conformance, reader: Mqtt) -> Result:
    """The theft, with ingest's topics kept clean: the bus has the session, ingest's account is the thief."""
    return theft(bench, bench.sitter("theft"), f"{bench.topic}/theft/a", reader)


def _full(bench: Conformance, fill_bytes: int | None) -> Result:
    if fill_bytes is None:
        return Result(FULL, None, "not tried: --fill BYTES publishes so much, and who else publishes may be refused")
    return full(bench, fill_bytes)
