"""One login at one endpoint, kept from look to look, and one request at a time."""

import asyncio
import logging
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from connectors.endpoints.options import Endpoint
from connectors.endpoints.patience import Patience
from ioc.core.errors import Code, IocError

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger(__name__)

LOGIN_S = 30.0
REFUSED = frozenset({401, 403})
GONE = REFUSED | {302, 307}  # some send a session they do not know to their sign-in page
LARGEST = 1_000_000  # a status document has 25 to 100 kB; reading one holds up all other looks


class EndpointSession(ABC):
    """`basic` is sent with every request where there is no session to be had.

    `told_call` is for whoever reads the answers: whether figures of a call were told that have not ended yet.
    """

    def __init__(self, options: Endpoint, client: "httpx2.AsyncClient", patience: Patience) -> None:
        self.options, self.client, self.patience = options, client, patience
        self.basic: tuple[str, str] | None = None
        self.told_call = False
        self._login: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._free_at = 0.0

    @abstractmethod
    async def begin(self) -> None:
        """Log in; `refused` when we are not let in."""

    @abstractmethod
    async def end(self) -> None:
        """Log out."""

    async def get(self, path: str, params: dict[str, str] | None = None) -> bytes | None:
        """The body of the answer, None where there is nothing; a session that ended is begun once more."""
        async with self._turn:
            await self._logged_in()
            status, body = await self.send("GET", path, params=params)
            if status in GONE:
                await self._leave()
                await self._logged_in()
                status, body = await self.send("GET", path, params=params)
            if status in GONE:
                await self._leave()
                raise self.refused(f"HTTP {status} right after a login")
            if status == 404:
                return None
            if not 200 <= status < 300:
                raise IocError(Code.ENDPOINT_UNAVAILABLE, f"HTTP {status}")
            return body

    async def send(self, method: str, path: str, **request: Any) -> tuple[int, bytes]:
        """One request, no sooner than `gap_s` after the last."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._free_at - loop.time())
        try:
            async with self.client.stream(method, path, **{"auth": self.basic, **request}) as response:
                return response.status_code, await _body(response)
        finally:
            self._free_at = loop.time() + self.options.gap_s

    def refused(self, why: str) -> IocError:
        """The error to raise when we are not let in; from now on the log-in is left alone for a while."""
        self.patience.refused()
        log.warning("endpoint %s does not let %s in: %s", self.options.url, self.options.username, why)
        return IocError(Code.ENDPOINT_REFUSED, f"login refused: {why}")

    async def close(self) -> None:
        """End the session where there is one; endpoints have few of them."""
        try:
            if self._login is not None:
                await self._login
                await self.end()
        finally:
            await self.client.aclose()

    async def _logged_in(self) -> None:
        """A login outlives the look that wanted it: cut off half-way, it would leave a session that nobody ends."""
        if self._login is None:
            self.patience.check()
            self._login = asyncio.create_task(self._log_in())
        entering = self._login
        try:
            await asyncio.shield(entering)
        finally:
            if entering.done() and (entering.cancelled() or entering.exception() is not None):
                self._login = None

    async def _log_in(self) -> None:
        async with asyncio.timeout(LOGIN_S):
            await self.begin()
        self.patience.accepted()

    async def _leave(self) -> None:
        """The error of a refused request; a session that lacks rights is still there, and has to be ended."""
        await self.end()
        self._login = None
        self.client.cookies.clear()


async def _body(response: "httpx2.Response") -> bytes:
    body = b""
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > LARGEST:
            raise IocError(Code.ANSWER_TOO_LARGE, f"an answer of more than {LARGEST} bytes")
    return body
