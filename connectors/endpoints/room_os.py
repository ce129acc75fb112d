"""RoomOS and CE software: the session of its HTTP API, and its status document as the state of an endpoint.

Names of elements follow Cisco's API reference guides (xStatus).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol
from xml.etree.ElementTree import Element

from connectors.endpoints.session import REFUSED, EndpointSession
from connectors.endpoints.xml import number, parse, texts
from ioc.core.errors import Code, IocError
from ioc.core.model import Number
from ioc.core.share import percent

# of a call that is up, also while it is held or its signalling is lost
_UP = frozenset({"Connected", "OnHold", "Preservation", "RemotePreservation"})
_REGISTRATIONS = ("SIP/Registration/Status", "H323/Gatekeeper/Status", "Webex/Status")
_SCHEME = re.compile(r"^(sips?|h323|tel|spark):")
_SWITCH = {"On": True, "Off": False, "True": True, "False": False}


class RoomSession(EndpointSession):
    """By a cookie; such sessions do not run out by themselves and there are only a few.

    Where there is none to be had, because others left theirs open, each request carries the password instead.
    """

    async def begin(self) -> None:
        credentials = (self.options.username, self.options.password)
        self.basic = None
        status, _body = await self.send("POST", "/xmlapi/session/begin", auth=credentials)
        if status in REFUSED:
            raise self.refused(f"HTTP {status}")
        if not 200 <= status < 300:
            self.basic = credentials

    async def end(self) -> None:
        if self.basic is None:
            await self.send("POST", "/xmlapi/session/end")


async def status_of(session: EndpointSession, locations: Iterable[str]) -> Element:
    """The status document, put together of its parts where they are asked for one by one."""
    whole = Element("Status")
    for location in locations:
        body = await session.get("/getxml", {"location": location})
        if body is None:
            raise IocError(Code.ENDPOINT_UNAVAILABLE, "HTTP 404: its API does not answer here")
        part = parse(body)
        if part.tag not in ("Status", "EmptyResult"):
            raise IocError(Code.ENDPOINT_GARBLED, f"expected a status, got <{part.tag}>")
        whole.extend(part)
    return whole


class Expected(Protocol):
    """The cameras and displays that must be connected, and the conference each number means."""

    @property
    def cameras(self) -> int: ...

    @property
    def displays(self) -> int: ...

    @property
    def conferences(self) -> Mapping[str, str]: ...


def figures(status: Element, expected: Expected) -> Iterator[tuple[str, Number | None]]:
    """The figures of a vc state; None for what the document does not tell."""
    calls = [call for call in status.findall("Call") if set(texts(call, "Status")) & _UP]
    yield "registered", _registered(status)
    yield "in_call", _in_call(status, calls)
    yield "mic_muted", _switched(status, "Audio/Microphones/Mute")
    yield "camera_ok", _connected(status.findall("Cameras/Camera"), expected.cameras)
    yield "display_ok", _connected(status.findall("Video/Output/Connector"), expected.displays)
    yield "temp_c", number(status, "SystemUnit/Hardware/Temperature")
    if calls:
        yield "duration_s", max(_numbers(calls, "Duration"), default=None)
        yield from _media(status.findall("MediaChannels/Call/Channel"))


def conference(status: Element, expected: Expected) -> str | None:
    """The conference behind the number that is called, where the configuration names it."""
    known = {_bare(called): meant for called, meant in expected.conferences.items()}
    for call in status.findall("Call"):
        for called in (*texts(call, "RemoteNumber"), *texts(call, "CallbackNumber")):
            if set(texts(call, "Status")) & _UP and _bare(called) in known:
                return known[_bare(called)]
    return None


def _registered(status: Element) -> bool | None:
    told = [text for path in _REGISTRATIONS for text in texts(status, path)]
    return "Registered" in told if told else None


def _switched(status: Element, path: str) -> bool | None:
    return next((_SWITCH[text] for text in texts(status, path) if text in _SWITCH), None)


def _in_call(status: Element, calls: list[Element]) -> bool | None:
    """A call of an application that runs on the device is none of its own, but counts as active."""
    active = number(status, "SystemUnit/State/NumberOfActiveCalls")
    if calls or active is not None:
        return bool(calls or active)
    return False if status.find("Call") is None and status.find("SystemUnit") is not None else None


def _connected(slots: list[Element], wanted: int) -> bool | None:
    told = [text for slot in slots for text in texts(slot, "Connected") if text in _SWITCH]
    return told.count("True") >= wanted if told else None


def _media(channels: list[Element]) -> Iterator[tuple[str, Number | None]]:
    streams = [channel for channel in channels if set(texts(channel, "Type")) & {"Audio", "Video"}]
    coming = [stream for stream in streams if texts(stream, "Direction") == ["Incoming"]]
    going = [stream for stream in streams if texts(stream, "Direction") == ["Outgoing"]]
    for ours, these in (("rx", coming), ("tx", going)):
        rates = _numbers(these, "Netstat/ChannelRate")  # bit/s, though rates of calls are in kbit/s
        yield f"{ours}_kbps", round(sum(rates) / 1000, 1) if rates else None
        yield f"loss_{ours}_pct", _loss(these)
    yield "jitter_ms", max(_numbers(coming, "Netstat/Jitter"), default=None)
    main = [stream for stream in coming if texts(stream, "Video/ChannelRole") == ["Main"]]
    yield "fps", max(_numbers(main, "Video/FrameRate"), default=None)


def _loss(streams: Iterable[Element]) -> float | None:
    """Of the last interval, about five seconds; packets that came twice make a count negative."""
    lost = received = 0.0
    for stream in streams:
        missed, came = number(stream, "Netstat/LastIntervalLost"), number(stream, "Netstat/LastIntervalReceived")
        if missed is not None and came is not None:
            lost, received = lost + max(missed, 0), received + max(came, 0)
    return percent(lost, lost + received)


def _numbers(elements: Iterable[Element], path: str) -> list[float]:
    return [value for element in elements if (value := number(element, path)) is not None]


def _bare(called: str) -> str:
    """`sip:100@example.vn` and `100@example.vn` are one."""
    return _SCHEME.sub("", called.strip().lower())
