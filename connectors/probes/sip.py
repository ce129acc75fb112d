"""Connector `sip`: an endpoint, a bridge or a registrar that answers OPTIONS (RFC 3261 §11), over UDP or TCP."""

import asyncio
import secrets
from typing import Any, ClassVar, Literal

from msgspec import Struct

from connectors.runner.contract import LINE_OR_SERVICE, Seen
from connectors.runner.gear import Gear, Stopwatch
from ioc.config.fields import Port

kind = "sip"
libraries: tuple[str, ...] = ()
FIRST_WAIT_S = 0.5  # T1: an answer to UDP is awaited so long, then twice as long, …
LONGEST_WAIT_S = 4.0
HEAD_BYTES = 65_536
FINAL = 200
TROUBLE = frozenset(
    {500, 502, 503, 504, 580}
)  # any other answer was thought of: 501, it has no OPTIONS; 600, it is busy


class Options(Struct, frozen=True, kw_only=True):
    """Any final answer is a sign of life (busy, forbidden, no such user, no such method) but for a server in trouble,
    unless `statuses` names those that are.

    `uri` is whom to ask for; the host itself when absent.
    """

    PUBLISHES: ClassVar[frozenset[str]] = LINE_OR_SERVICE
    host: str
    port: Port = 5060
    transport: Literal["udp", "tcp"] = "udp"
    uri: str | None = None
    statuses: tuple[int, ...] = ()


async def look(options: Options, _gear: Gear) -> Seen:
    watch = Stopwatch()
    status = await (_by_udp(options) if options.transport == "udp" else _by_tcp(options))
    well = status in options.statuses if options.statuses else status not in TROUBLE
    return Seen(None if well else f"SIP {status}", watch.ms, {"sip_status": status})


async def _by_udp(options: Options) -> int:
    loop = asyncio.get_running_loop()
    transport, answers = await loop.create_datagram_endpoint(SipAnswers, remote_addr=(options.host, options.port))
    try:
        call = secrets.token_hex(12)
        message = request(options, call, transport.get_extra_info("sockname"))
        wait_s = FIRST_WAIT_S
        while True:
            transport.sendto(message)
            try:
                return await asyncio.wait_for(answers.final(call), wait_s)
            except TimeoutError:
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)
    finally:
        transport.close()


async def _by_tcp(options: Options) -> int:
    reader, writer = await asyncio.open_connection(options.host, options.port, limit=HEAD_BYTES)
    try:
        call = secrets.token_hex(12)
        writer.write(request(options, call, writer.get_extra_info("sockname")))
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.LimitOverrunError:
                raise OSError("not SIP") from None
            status = final_status(head, call)
            if status is not None:
                return status
    finally:
        writer.close()


class SipAnswers(asyncio.DatagramProtocol):
    """The datagrams that arrive on the socket, or the system's error about it."""

    def __init__(self) -> None:
        self._arrived: asyncio.Queue[bytes | Exception] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._arrived.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        self._arrived.put_nowait(exc)

    async def final(self, call: str) -> int:
        while True:
            arrived = await self._arrived.get()
            if isinstance(arrived, Exception):
                raise arrived
            status = final_status(arrived, call)
            if status is not None:
                return status


def request(options: Options, call: str, local: tuple[Any, ...]) -> bytes:
    """One OPTIONS request outside any dialogue."""
    host, port = _bracketed(local[0]), local[1]
    target = options.uri or f"sip:{_bracketed(options.host)}:{options.port}"
    via = f"SIP/2.0/{options.transport.upper()} {host}:{port};branch=z9hG4bK{call};rport"
    lines = (
        f"OPTIONS {target} SIP/2.0",
        f"Via: {via}",
        "Max-Forwards: 70",
        f"From: <sip:ioc@{host}>;tag={call[:8]}",
        f"To: <{target}>",
        f"Call-ID: {call}@ioc",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:ioc@{host}:{port};transport={options.transport}>",
        "Accept: application/sdp",
        "User-Agent: ioc",
        "Content-Length: 0",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def final_status(message: bytes, call: str) -> int | None:
    """The status of a final answer to our own request; None for anything else."""
    head = message.decode(errors="replace")
    words = head.split(maxsplit=2)
    if len(words) < 2 or not words[0].startswith("SIP/2.") or call not in head or not words[1].isdigit():
        return None
    status = int(words[1])
    return status if status >= FINAL else None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
