"""One request to somebody else's HTTP server, its answer, one value read out of it, and what a status means."""

import ssl
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from ioc.core import jsons
from ioc.core.errors import Code, IocError

MAX_REPLY = 64 * 1024
_AGAIN = frozenset({408, 409, 425})


class Reply(NamedTuple):
    """Status and body (at most as much as is read)."""

    status: int
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300


def ask(
    method: str, url: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float, ca: str | None = None
) -> Reply:
    """IocError `gateway_unavailable` where there is no answer, without what the address holds beside its host.

    Redirects are not followed: a gateway that moved is a matter for the configuration.
    """
    import httpx2

    parts = urlsplit(url)
    door = parts._replace(netloc=parts.netloc.rpartition("@")[2])  # who we are is said by headers alone
    trust = ssl.create_default_context(cafile=ca) if parts.scheme == "https" else False
    try:
        with (
            httpx2.Client(verify=trust, timeout=timeout_s, trust_env=False) as client,
            client.stream(method, door.geturl(), content=body or None, headers=dict(headers)) as response,
        ):
            return Reply(response.status_code, _beginning(response.iter_bytes()))
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        line = f"{door.scheme}://{door.netloc}: {error or type(error).__name__}"
        raise IocError(Code.GATEWAY_UNAVAILABLE, line) from error


def refusal(status: int) -> Code:
    """The meaning of a status that is no success."""
    if status == 429:
        return Code.GATEWAY_BUSY
    if status in (401, 403):
        return Code.GATEWAY_ACCOUNT
    return Code.GATEWAY_UNAVAILABLE if status >= 500 or status in _AGAIN else Code.GATEWAY_REFUSED


def text_at(body: bytes, path: str) -> str | None:
    """The value at a dotted path (`data.0.id`) of a JSON body as text, None where there is none."""
    try:
        value: Any = jsons.decode(body)
    except msgspec.DecodeError:
        return None
    for step in path.split("."):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    if value is None or isinstance(value, dict | list):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _beginning(pieces: Iterator[bytes]) -> bytes:
    """Of an answer without end as much as is looked at."""
    body = b""
    for piece in pieces:
        body += piece
        if len(body) >= MAX_REPLY:
            break
    return body[:MAX_REPLY]
