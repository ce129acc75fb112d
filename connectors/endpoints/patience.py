"""The pause after a log-in that was refused."""

from collections.abc import Callable
from dataclasses import dataclass

from ioc.core.errors import Code, IocError

LONGEST_S = 3_600.0


@dataclass(slots=True)
class Patience:
    """`now` is any clock in seconds; the wait doubles with every refusal and ends with the first success."""

    first_s: float
    now: Callable[[], float]
    refusals: int = 0
    _until: float = 0.0

    def check(self) -> None:
        """IocError while it must be left alone."""
        left = self._until - self.now()
        if self.refusals and left > 0:
            raise IocError(Code.LOGIN_HELD_BACK, f"login refused; not tried again for {left:.0f} s")

    def refused(self) -> None:
        self._until = self.now() + min(self.first_s * 2**self.refusals, LONGEST_S)
        self.refusals += 1

    def accepted(self) -> None:
        self.refusals = 0
