"""Many screens in one process: engine.io over websocket by hand on asyncio, so that the client side costs little."""

import asyncio
import base64
import contextlib
import itertools
import json
import os
import socket
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from multiprocessing.connection import Connection

PONG_EVERY_S = 4.0
_AS_OF = b'"as_of":"'


@dataclass
class Figures:
    """What a group of screens saw; latencies in milliseconds."""

    latencies: list[float] = field(default_factory=list)
    snapshots: int = 0
    gaps: int = 0
    lost: int = 0


@dataclass
class Order:
    """How many screens, and whether they stop reading after their first snapshot."""

    host: str
    port: int
    token: str
    widget: dict[str, object]
    count: int
    stalled: bool = False
    turns: Iterator[int] = field(default_factory=itertools.count)


def play(order: Order, pipe: Connection) -> None:
    """Run the screens of one process: says `ready`, starts counting at `count`, tells at `figures`, ends at `stop`."""
    asyncio.run(_play(order, pipe))


async def _play(order: Order, pipe: Connection) -> None:
    figures = Figures()
    screen = _stalled if order.stalled else _reading
    shown = [asyncio.Event() for _ in range(order.count)]
    tasks = [asyncio.create_task(screen(order, figures, event)) for event in shown]
    await asyncio.gather(*(event.wait() for event in shown))
    pipe.send("ready")
    while True:
        word = await asyncio.to_thread(pipe.recv)
        if word == "count":
            figures.latencies.clear()
            figures.gaps = 0
        elif word == "figures":
            pipe.send(replace(figures, lost=sum(task.done() for task in tasks)))
        else:
            break
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _reading(order: Order, figures: Figures, shown: asyncio.Event) -> None:
    reader, writer = await _open(order)
    seq = 0
    async for text in _frames(reader):
        now = time.time()
        if text == b"2":
            _send(writer, b"3")
        elif text.startswith(b'42["delta"') or text.startswith(b'42["snapshot"'):
            number = int(text[text.index(b'"seq":') + 6 : text.index(b',"as_of"')])
            figures.gaps += number != seq + 1
            seq = number
            if text.startswith(b'42["snapshot"'):
                figures.snapshots += 1
                shown.set()
            else:
                figures.latencies.append((now - _instant(text)) * 1000)


async def _stalled(order: Order, figures: Figures, shown: asyncio.Event) -> None:
    """Reads its snapshot, then nothing more; half of them go on answering pings without reading them."""
    reader, writer = await _open(order, buffer=4096)
    async for text in _frames(reader):
        if text.startswith(b'42["snapshot"'):
            figures.snapshots += 1
            break
    writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's transport reads
    answers = next(order.turns) % 2 == 0
    shown.set()
    while not writer.transport.is_closing():
        await asyncio.sleep(PONG_EVERY_S)
        if answers:
            _send(writer, b"3")


async def _open(order: Order, buffer: int | None = None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    sock = socket.create_connection((order.host, order.port))
    if buffer is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    reader, writer = await asyncio.open_connection(sock=sock)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {order.host}:{order.port}\r\n"
        f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 101 " not in head.split(b"\r\n")[0]:
        raise ConnectionError(head.decode(errors="replace"))
    _send(writer, b"40" + json.dumps({"token": order.token}).encode())
    _send(writer, b'420["watch",' + json.dumps({"widgets": [order.widget]}).encode() + b"]")
    return reader, writer


def _send(writer: asyncio.StreamWriter, payload: bytes) -> None:
    """A masked text frame; a mask of zeros leaves the payload as it is."""
    size = len(payload)
    head = bytes([0x81, 0x80 | size]) if size < 126 else bytes([0x81, 0xFE]) + size.to_bytes(2, "big")
    writer.write(head + bytes(4) + payload)


async def _frames(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The payload of every text frame until the server ends the line."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            first, size = await reader.readexactly(2)
            if size >= 126:
                size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8), "big")
            payload = await reader.readexactly(size)
            if first & 0x0F == 8:
                return
            yield payload


def _instant(text: bytes) -> float:
    start = text.index(_AS_OF) + len(_AS_OF)
    return datetime.fromisoformat(text[start : text.index(b'"', start)].decode()).timestamp()
