"""The brake on displays that ask to come in: anybody may ask, and each asking leaves a row for ten minutes."""

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from ioc.core.errors import Code, IocError

PER_ADDRESS = 30  # a wall of many panels may start behind one address
PER_WORKER = 120
WRONG = 30
_EVERYBODY = "everybody"


class PairingBrake:
    """So many askings a minute from one address and from all, and so many wrong secrets or codes from one."""

    def __init__(self) -> None:
        self._asked = FixedWindowRateLimiter(MemoryStorage())  # forgets an address with its minute

    def ask(self, address: str) -> None:
        """IocError `too_many_attempts` above the limit."""
        self._hit(PER_ADDRESS, f"ask {address}")
        self._hit(PER_WORKER, _EVERYBODY)

    def check(self, who: str) -> None:
        """Whether `who` was wrong too often."""
        if not self._asked.test(RateLimitItemPerMinute(WRONG), f"wrong {who}"):
            raise _too_many()

    def wrong(self, who: str) -> None:
        self._asked.hit(RateLimitItemPerMinute(WRONG), f"wrong {who}")

    def _hit(self, per_minute: int, key: str) -> None:
        if not self._asked.hit(RateLimitItemPerMinute(per_minute), key):
            raise _too_many()


def _too_many() -> IocError:
    return IocError(Code.TOO_MANY_ATTEMPTS, "too many attempts; wait a minute")
