"""The rate limit of states: each source is counted alone, so that a loud one takes nothing from another."""

from ioc.core.model import SourceKey
from ioc.domain.inventory import Source

_MINUTE_MS = 60_000
_SOURCES = 50_000
WINDOW_MIN = 10
TIMES_AGREED = 10
# no flood whatever was agreed: a slow source may be started again, or tell what changes
NEVER_TOO_MANY = 60
_MINUTES_KEPT = 4 * WINDOW_MIN


class Limits:
    """Counts by the times of the messages, so the same messages always meet the same verdict."""

    def __init__(self) -> None:
        self._left: dict[SourceKey, tuple[float, int]] = {}
        self._paces: dict[SourceKey, Pace] = {}

    def allows(self, key: SourceKey, per_minute: int, received_at: int) -> bool:
        """Take one state out of the source's bucket, which holds a minute's worth; False when it is empty."""
        if len(self._left) >= _SOURCES:
            self._left.clear()
        left, at = self._left.get(key, (float(per_minute), received_at))
        left = min(per_minute, left + max(0, received_at - at) * per_minute / _MINUTE_MS)
        allowed = left >= 1
        self._left[key] = (left - 1 if allowed else left, max(at, received_at))
        return allowed

    def keeps_pace(self, source: Source, t: int) -> bool:
        """Whether a state of the own time `t` of a source that agreed to an interval is within TIMES_AGREED that.

        A backlog that drains keeps the pace it was measured at, however fast it comes.
        """
        pace = self._paces.get(source.key)
        if pace is None or pace.interval_s != source.interval_s:
            if len(self._paces) >= _SOURCES:
                self._paces.clear()
            pace = self._paces[source.key] = Pace(source.interval_s)
        return pace.takes(t)


def most(interval_s: int) -> int:
    """The states of a source that count in WINDOW_MIN minutes."""
    return max(NEVER_TOO_MANY, TIMES_AGREED * WINDOW_MIN * 60 // interval_s)


class Pace:
    """The states of one source by the minute they speak of, in whatever order they come."""

    def __init__(self, interval_s: int) -> None:
        self.interval_s = interval_s
        self._most = most(interval_s)
        self._minutes: dict[int, int] = {}
        self._total = 0
        self._newest = 0

    def takes(self, t: int) -> bool:
        """Count one, unless some WINDOW_MIN minutes around it hold as many as may be.

        Whoever sends too much is thinned to what was agreed, and not taken for silent.
        """
        minute, minutes = t // _MINUTE_MS, self._minutes
        awaited = t >= self._newest + self.interval_s * 1_000
        if self._total >= self._most and not awaited and self._busiest(minute) >= self._most:
            return False
        if t > self._newest:
            self._newest = t
        minutes[minute] = minutes.get(minute, 0) + 1
        self._total += 1
        if len(minutes) > _MINUTES_KEPT:
            self._forget()
        return True

    def _forget(self) -> None:
        """The older half."""
        for minute in sorted(self._minutes)[: _MINUTES_KEPT // 2]:
            self._total -= self._minutes.pop(minute)

    def _busiest(self, minute: int) -> int:
        around = [self._minutes.get(minute + i, 0) for i in range(1 - WINDOW_MIN, WINDOW_MIN)]
        return max(sum(around[i : i + WINDOW_MIN]) for i in range(WINDOW_MIN))
