"""Live deltas: what changed since the last one, signed, so that readers can trust a bus anybody may publish on."""

import hashlib
import hmac
from typing import Final, TypeVar

import msgspec

from ioc.core.model import Number, SourceKey
from ioc.messages import bus

DELTA_TOPIC: Final = bus.DELTA
NOTICE_TOPIC: Final = bus.NOTICE
_SIGNATURE: Final = 64


class Patch(msgspec.Struct, omit_defaults=True):
    """A change at one source; every value carries the instant (epoch ms) it was measured."""

    key: tuple[str, str, str]
    metrics: dict[str, tuple[int, Number]] = {}
    texts: dict[str, tuple[int, str]] = {}
    online: tuple[int, bool] | None = None
    heard_at: int | None = None

    @property
    def source(self) -> SourceKey:
        return SourceKey(*self.key)


class Delta(msgspec.Struct):
    """One coalesced step; `n` counts by one within an `epoch` (a life of ingest)."""

    epoch: str
    n: int
    at: int
    patches: list[Patch]


class Notice(msgspec.Struct):
    """Something else changed in the database and readers should look: `what` is `alerts`, `inventory` or `displays`."""

    what: str
    at: int


def seal(key: bytes, body: msgspec.Struct) -> bytes:
    """Signature (64 hex digits) followed by the JSON body."""
    raw = msgspec.json.encode(body)
    return hmac.new(key, raw, hashlib.sha256).hexdigest().encode() + raw


Body = TypeVar("Body", bound=msgspec.Struct)


def unseal(key: bytes, sealed: bytes, kind: type[Body]) -> Body | None:
    """The body, or None when the signature is not ours or the shape is wrong."""
    raw = sealed[_SIGNATURE:]
    expected = hmac.new(key, raw, hashlib.sha256).hexdigest().encode()
    if not hmac.compare_digest(expected, sealed[:_SIGNATURE]):
        return None
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError:
        return None
