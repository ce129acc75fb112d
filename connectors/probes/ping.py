"""Connector `ping`: ICMP echo; without privileges where the system allows it."""

from typing import TYPE_CHECKING, Annotated, ClassVar

from msgspec import Meta, Struct

from connectors.runner.contract import LINE_OR_SERVICE, Seen
from connectors.runner.gear import Gear
from ioc.core.errors import Code, IocError
from ioc.core.share import percent

if TYPE_CHECKING:
    from icmplib import Host

kind = "ping"
libraries = ("icmplib",)
FORBIDDEN = (
    "not allowed to send ICMP: set the sysctl net.ipv4.ping_group_range to include this group, or grant CAP_NET_RAW"
)


class Options(Struct, frozen=True, kw_only=True):
    """Down when every one of `count` echoes is lost; some lost ones are a figure."""

    PUBLISHES: ClassVar[frozenset[str]] = LINE_OR_SERVICE
    host: str
    count: Annotated[int, Meta(ge=1, le=100)] = 3
    interval_s: Annotated[float, Meta(ge=0.01, le=10)] = 0.3
    wait_s: Annotated[float, Meta(gt=0, le=60)] = 2.0
    size: Annotated[int, Meta(ge=0, le=1_400)] = 56


async def look(options: Options, _gear: Gear) -> Seen:
    from icmplib import exceptions

    try:
        host = await _echo(options, privileged=False)
    except exceptions.SocketPermissionError:
        try:
            host = await _echo(options, privileged=True)
        except exceptions.SocketPermissionError:
            raise IocError(Code.ICMP_FORBIDDEN, FORBIDDEN) from None
    except exceptions.NameLookupError:
        return Seen("name not found", figures={"loss_pct": 100})
    error = None if host.is_alive else "no answer"
    loss = percent(host.packets_sent - host.packets_received, host.packets_sent, 1)
    return Seen(error, host.avg_rtt if host.is_alive else None, {"loss_pct": 100 if loss is None else loss})


async def _echo(options: Options, *, privileged: bool) -> "Host":
    from icmplib import async_ping

    return await async_ping(
        options.host,
        count=options.count,
        interval=options.interval_s,
        timeout=options.wait_s,
        payload_size=options.size,
        privileged=privileged,
    )
