"""What looks at targets share: TLS contexts, HTTP clients, threads for libraries that block."""

import asyncio
import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    import httpx

THREADS = 64
HTTP_S = 300.0  # the runner cuts a look off long before
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True)
class Gear:
    """Made once a process: a TLS context costs more to make than a look takes."""

    _tls: dict[tuple[str | None, bool], ssl.SSLContext] = field(default_factory=dict)
    _http: "dict[tuple[str | None, bool], httpx.AsyncClient]" = field(default_factory=dict)
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, "look"))

    def tls(self, ca: str | None = None, *, verify: bool = True) -> ssl.SSLContext:
        """`ca` is a file of certificates trusted beside the system's own; OSError when it cannot be read."""
        known = self._tls.get((ca, verify))
        if known is None:
            known = self._tls[ca, verify] = _context(ca, verify)
        return known

    def http(self, ca: str | None = None, *, verify: bool = True) -> "httpx.AsyncClient":
        """A client that opens a connection for every request and follows no redirect by itself."""
        import httpx

        known = self._http.get((ca, verify))
        if known is None:
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
            context = self.tls(ca, verify=verify)
            known = httpx.AsyncClient(verify=context, limits=limits, timeout=HTTP_S, trust_env=False)
            self._http[ca, verify] = known
        return known

    async def in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run what blocks; it must have a time limit of its own, since a thread cannot be cancelled."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: work(*args, **kwargs))

    async def close(self) -> None:
        for client in self._http.values():
            await client.aclose()
        self._threads.shutdown(wait=False, cancel_futures=True)


def _context(ca: str | None, verify: bool) -> ssl.SSLContext:
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
