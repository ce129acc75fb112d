"""The brake on guessing the secrets of gateways; that on passwords is `ioc.domain.login_failures`."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from ioc.core.errors import Code, IocError

_MAX_KEYS = 10_000


class LoginBrake:
    """At most so many attempts a minute that fail, from one address (a whole office may share it) and on one name."""

    def __init__(self, per_minute: int) -> None:
        self._limit = RateLimitItemPerMinute(per_minute)
        self._failed = MovingWindowRateLimiter(MemoryStorage())
        self._trying = Counter[str]()
        self._keys: set[str] = set()

    @contextmanager
    def attempt(self, *keys: str) -> Iterator[None]:
        """IocError `too_many_attempts` above the limit, where one that is under way counts as one that failed."""
        self._forget()
        if not all(self._failed.test(self._limit, key, cost=self._trying[key] + 1) for key in keys):
            raise IocError(Code.TOO_MANY_ATTEMPTS, "too many attempts; wait a minute")
        self._trying.update(keys)
        try:
            yield
        except BaseException:
            self._keys.update(keys)
            for key in keys:
                self._failed.hit(self._limit, key)
            raise
        finally:
            self._trying -= Counter(keys)

    def _forget(self) -> None:
        """The storage keeps every name it ever heard, and anybody may send names."""
        if len(self._keys) > _MAX_KEYS:
            old = {key for key in self._keys if self._failed.test(self._limit, key, cost=self._limit.amount)}
            for key in old:
                self._failed.clear(self._limit, key)
            self._keys -= old
