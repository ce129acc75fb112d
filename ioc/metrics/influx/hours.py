"""The hour under way: minutes joined as they are made, so that a full hour need not be read back."""

from collections.abc import Sequence

from ioc.metrics.influx.tables import Row, Sums
from ioc.metrics.schema import HOUR, floor


class HourUnderWay:
    """Knows an hour only when every minute of it passed here, one after the other."""

    def __init__(self) -> None:
        self._since = self._upto = -1
        self._hours: dict[int, Sums] = {}

    def add(self, lo: int, hi: int, rows: Sequence[Row]) -> None:
        """All there is of the minutes from `lo` to `hi`."""
        if lo != self._upto:
            self.forget()
            self._since = lo
        self._upto = hi
        for hour in {floor(t, HOUR) for _series, t, _figures in rows}:
            self._hours.setdefault(hour, Sums()).add(row for row in rows if hour <= row[1] < hour + HOUR)

    def take(self, hour: int) -> Sums | None:
        """The whole hour; None: it has to be read."""
        found = self._hours.pop(hour, Sums())
        if not 0 <= self._since <= hour < hour + HOUR <= self._upto:
            return None
        self._since = hour + HOUR
        return found

    def forget(self) -> None:
        """A minute was made anew."""
        self._since = self._upto = -1
        self._hours.clear()
