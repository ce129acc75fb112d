"""Poly VideoOS: the session of its REST API, and its answers put together as one that a field map reads.

Paths follow the VideoOS REST API reference guide. What it leaves open is configuration: `DEFAULTS` are only that.
"""

from types import MappingProxyType
from typing import Any, Final

import msgspec

from connectors.endpoints.session import REFUSED, EndpointSession
from ioc.core import jsons
from ioc.core.errors import Code, IocError

_COOKIE = "session_id"
_SYSTEM = "system.status."
_COMING = "media[?mediaDirection=='RX']"
_GOING = "media[?mediaDirection=='TX']"
_SERVERS = "[status.sipserver, status.gatekeeper][?@ && @ != 'off']"

# `x[0] && …` leaves a figure out where there is nothing it could be made of
DEFAULTS: Final = MappingProxyType({
    "registered": f"{_SERVERS} | ([0] && contains(@, 'up'))",
    "in_call": "length(calls) > `0`",
    "mic_muted": "audio.muted",
    "camera_ok": "cameras[?connected != null].connected | ([0] != null && contains(@, `true`) || [0])",
    "duration_s": "seconds",
    "rx_kbps": f"{_COMING}.actualBitRate | ([0] && sum(@))",
    "tx_kbps": f"{_GOING}.actualBitRate | ([0] && sum(@))",
    "loss_rx_pct": f"max({_COMING}.percentPacketLoss)",
    "loss_tx_pct": f"max({_GOING}.percentPacketLoss)",
    "jitter_ms": f"max({_COMING}.jitter)",
    "fps": f"max({_COMING} | [?mediaType=='VIDEO'].actualFrameRate)",
})  # fmt: skip


class VideoSession(EndpointSession):
    """By a cookie whose value the answer to the login names too."""

    async def begin(self) -> None:
        credentials = {"user": self.options.username, "password": self.options.password}
        status, body = await self.send("POST", "/rest/session", json=credentials)
        if status in REFUSED:
            raise self.refused(f"HTTP {status}")
        if not 200 <= status < 300:
            raise IocError(Code.ENDPOINT_UNAVAILABLE, f"no session: HTTP {status}")
        told = decoded(body)
        if not isinstance(told, dict) or told.get("success") is False:
            raise self.refused("success: false")
        granted = told.get("session")
        session_id = granted.get("sessionId") if isinstance(granted, dict) else None
        if isinstance(session_id, str) and not self.client.cookies:
            self.client.cookies.set(_COOKIE, session_id)

    async def end(self) -> None:
        """The guide has no way to log out; where DELETE is unknown the session ends by its own time limit."""
        await self.send("DELETE", "/rest/session")


async def answers(session: EndpointSession) -> dict[str, Any]:
    """`status` by the short names of its parts, `audio`, `cameras`, `calls`; of the first call `media`, `seconds`."""
    told = await _ask(session, "/rest/conferences")
    if not isinstance(told, list):
        raise IocError(Code.ENDPOINT_GARBLED, "expected an array of calls at /rest/conferences")
    calls = [call for call in _list(told) if call.get("isActive") is not False]
    found: dict[str, Any] = {
        "status": _states(await _ask(session, "/rest/system/status")),
        "audio": await _ask(session, "/rest/audio"),
        "cameras": _list(await _ask(session, "/rest/cameras/near/all")),
        "calls": calls,
        "media": [],
    }
    if calls:
        found["media"] = _list(await _ask(session, f"/rest/conferences/{calls[0].get('id')}/mediastats"))
        found["seconds"] = _seconds(calls[0], await _ask(session, "/rest/system/time"))
    return found


def decoded(body: bytes) -> Any:
    try:
        return jsons.decode(body)
    except msgspec.DecodeError as error:
        raise IocError(Code.ENDPOINT_INCOMPLETE, f"the answer is no whole JSON: {error}") from error


async def _ask(session: EndpointSession, path: str) -> Any:
    """None where the model knows no such thing, or the call ended meanwhile."""
    body = await session.get(path)
    return None if body is None else decoded(body)


def _list(answer: Any) -> list[dict[str, Any]]:
    return [item for item in answer if isinstance(item, dict)] if isinstance(answer, list) else []


def _states(answer: Any) -> dict[str, str]:
    """`system.status.sipserver` with `stateList` `["up"]` as `sipserver: up`."""
    named = [(str(item.get("name", "")), item.get("stateList")) for item in _list(answer)]
    return {name.removeprefix(_SYSTEM): str(states[0]) for name, states in named if isinstance(states, list) and states}


def _seconds(call: dict[str, Any], told: Any) -> float | None:
    """Both instants by the device's own clock, whose time may be anybody's."""
    started, now = call.get("startTime"), told.get("time") if isinstance(told, dict) else None
    if not isinstance(started, int) or not isinstance(now, int) or now < started:
        return None
    return round((now - started) / 1000)
