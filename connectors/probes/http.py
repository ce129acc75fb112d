"""Connector `http`: a page or an interface that answers, with the right status, and the right words in it."""

import re
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from connectors.runner import certificates, wording
from connectors.runner.contract import LINE_OR_SERVICE, Seen
from connectors.runner.gear import Gear, Stopwatch
from ioc.core.model import Number

if TYPE_CHECKING:
    import httpx2

kind = "http"
libraries = ("httpx2", "cryptography.x509")
Url = Annotated[str, Meta(pattern=r"^https?://[^\s/]+\S*$")]
BODY_BYTES = 1_000_000
NO_HEAD = (405, 501)  # a server that has no HEAD is asked by GET


class Options(Struct, frozen=True, kw_only=True):
    """Well when the status is one of `statuses` (any below 400 without), and the body `contains` or matches.

    `redirects` are followed that often at most; with 0 the redirect itself is the answer.
    """

    PUBLISHES: ClassVar[frozenset[str]] = LINE_OR_SERVICE
    url: Url
    method: Literal["GET", "HEAD", "POST"] = "GET"
    headers: dict[str, str] = {}
    body: str | None = None
    username: str | None = None
    password: str | None = None
    statuses: tuple[int, ...] = ()
    contains: str | None = None
    pattern: str | None = None
    redirects: Annotated[int, Meta(ge=0, le=20)] = 5
    verify: bool = True
    ca: str | None = None

    def __post_init__(self) -> None:
        try:
            re.compile(self.pattern or "")
        except re.error as error:
            raise ValueError(f"pattern {self.pattern!r}: {error}") from None


async def look(options: Options, gear: Gear) -> Seen:
    import httpx2

    try:
        return await _look(options, gear.http(options.ca, verify=options.verify))
    except httpx2.HTTPError as error:
        return Seen(wording.why(error))


async def _look(options: Options, client: "httpx2.AsyncClient") -> Seen:
    auth = (options.username, options.password or "") if options.username is not None else None
    request = client.build_request(options.method, options.url, headers=options.headers, content=options.body)
    watch = Stopwatch()
    redirects = options.redirects
    while True:
        response = await client.send(request, stream=True, auth=auth)
        if request.method == "HEAD" and response.status_code in NO_HEAD and not options.statuses:
            await response.aclose()
            request = client.build_request("GET", request.url, headers=options.headers)
        elif redirects and response.next_request is not None:
            await response.aclose()
            auth = auth if response.next_request.url.host == request.url.host else None
            request, redirects = response.next_request, redirects - 1
        else:
            break
    took = watch.ms
    try:
        figures: dict[str, Number] = {"http_status": response.status_code, **_certificate(response)}
        return Seen(await _judge(options, response), took, figures)
    finally:
        await response.aclose()


async def _judge(options: Options, response: "httpx2.Response") -> str | None:
    status = response.status_code
    if (status not in options.statuses) if options.statuses else status >= 400:
        return f"HTTP {status}"
    if options.redirects and response.next_request is not None and not options.statuses:
        return "too many redirects"
    if options.contains is None and options.pattern is None:
        return None
    text = await _text(response)
    if options.contains is not None and options.contains not in text:
        return f"body lacks {options.contains!r}"
    if options.pattern is not None and not re.search(options.pattern, text):
        return f"body does not match {options.pattern!r}"
    return None


async def _text(response: "httpx2.Response") -> str:
    """The beginning of the body: a condition further down than a megabyte is no sign of life."""
    body = b""
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) >= BODY_BYTES:
            break
    return body.decode(response.charset_encoding or "utf-8", errors="replace")


def _certificate(response: "httpx2.Response") -> dict[str, Number]:
    tls = response.extensions["network_stream"].get_extra_info("ssl_object")
    ending = certificates.first_end(tls) if tls is not None else None
    return {"cert_days_left": ending.days} if ending is not None else {}
