"""A clock that tests own."""


class FakeClock:
    """Stands still until told; both clocks advance together."""

    def __init__(self, now_ms: int = 1_780_000_000_000) -> None:
        self._now_ms = now_ms
        self._monotonic = 1_000.0

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        self._now_ms += round(seconds * 1000)
        self._monotonic += seconds

    def set(self, ms: int) -> None:
        """Jump the wall clock alone, as a corrected machine clock does."""
        self._now_ms = ms
