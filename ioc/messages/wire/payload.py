"""From bytes to JSON objects, within limits, with a name for whatever is wrong."""

import json
from typing import Any, Final, NamedTuple

import msgspec

from ioc.core.model import Leniency, Reason
from ioc.messages.wire.rejected import Rejected

MAX_PAYLOAD: Final = 256 * 1024
MAX_ELEMENTS: Final = 1_000
MAX_DEPTH: Final = 8

_BOM = b"\xef\xbb\xbf"
_NO_LENIENCY: frozenset[Leniency] = frozenset()


class Unusable(NamedTuple):
    """An element that cannot be read though its neighbours can, as it would stand in a message of its own."""

    raw: bytes
    why: Rejected


def trimmed(payload: bytes) -> tuple[bytes, frozenset[Leniency]]:
    """The payload without a byte order mark before it and the NULs of a C buffer behind it."""
    if payload[-1:] > b" " and payload[:1] != _BOM[:1]:
        return payload, _NO_LENIENCY
    leniencies = set()
    if payload.startswith(_BOM):
        payload = payload[3:]
        leniencies.add(Leniency.BOM)
    if b"\0" in payload[len(payload.rstrip(b"\0 \t\r\n")) :]:
        payload = payload.rstrip(b"\0 \t\r\n")
        leniencies.add(Leniency.TRAILING_NUL)
    return payload, frozenset(leniencies)


def parse_json(payload: bytes) -> tuple[list[Any], frozenset[Leniency]]:
    """The elements of a payload (one object, or an array of at most 1 000), with what had to be forgiven.

    NaN is no JSON, yet of an array it spoils its own element only: that one is Unusable.
    """
    if len(payload) > MAX_PAYLOAD:
        raise Rejected(Reason.TOO_LARGE, f"more than {MAX_PAYLOAD} bytes")
    payload, leniencies = trimmed(payload)
    try:
        value = msgspec.json.decode(payload)
    except RecursionError:
        raise _too_deep() from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        why = _why_not_json(payload, str(error))
        if why.reason is not Reason.NOT_FINITE or payload.lstrip()[:1] != b"[":
            raise why from None
        value = [element_of(item) for item in read_loosely(payload, why)]
    if payload.count(b"{") + payload.count(b"[") > MAX_DEPTH:
        _check_depth(value, MAX_DEPTH)
    elements = value if isinstance(value, list) else [value]
    if len(elements) > MAX_ELEMENTS:
        raise Rejected(Reason.TOO_LARGE, f"{len(elements)} elements, at most {MAX_ELEMENTS}")
    return elements, leniencies


def read_loosely(payload: bytes, why: Rejected) -> Any:
    """JSON with NaN and infinities in it, which were `why` it was refused."""
    try:
        value = json.loads(payload.decode())
    except (ValueError, RecursionError):
        raise why from None
    _check_depth(value, MAX_DEPTH)
    return value


def element_of(item: Any) -> Any:
    """A part of what was read loosely, as it would have been read by itself."""
    raw = json.dumps(item).encode()
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        return Unusable(raw, _why_not_json(raw, str(error)))


def _check_depth(value: Any, left: int) -> None:
    if isinstance(value, dict | list):
        if left == 0:
            raise _too_deep()
        for item in value.values() if isinstance(value, dict) else value:
            _check_depth(item, left - 1)


def _too_deep() -> Rejected:
    return Rejected(Reason.TOO_DEEP, f"nested deeper than {MAX_DEPTH}")


def _why_not_json(payload: bytes, error: str) -> Rejected:
    """Tell NaN and numbers beyond a double from plain bad JSON."""
    found: list[str] = []
    try:
        json.loads(payload, parse_constant=found.append)
    except (ValueError, RecursionError):
        found = found[:1]
    if found or "out of range" in error:
        return Rejected(Reason.NOT_FINITE, found[0] if found else error)
    return Rejected(Reason.BAD_JSON, error)
