"""What one account may ask of a worker at once, so that whatever it does the others are served."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from gevent.local import local
from gevent.lock import BoundedSemaphore

from ioc.core.errors import Code, IocError
from ioc.domain.access import Principal, Via

RUNNING: Final = 4  # of the ten threads that read the database
WAITING: Final = 60
SOCKETS: Final = 1_000  # the walls of a province may share one token
_Account = tuple[str, Via]
_taken = local()  # the turn of the call that runs in a greenlet


class AccountTurns:
    """Calls of an account: so many run, so many more wait for their turn, and beyond that they are refused."""

    def __init__(self, running: int = RUNNING, waiting: int = WAITING) -> None:
        self._running, self._most = running, running + waiting
        self._here: Counter[_Account] = Counter()
        self._free: dict[_Account, BoundedSemaphore] = {}

    @contextmanager
    def taking(self, principal: Principal) -> Iterator[None]:
        """IocError `too_many_requests` where too many wait already."""
        account = account_of(principal)
        if self._here[account] >= self._most:
            raise too_many(f"{self._most} calls of {principal.name} are under way")
        self._here[account] += 1
        free = self._free.setdefault(account, BoundedSemaphore(self._running))
        try:
            with free:
                _taken.turn = free
                yield
        finally:
            _taken.turn = None
            self._here[account] -= 1
            if not self._here[account]:
                del self._here[account], self._free[account]


@contextmanager
def stepping_aside() -> Iterator[None]:
    """While a call waits for another server the account's next has its turn: what hangs there holds up nothing here."""
    turn: BoundedSemaphore | None = getattr(_taken, "turn", None)
    if turn is None:
        yield
        return
    turn.release()
    try:
        yield
    finally:
        turn.acquire()


class AskingPace:
    """So many a second, and a store of some for a start."""

    def __init__(self, per_s: float, burst: int, now: Callable[[], float]) -> None:
        self._per_s, self._burst, self._now = per_s, burst, now
        self._left, self._at = float(burst), now()

    def take(self) -> bool:
        """False where it comes too early."""
        now = self._now()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_s)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    @property
    def is_rested(self) -> bool:
        """True where forgetting it changes nothing."""
        return self._left + (self._now() - self._at) * self._per_s >= self._burst


class AskingPaces:
    """The pace of each account."""

    def __init__(self, per_s: float, burst: int, now: Callable[[], float]) -> None:
        self._new: Callable[[], AskingPace] = partial(AskingPace, per_s, burst, now)
        self._by_account: dict[_Account, AskingPace] = {}

    def take(self, principal: Principal) -> bool:
        if len(self._by_account) > 1_000:
            self._by_account = {who: pace for who, pace in self._by_account.items() if not pace.is_rested}
        return self._by_account.setdefault(account_of(principal), self._new()).take()


def account_of(principal: Principal) -> _Account:
    """A user and a token may bear one name."""
    return principal.name, principal.via


def too_many(why: str) -> IocError:
    return IocError(Code.TOO_MANY_REQUESTS, f"too many requests: {why}; wait a moment")
