"""The answer of an HTTP gateway, and one value read out of it."""

from typing import Any, NamedTuple

import msgspec


class Reply(NamedTuple):
    """Status and body (at most as much as is read)."""

    status: int
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def text_at(body: bytes, path: str) -> str | None:
    """The value at a dotted path (`data.0.id`) of a JSON body as text, None where there is none."""
    try:
        value: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    for step in path.split("."):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    if value is None or isinstance(value, dict | list):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
