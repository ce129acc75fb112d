"""Results of decoding: usable objects, bad ones with their reason, refused ones."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ioc.core.model import Leniency, Number, Reason, Refusal, SourceKey
from ioc.core.periods import Span
from ioc.domain.inventory import Source
from ioc.messages.events import Event
from ioc.messages.kinds import KindSpec

NO_LENIENCY: frozenset[Leniency] = frozenset()


class Decoded(NamedTuple):
    """One usable object of a message; `t` is the instant it was said, in epoch ms.

    Figures of a period are of an instant of it, and kept as they were said; those in `doubted` cannot be true.
    """

    key: SourceKey
    source: Source | None  # None: not registered yet
    t: int
    received_at: int
    retained: bool
    metrics: dict[str, Number]
    texts: dict[str, str]
    online: bool | None
    event: Event | None
    simulated: bool
    leniencies: Iterable[Leniency]
    period: Span | None = None
    doubted: frozenset[str] = frozenset()

    @property
    def as_of(self) -> int:
        """The instant its figures are of."""
        return self.t if self.period is None else self.period.as_of(self.t)

    @property
    def credible(self) -> dict[str, Number]:
        """Its figures but for the doubted ones."""
        if not self.doubted:
            return self.metrics
        return {name: value for name, value in self.metrics.items() if name not in self.doubted}


class BadObject(NamedTuple):
    """One object that goes to quarantine; `element` is its place in the payload's array."""

    seq: int
    element: int
    received_at: int
    topic: str
    payload: bytes
    reason: Reason
    detail: str


class Batch(NamedTuple):
    """The results of a run of messages: `received` objects = good + bad + refused."""

    last: int
    received: int
    good: list[Decoded]
    bad: list[BadObject]
    refused: list[Refusal]
    limited: list[SourceKey]  # whose states were refused because there were too many of them


class Target(NamedTuple):
    """The destination of a topic, worked out once a topic and inventory revision."""

    key: SourceKey
    channel: str
    spec: KindSpec
    tz: ZoneInfo
    source: Source | None
    leniencies: frozenset[Leniency]
    bounds: Mapping[str, tuple[float, float]]
