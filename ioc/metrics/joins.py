"""Joins the figures of two parts of a bucket: the same for every store."""

Weighed = tuple[float, int]  # a figure, and what it needs to be joined with another: a count or an instant


def add(a: Weighed, b: Weighed) -> Weighed:
    return a[0] + b[0], a[1] + b[1]


def low(a: Weighed, b: Weighed) -> Weighed:
    return min(a[0], b[0]), 0


def high(a: Weighed, b: Weighed) -> Weighed:
    return max(a[0], b[0]), 0


def later(a: Weighed, b: Weighed) -> Weighed:
    return b if b[1] >= a[1] else a
