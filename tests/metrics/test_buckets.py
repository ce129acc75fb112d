"""Grids and fills, by hand."""

import pytest

from ioc.metrics import Aggregate, Fill, RangeQuery
from ioc.metrics.buckets import Grid, fill
from tests.metrics.stories import HOUR, MINUTE, NOON, WAITING

GRID = Grid(first=0, step=10, size=6)
FOUND = {1: 4.0, 4: 10.0}


def grid(start: int, end: int, step: int, offset: int = 0) -> Grid:
    return Grid.of(RangeQuery(WAITING, start, end, step, Aggregate.MEAN, Fill.NULL, offset))


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (Fill.NULL, [None, 4, None, None, 10, None]),
        (Fill.PREVIOUS, [None, 4, 4, 4, 10, 10]),
        (Fill.LINEAR, [None, 4, 6, 8, 10, None]),
        (Fill.ZERO, [0, 4, 0, 0, 10, 0]),
    ],
)
def test_what_stands_in_empty_buckets(how: Fill, expected: list[float | None]) -> None:
    assert fill(FOUND, GRID, how) == list(zip(range(0, 60, 10), expected, strict=True))


@pytest.mark.parametrize("how", [Fill.NULL, Fill.PREVIOUS, Fill.LINEAR])
def test_nothing_found_is_never_a_number(how: Fill) -> None:
    assert [value for _, value in fill({}, GRID, how)] == [None] * 6


def test_a_line_between_the_largest_floats_stays_finite() -> None:
    assert fill({0: -1.7e308, 2: 1.7e308}, Grid(0, 1, 3), Fill.LINEAR)[1] == (1, 0)


def test_a_bucket_is_named_by_its_beginning_even_before_the_range() -> None:
    assert grid(NOON + 30_000, NOON + 2 * MINUTE + 1, MINUTE) == Grid(NOON, MINUTE, 3)


def test_the_zone_shifts_the_grid() -> None:
    half_past = grid(NOON, NOON + 2 * HOUR, HOUR, 30 * MINUTE)
    assert half_past == Grid(NOON - 30 * MINUTE, HOUR, 3)
    assert list(half_past.straddled(MINUTE)) == []
    assert list(half_past.straddled(HOUR)) == [NOON - HOUR, NOON, NOON + HOUR, NOON + 2 * HOUR]
