"""Blocking calls on the threads of gevent's pool, while every other screen goes on."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import gevent
from gevent.lock import BoundedSemaphore

P = ParamSpec("P")
T = TypeVar("T")


def offload(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run it there; what it raises is raised here.

    gevent would also print it, with every argument in full: the configuration among them, secrets and all.
    """
    outcome = _Outcome()

    def run() -> None:
        with outcome:
            outcome.value = call(*args, **kwargs)

    gevent.get_hub().threadpool.apply(run)
    if outcome.error is not None:
        raise outcome.error
    return cast(T, outcome.value)


class Few:
    """`offload` for at most `most` calls at a time: others find a thread free, whatever becomes of these."""

    def __init__(self, most: int) -> None:
        self._free = BoundedSemaphore(most)

    def __call__(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        with self._free:
            return offload(call, *args, **kwargs)


class _Outcome:
    """The result of a call, or the error it raised, kept for another thread."""

    value: object = None
    error: BaseException | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        self.error = error
        return True
