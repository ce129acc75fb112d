"""Periods follow each other without a gap or an overlap, whatever their length and wherever their months begin."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from ioc.core.periods import Length, containing, last_ended, parse, previous, reported, year_before

DAYS = [date(2019, 12, 10) + timedelta(n) for n in range(420)]
STARTS = (1, 15, 28)


def every() -> Iterator[tuple[date, Length]]:
    for day in DAYS:
        for length in Length:
            yield day, length


@pytest.mark.parametrize("first_day", STARTS)
def test_each_day_lies_in_the_period_that_contains_it_and_in_no_other(first_day: int):
    for day, length in every():
        period = containing(day, length, first_day)
        first, after = reported(period, first_day)
        assert first <= day < after, (day, length)
        before = previous(period)
        assert before is not None
        assert reported(before, first_day).after == first, (day, length)


def test_a_period_is_read_as_it_is_written():
    for day, length in every():
        period = containing(day, length)
        assert parse(period.text) == period


def test_a_year_has_a_53rd_week_only_now_and_then():
    week = parse("2020-W53")
    assert week is not None
    assert week.days.first == date(2020, 12, 28)
    assert containing(date(2021, 1, 3), Length.WEEK) == week
    assert year_before(week) is None, "2019 had 52"
    assert parse("2021-W53") is None
    assert previous(containing(date(2021, 1, 4), Length.WEEK)) == week


def test_a_leap_day_has_no_like_of_it_the_year_before():
    leap = parse("2024-02-29")
    assert leap is not None
    assert year_before(leap) is None
    assert year_before(containing(date(2024, 2, 28), Length.DAY)) == parse("2023-02-28")
    assert parse("2023-02-29") is None


def test_a_report_counts_from_the_15th_to_the_14th():
    spans = {
        text: reported(period, 15) for text in ("2026-03", "2026-Q1", "2026-H1", "2026") if (period := parse(text))
    }
    assert {text: (str(first), str(after - timedelta(1))) for text, (first, after) in spans.items()} == {
        "2026-03": ("2026-02-15", "2026-03-14"),
        "2026-Q1": ("2025-12-15", "2026-03-14"),
        "2026-H1": ("2025-12-15", "2026-06-14"),
        "2026": ("2025-12-15", "2026-12-14"),
    }


@pytest.mark.parametrize(("day", "first_day", "newest"), [
    ("2026-11-14", 15, "2026-10"), ("2026-11-15", 15, "2026-11"), ("2026-11-30", 1, "2026-10"),
    ("2026-12-01", 1, "2026-11"),
])  # fmt: skip
def test_the_newest_period_that_is_over(day: str, first_day: int, newest: str):
    assert last_ended(date.fromisoformat(day), Length.MONTH, first_day) == parse(newest)


def test_before_the_first_year_there_is_none():
    first = parse("1900")
    assert first is not None
    assert previous(first) is None
    assert year_before(first) is None
