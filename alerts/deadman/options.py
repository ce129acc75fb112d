"""The configuration of a watchman: a file of its own, since it shares nothing with what it watches."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from msgspec import Meta, Struct

from alerts.message import ChannelPlugin
from ioc.config import read
from ioc.config.alerting import Channel, ReceiverOptions

ENGINE = "alerts"


class WatchOptions(Struct, frozen=True, kw_only=True):
    """`token` is one of role `wall`; `roles` are the lines of `/readyz` that must be well."""

    token: str
    every_s: Annotated[float, Meta(ge=1, le=600)] = 10.0
    timeout_s: Annotated[float, Meta(gt=0, le=60)] = 8.0
    silent_after_s: Annotated[float, Meta(ge=0, le=86_400)] = 60.0
    remind_min: Annotated[float, Meta(gt=0)] = 30.0
    roles: tuple[Literal["alerts", "ingest", "web", "connectors"], ...] = ("alerts", "ingest", "web")
    ca: str | None = None
    state: str | None = None  # a file that remembers what was told; beside the configuration when absent
    tz: str = "Asia/Ho_Chi_Minh"
    channel: tuple[Channel, ...]
    receiver: tuple[ReceiverOptions, ...]


class Addressee(NamedTuple):
    """One address of one receiver over one channel."""

    channel: str
    address: str
    lang: str

    @property
    def key(self) -> str:
        return f"{self.channel} {self.address}"


def load(file: Path, plugins: Mapping[str, ChannelPlugin], environ: Mapping[str, str]) -> WatchOptions:
    """UsageError names every problem of the file."""
    options = {"channel": {kind: plugin.Options for kind, plugin in plugins.items()}}
    found = read.table_as(WatchOptions, read.table_of(file), str(file), options, environ)
    if problems := list(_problems(found, plugins)):
        raise read.refused(str(file), problems)
    return found


def addressees(options: WatchOptions, plugins: Mapping[str, ChannelPlugin]) -> list[Addressee]:
    """Everybody by every channel."""
    return [
        Addressee(channel.name, address, receiver.lang)
        for channel in options.channel
        for receiver in options.receiver
        for address in _addresses(receiver, channel, plugins)
    ]


def _addresses(receiver: ReceiverOptions, channel: Channel, plugins: Mapping[str, ChannelPlugin]) -> tuple[str, ...]:
    field = plugins[channel.kind].address
    found: Any = ("",) if field == "channel" else getattr(receiver, field)
    return tuple(found)


def _problems(options: WatchOptions, plugins: Mapping[str, ChannelPlugin]) -> Iterator[str]:
    if not options.channel:
        yield "channel: none is given; a watchman needs a channel of its own"
    if ENGINE not in options.roles:
        yield f"roles: {list(options.roles)!r} leaves out {ENGINE!r}, whose silence nobody else would tell"
    for receiver in options.receiver:
        if not any(_addresses(receiver, channel, plugins) for channel in options.channel):
            yield f"receiver {receiver.name!r}: has no address that a channel of this file speaks to"
    if not options.receiver:
        yield "receiver: none is given; nobody would be told"
