"""States, trends and places follow their written rules, whatever the numbers."""

from itertools import product

import pytest

from ioc.domain.indicators.standing import TargetState, Trend, places, standing, trend


@pytest.mark.parametrize(("value", "better", "state"), [
    (95, "higher", "good"), (94.99, "higher", "warn"), (90, "higher", "warn"), (89.99, "higher", "bad"),
    (4, "lower", "good"), (4.01, "lower", "bad"), (None, "higher", "unknown"), (95, None, "unknown"),
])  # fmt: skip
def test_a_figure_stands_by_its_target_and_its_warning_line(value: float | None, better, state: str):
    target, warn = (95, 90) if better != "lower" else (4, None)
    assert standing(value, target, warn, better) == TargetState(state)


def test_without_a_target_nothing_is_good_or_bad():
    assert standing(50, None, 40, "higher") is TargetState.UNKNOWN


def test_a_trend_has_a_side_only_where_there_is_a_direction():
    assert [trend(2, 1, better) for better in ("higher", "lower", None)] == [Trend.BETTER, Trend.WORSE, Trend.UP]
    assert [trend(1, 1, "higher"), trend(None, 1, "higher"), trend(1, None, "higher")] == [Trend.SAME, None, None]


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_the_place_of_each_is_one_more_than_the_number_of_those_before_it(better):
    for figures in product((1.0, 2.0, 3.0), repeat=5):
        values = dict(zip("abcde", figures, strict=True))
        ahead = {
            name: sum(other > mine if better == "higher" else other < mine for other in figures)
            for name, mine in values.items()
        }
        assert places(values, better) == {name: 1 + n for name, n in ahead.items()}


def test_nobody_has_no_place():
    assert places({}, "higher") == {}
