"""Reading a captured file: one message a line, as JSON or as `mosquitto_sub -v` prints it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ioc.core.errors import Code, UsageError
from ioc.domain.inventory.orgs import DEFAULT_TZ
from ioc.ingest.replay import Replay
from ioc.messages.wire import Rejected, parse_time


def read(path: Path, now: int) -> Iterator[Replay]:
    """The messages of a file in its order; UsageError `bad_capture` names the first line that is neither form.

    JSON lines hold `topic`, `payload` (object, array or text) and, where known, `received_at` or the `tst` of
    `mosquitto_sub -F %j`. A line `TOPIC PAYLOAD`, and one without a time, counts as received at `now`.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield _message(line.rstrip("\r\n"), number, path, now)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(Code.CAPTURE_UNREADABLE, f"{path}: cannot be read ({error})") from error


def _message(line: str, number: int, path: Path, now: int) -> Replay:
    try:
        return _from_json(json.loads(line), now) if line.startswith("{") else _from_words(line, now)
    except (ValueError, TypeError, Rejected) as error:
        why = f"{path} line {number}: neither a JSON message nor TOPIC PAYLOAD ({error}); nothing was sent"
        raise UsageError(Code.BAD_CAPTURE, why, line=number) from error


def _from_json(message: dict[str, Any], now: int) -> Replay:
    topic, payload = message.get("topic"), message.get("payload")
    if not isinstance(topic, str) or payload is None:
        raise ValueError("topic and payload are needed")
    at = message.get("received_at", message.get("tst"))
    received_at = now if at is None else parse_time(at, ZoneInfo(DEFAULT_TZ))[0]
    text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
    return Replay(received_at, topic, text.encode())


def _from_words(line: str, now: int) -> Replay:
    topic, space, payload = line.partition(" ")
    if not space or "/" not in topic:
        raise ValueError("no topic")
    return Replay(now, topic, payload.encode())
