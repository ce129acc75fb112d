"""How many states a source may send: a bucket each, so that one that sends too much takes nothing from another."""

from ioc.model import SourceKey

_MINUTE_MS = 60_000
_SOURCES = 50_000


class Limits:
    """Counts by the times of receipt, so the same messages always meet the same verdict."""

    def __init__(self) -> None:
        self._left: dict[SourceKey, tuple[float, int]] = {}

    def allows(self, key: SourceKey, per_minute: int, received_at: int) -> bool:
        """Take one state out of the source's bucket, which holds a minute's worth; False when it is empty."""
        if len(self._left) >= _SOURCES:
            self._left.clear()
        left, at = self._left.get(key, (float(per_minute), received_at))
        left = min(per_minute, left + max(0, received_at - at) * per_minute / _MINUTE_MS)
        allowed = left >= 1
        self._left[key] = (left - 1 if allowed else left, max(at, received_at))
        return allowed
