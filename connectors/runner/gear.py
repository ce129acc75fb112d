"""Shared resources of probes: TLS contexts, HTTP clients, whatever else is dear to make, threads for blocking calls."""

import asyncio
import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    import httpx2

THREADS = 64
HTTP_S = 300.0  # the runner cuts a look off long before
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True)
class Gear:
    """Made once a process: a TLS context costs more to make than a look takes."""

    closing: AsyncExitStack = field(default_factory=AsyncExitStack)
    _kept: dict[tuple[object, ...], Any] = field(default_factory=dict)
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, "look"))

    def keep(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """The resource made for this key before, else the one `make` makes; `closing` ends it."""
        if key not in self._kept:
            self._kept[key] = make()
        kept: T = self._kept[key]
        return kept

    def tls(self, ca: str | None = None, *, verify: bool = True) -> ssl.SSLContext:
        """`ca` is a file of certificates trusted beside the system's own; OSError when it cannot be read."""
        return self.keep(("tls", ca, verify), partial(tls_context, ca, verify=verify))

    def http(self, ca: str | None = None, *, verify: bool = True) -> "httpx2.AsyncClient":
        """A client that opens a connection for every request and follows no redirect by itself."""
        return self.keep(("http", ca, verify), lambda: self._http(self.tls(ca, verify=verify)))

    async def in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run what blocks; it must have a time limit of its own, since a thread cannot be cancelled."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(work, *args, **kwargs))

    async def close(self) -> None:
        await self.closing.aclose()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _http(self, context: ssl.SSLContext) -> "httpx2.AsyncClient":
        import httpx2

        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
        client = httpx2.AsyncClient(verify=context, limits=limits, timeout=HTTP_S, trust_env=False)
        self.closing.push_async_callback(client.aclose)
        return client


def tls_context(ca: str | None = None, *, verify: bool = True) -> ssl.SSLContext:
    """`ca` is a file of certificates trusted beside the system's own."""
    context = ssl.create_default_context()
    if ca is not None:
        context.load_verify_locations(cafile=ca)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class Stopwatch:
    """Milliseconds since it was made."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    @property
    def ms(self) -> float:
        return round((time.perf_counter() - self._began) * 1000, 2)
