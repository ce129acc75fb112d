"""Connector `influx`: an InfluxDB that answers `/ping`, whatever its version."""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from connectors.runner import wording
from connectors.runner.contract import LINE_OR_SERVICE, Seen
from connectors.runner.gear import Gear, Stopwatch

kind = "influx"
libraries = ("httpx2",)


class Options(Struct, frozen=True, kw_only=True):
    """`url` without a path; `token` where the server asks one even here."""

    PUBLISHES: ClassVar[frozenset[str]] = LINE_OR_SERVICE
    url: Annotated[str, Meta(pattern=r"^https?://[^\s/]+/?$")]
    token: str | None = None
    verify: bool = True
    ca: str | None = None


async def look(options: Options, gear: Gear) -> Seen:
    import httpx2

    headers = {"Authorization": f"Token {options.token}"} if options.token else {}
    watch = Stopwatch()
    try:
        client = gear.http(options.ca, verify=options.verify)
        answer = await client.get(f"{options.url.rstrip('/')}/ping", headers=headers)
    except httpx2.HTTPError as error:
        return Seen(wording.why(error))
    figures = {"http_status": answer.status_code}
    if not answer.is_success:
        return Seen(f"HTTP {answer.status_code}", watch.ms, figures)
    known = any(name.lower().startswith("x-influxdb") for name in answer.headers)
    return Seen(None if known else "not an InfluxDB", watch.ms, figures)
