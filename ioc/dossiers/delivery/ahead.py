"""New dossiers judged in a second process while the first one writes them."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any

from ioc.dossiers.delivery.rows import Row

Judged = tuple[dict[str, Any], list[tuple[int, int]]]  # the record and its pauses
JudgeNew = Callable[[Row], Judged]
Ahead = tuple[list[Row], list[Judged]]  # rows with the verdict on each, or with none at all

_WAITING = 4  # chunks on their way
_given: list[JudgeNew] = []  # in the worker process: a fork is handed what cannot be sent


def judged_ahead(chunks: Iterable[list[Row]], judge_new: JudgeNew) -> Iterator[Ahead]:
    """Each chunk with its rows judged as if nothing was known of them; without verdicts on a single processor."""
    if (os.cpu_count() or 1) < 2:
        yield from ((chunk, []) for chunk in chunks)
        return
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(1, fork, _given.append, (judge_new,)) as worker:
        waiting: deque[tuple[list[Row], Future[list[Judged]]]] = deque()
        for chunk in chunks:
            waiting.append((chunk, worker.submit(_judge, chunk)))
            if len(waiting) == _WAITING:
                yield _next(waiting)
        while waiting:
            yield _next(waiting)


def _next(waiting: deque[tuple[list[Row], Future[list[Judged]]]]) -> Ahead:
    chunk, verdicts = waiting.popleft()
    return chunk, verdicts.result()


def _judge(chunk: list[Row]) -> list[Judged]:
    return [judge_new(row) for judge_new in _given for row in chunk]
