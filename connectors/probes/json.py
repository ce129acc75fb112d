"""Connector `json`: one answer in JSON, whoever gives it, as the state of a device, a line or a service."""

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta, Struct

from connectors.endpoints.fields import FieldMap
from connectors.endpoints.sessions import patience
from connectors.runner import wording
from connectors.runner.contract import Seen
from connectors.runner.gear import Gear, Stopwatch
from ioc.core import jsons
from ioc.core.errors import Code, IocError
from ioc.messages.mapping.declared import TimeRule

if TYPE_CHECKING:
    import httpx2

kind = "json"
libraries = ("httpx2",)
BODY_BYTES = 1_000_000
REFUSED = frozenset({401, 403})


class Options(Struct, frozen=True, kw_only=True):
    """`fields` are ours by what stands where in the answer, as in `[[map]]`: JMESPath, constants, units, words.

    After a refused login the next is tried `login_retry_s` later, then twice that, an hour at most.
    """

    PUBLISHES: ClassVar[None] = None  # every kind whose figures lie flat
    url: Annotated[str, Meta(pattern=r"^https?://[^\s/]+\S*$")]
    fields: dict[str, Any]
    time: str | TimeRule | None = None
    method: Literal["GET", "POST"] = "GET"
    headers: dict[str, str] = {}
    body: str | None = None
    username: str | None = None
    password: str | None = None
    token: str | None = None
    login_retry_s: Annotated[float, Meta(ge=1)] = 300.0
    verify: bool = True
    ca: str | None = None

    def __post_init__(self) -> None:
        if not self.fields:
            raise ValueError("fields: name at least one")
        FieldMap(self.fields, self.time)


async def look(options: Options, gear: Gear) -> Seen:
    import httpx2

    waiting = patience(gear, options.url, options.username, options.login_retry_s)
    watch = Stopwatch()
    try:
        waiting.check()
        status, body = await _ask(options, gear.http(options.ca, verify=options.verify))
        if status in REFUSED:
            waiting.refused()
        else:
            waiting.accepted()
        if not 200 <= status < 300:
            return Seen(f"HTTP {status}", watch.ms, answered=True)
        return _seen(options, body, watch.ms)
    except IocError as error:
        return Seen(wording.why(error), answered=True)
    except httpx2.HTTPError as error:
        return Seen(wording.why(error))


async def _ask(options: Options, client: "httpx2.AsyncClient") -> tuple[int, bytes]:
    headers = {**options.headers, **({"Authorization": f"Bearer {options.token}"} if options.token else {})}
    auth = None if options.username is None else (options.username, options.password or "")
    body = b""
    asked = client.stream(options.method, options.url, headers=headers, content=options.body, auth=auth)
    async with asked as response:
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > BODY_BYTES:
                raise IocError(Code.ANSWER_TOO_LARGE, f"an answer of more than {BODY_BYTES} bytes")
        return response.status_code, body


def _seen(options: Options, body: bytes, took: float) -> Seen:
    try:
        answer = jsons.decode(body)
    except msgspec.DecodeError as error:
        raise IocError(Code.ANSWER_GARBLED, f"the answer is no whole JSON: {error}") from error
    fields = FieldMap(options.fields, options.time)
    figures, texts = fields.read(answer)
    if not figures and not texts:
        return Seen("nothing stands where the fields look", took, answered=True)
    return Seen(None, took, figures, texts, at=fields.instant(answer), answered=True)
