"""Work on the rows of a delivery shared with a second process; it is forked, so only a command that runs alone may."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, TypeVar

from ioc.domain.dossiers.importing.rows import CheckedRow

A = TypeVar("A")
B = TypeVar("B")
Judged = tuple[dict[str, Any], list[tuple[int, int]]]  # the record and its pauses
JudgeNew = Callable[[CheckedRow], Judged]
Ahead = tuple[list[CheckedRow], list[Judged]]  # rows with the verdict on each, or with none at all

_WAITING = 4  # chunks on their way
_given: list[Callable[[Any], Any]] = []  # in the second process: a fork is handed what cannot be sent


def judged_ahead(chunks: Iterable[list[CheckedRow]], judge_new: JudgeNew) -> Iterator[Ahead]:
    """Each chunk with its rows judged as if nothing was known of them; without verdicts on a single processor."""
    if _alone():
        yield from ((chunk, []) for chunk in chunks)
        return
    with _second(judge_new) as worker:
        waiting: deque[tuple[list[CheckedRow], Future[list[Judged]]]] = deque()
        for chunk in chunks:
            waiting.append((chunk, worker.submit(_each, chunk)))
            if len(waiting) == _WAITING:
                yield _next(waiting)
        while waiting:
            yield _next(waiting)


def in_two(chunks: Iterable[list[A]], work: Callable[[A], B]) -> Iterator[list[tuple[A, B]]]:
    """Every item with what `work` makes of it, in their order; every other chunk is worked on by a second process."""
    left = iter(chunks)
    first = next(left, [])
    yield [(item, work(item)) for item in first]  # a short delivery needs nobody else
    theirs = next(left, None)
    if theirs is None or _alone():
        yield from ([(item, work(item)) for item in chunk] for chunk in (theirs or [], *left))
        return
    with _second(work) as worker:
        while theirs is not None:
            made = worker.submit(_each, theirs)
            ours = [(item, work(item)) for item in next(left, [])]
            yield list(zip(theirs, made.result(), strict=True))
            yield ours
            theirs = next(left, None)


def _alone() -> bool:
    return (os.cpu_count() or 1) < 2


def _second(work: Callable[[Any], Any]) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, multiprocessing.get_context("fork"), _given.append, (work,))


def _next(waiting: deque[tuple[list[CheckedRow], Future[list[Judged]]]]) -> Ahead:
    chunk, verdicts = waiting.popleft()
    return chunk, verdicts.result()


def _each(chunk: list[Any]) -> list[Any]:
    return [work(item) for work in _given for item in chunk]
