"""Comings and goings out of readings: to the minute, never with an end that nobody saw."""

import pytest

from ioc.domain.meetings.readings import STEP_MS, stays


@pytest.mark.parametrize(
    ("minutes", "found"),
    [
        ("0111100", [(1, 5)]),
        ("1110110", [(0, 3), (4, 6)]),
        ("011", [(1, None)]),
        ("11..110", [(0, 6)]),
        ("11.......110", [(0, None), (9, 11)]),
        ("11.......0", [(0, None)]),
        ("0000", []),
        ("....", []),
    ],
)
def test_calls_begin_and_end_where_readings_say_so(minutes, found):
    points = [(at * STEP_MS, None if mark == "." else float(mark)) for at, mark in enumerate(minutes)]
    told = [(one.joined_at, one.left_at) for one in stays("hg/ubnd", points)]
    assert told == [(a * STEP_MS, None if b is None else b * STEP_MS) for a, b in found]
