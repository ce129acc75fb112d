"""Timers that outlive a restart but not a jump of the wall clock."""

from collections.abc import Collection, Hashable

from ioc.core.clock import Clock


class Timers:
    """The database holds when each ends; from the first question on it runs on the monotonic clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._deadlines: dict[Hashable, float] = {}

    def expired(self, key: Hashable, until: int) -> bool:
        """True once the timer `key`, which ends at `until` (epoch ms), has run out."""
        if key not in self._deadlines:
            left_s = max(0, until - self._clock.now_ms()) / 1000
            self._deadlines[key] = self._clock.monotonic() + left_s
        return self._clock.monotonic() >= self._deadlines[key]

    def retain(self, keys: Collection[Hashable]) -> None:
        """Forget every other timer."""
        self._deadlines = {key: at for key, at in self._deadlines.items() if key in keys}
