"""Waits that outlive a restart but not a jump of the wall clock."""

from collections.abc import Collection, Hashable

from ioc.core.clock import Clock


class Timers:
    """Each wait is kept in the database as an instant; from the first look on it runs on the monotonic clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._deadlines: dict[Hashable, float] = {}

    def over(self, key: Hashable, until: int) -> bool:
        """Whether the wait `key`, which ends at `until` (epoch ms), is over."""
        if key not in self._deadlines:
            left_s = max(0, until - self._clock.now_ms()) / 1000
            self._deadlines[key] = self._clock.monotonic() + left_s
        return self._clock.monotonic() >= self._deadlines[key]

    def keep(self, keys: Collection[Hashable]) -> None:
        """Forget every other wait."""
        self._deadlines = {key: at for key, at in self._deadlines.items() if key in keys}
