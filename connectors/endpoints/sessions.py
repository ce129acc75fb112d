"""The sessions of a process: one an endpoint and user, ended together."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from connectors.endpoints.options import Endpoint
from connectors.endpoints.patience import Patience
from connectors.endpoints.pin import pinned_context
from connectors.endpoints.session import EndpointSession
from connectors.runner.gear import HTTP_S, Gear

if TYPE_CHECKING:
    import httpx2

ENDING_S = 2.0  # all at once; the role has little more before it is killed
S = TypeVar("S", bound=EndpointSession)
Make = Callable[[Endpoint, "httpx2.AsyncClient", Patience], S]


def session(options: Endpoint, gear: Gear, make: Make[S]) -> S:
    """The one that is kept, else one that has not logged in yet."""
    kept = gear.keep(("endpoints",), lambda: _OpenSession(gear))
    key = ("endpoint", make, options.url, options.username)
    waiting = patience(gear, options.url, options.username, options.login_retry_s)
    return gear.keep(key, lambda: kept.add(make(options, _client(options, gear), waiting)))


def patience(gear: Gear, url: str, username: str | None, first_s: float) -> Patience:
    return gear.keep(("patience", url, username), lambda: Patience(first_s, time.monotonic))


class _OpenSession:
    def __init__(self, gear: Gear) -> None:
        self._all: list[EndpointSession] = []
        gear.closing.push_async_callback(self.close)

    def add(self, new: S) -> S:
        self._all.append(new)
        return new

    async def close(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ENDING_S):
                await asyncio.gather(*(one.close() for one in self._all), return_exceptions=True)


def _client(options: Endpoint, gear: Gear) -> "httpx2.AsyncClient":
    import httpx2

    if options.pin is not None:
        context = pinned_context(options.pin)
    else:
        context = gear.tls(options.ca, verify=not options.insecure)
    limits = httpx2.Limits(max_connections=1, max_keepalive_connections=1)
    return httpx2.AsyncClient(base_url=options.url, verify=context, limits=limits, timeout=HTTP_S, trust_env=False)
