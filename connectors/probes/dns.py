"""Connector `dns`: a name server that answers, with the answer that is expected."""

from typing import TYPE_CHECKING, ClassVar, Literal

from msgspec import Struct

from connectors.runner.contract import LINE_OR_SERVICE, Seen
from connectors.runner.gear import Gear, Stopwatch
from ioc.config.fields import Port

if TYPE_CHECKING:
    from dns.resolver import Answer

kind = "dns"
libraries = ("dns.asyncresolver",)


class Options(Struct, frozen=True, kw_only=True):
    """`server` is a name server's address, the system's own when absent; all of `expect` must be in the answer."""

    PUBLISHES: ClassVar[frozenset[str]] = LINE_OR_SERVICE
    query: str
    record: Literal["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"] = "A"
    server: str | None = None
    port: Port = 53
    expect: tuple[str, ...] = ()


async def look(options: Options, _gear: Gear) -> Seen:
    from dns import exception, resolver

    watch = Stopwatch()
    try:
        answer = await _ask(options)
    except exception.Timeout:
        raise TimeoutError from None
    except resolver.NXDOMAIN:
        return Seen("no such name", watch.ms)
    except resolver.NoAnswer:
        return Seen(f"no {options.record} record", watch.ms)
    except exception.DNSException as error:
        return Seen(str(error)[:100] or type(error).__name__)
    found = [record.to_text().strip('"').rstrip(".") for record in answer]
    lacking = [wanted for wanted in options.expect if wanted.rstrip(".") not in found]
    return Seen(f"answer lacks {lacking[0]}" if lacking else None, watch.ms, {"answers": len(found)})


async def _ask(options: Options) -> "Answer":
    from dns import asyncresolver

    asked = asyncresolver.Resolver(configure=options.server is None)
    if options.server is not None:
        asked.nameservers, asked.port = [options.server], options.port
    asked.lifetime = 3_600.0  # the runner cuts it off
    asked.timeout = 2.0
    return await asked.resolve(options.query, options.record)
