"""Spans of time, `[start, end)` in epoch ms, as lists in their order that do not touch each other."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

Span = tuple[int, int]


def merged(spans: Iterable[Span]) -> list[Span]:
    """Any spans as such a list; empty ones are none."""
    found: list[Span] = []
    for lo, hi in sorted(span for span in spans if span[0] < span[1]):
        if found and lo <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], hi))
        else:
            found.append((lo, hi))
    return found


def common(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """What lies in both."""
    found: list[Span] = []
    a = b = 0
    while a < len(some) and b < len(others):
        lo, hi = max(some[a][0], others[b][0]), min(some[a][1], others[b][1])
        if lo < hi:
            found.append((lo, hi))
        if some[a][1] <= others[b][1]:
            a += 1
        else:
            b += 1
    return found


def within(spans: Sequence[Span], lo: int, hi: int) -> list[Span]:
    """What of them lies in [lo, hi)."""
    first = max(0, bisect_right(spans, lo, key=lambda span: span[0]) - 1)
    found: list[Span] = []
    for start, end in spans[first:]:
        if start >= hi:
            break
        if end > lo:
            found.append((max(start, lo), min(end, hi)))
    return found


def length(spans: Iterable[Span]) -> int:
    return sum(hi - lo for lo, hi in spans)
