"""What a real InfluxDB 2.7.11 answered to each of 69 requests, as it was captured."""

import json
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import urllib3

_CAPTURED: Final = Path(__file__).parent / "captured" / "influx-2.7-answers.json"
REPLACED: Final = "buckets"  # its ids were replaced, so its Content-Length is no longer that of its body


class Who(StrEnum):
    """Who asks: the token itself, as the double knows it, or how it is given."""

    ALL = "all-access"
    READER = "read-only token"
    WRITER = "write-only token"
    WRONG = "wrong token"
    BEARER = "bearer"
    NOBODY = "no token"

    def headers(self) -> dict[str, str]:
        if self is Who.NOBODY:
            return {}
        return {"Authorization": f"Bearer {Who.ALL}" if self is Who.BEARER else f"Token {self}"}


class Captured(NamedTuple):
    """`body` is what was sent, as text: what was no text is not told apart any more."""

    name: str
    who: Who
    method: str
    target: str
    body: str
    status: int
    headers: Mapping[str, str]
    answer: bytes


@cache
def captured() -> tuple[Captured, ...]:
    return tuple(_read(entry) for entry in json.loads(_CAPTURED.read_text(encoding="utf-8")))


def named(name: str) -> Captured:
    return next(one for one in captured() if one.name == name)


def answer_to(method: str, target: str, body: str, who: Who) -> Captured | None:
    asked = (method, target, body, who)
    return next((one for one in captured() if (one.method, one.target, one.body, one.who) == asked), None)


def who_asks(authorization: str) -> Who:
    """2.x takes a token as `Token …` and as the password of anybody; on /query it knows no Bearer."""
    if not authorization:
        return Who.NOBODY
    way, _, secret = authorization.partition(" ")
    if way == "Bearer":
        return Who.BEARER
    for who in (Who.ALL, Who.READER, Who.WRITER):
        basic = urllib3.make_headers(basic_auth=f"x:{who}")["authorization"]
        if secret == who or authorization == basic:
            return who
    return Who.WRONG


def _read(entry: dict[str, object]) -> Captured:
    name, request = str(entry["name"]), str(entry["request"])
    head, _, body = request.partition(" | ")
    method, _, target = head.partition(" ")
    who = Who.NOBODY if "without a token" in name else next((who for who in Who if who in name), Who.ALL)
    headers, status = entry["headers"], entry["status"]
    assert isinstance(headers, dict)
    assert isinstance(status, int)
    return Captured(name, who, method, target, body, status, headers, str(entry["body"]).encode())
