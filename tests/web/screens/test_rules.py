"""The rules behind the pictures, asked one by one in a browser: names, places, sizes, beginnings."""

from typing import Any

import pytest

from tests.web.screens.conftest import Ask


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["Một cửa huyện Bắc Mê", "Một cửa huyện Bắc Quang"], ["Bắc Mê", "Bắc Quang"]),
        (
            ["Mạng lõi tỉnh", "Cáp quang huyện Mèo Vạc – tỉnh", "Cáp quang thành phố Hà Giang – tỉnh",
             "Cáp quang huyện Xín Mần – tỉnh", "Cáp quang huyện Quản Bạ – tỉnh"],
            ["Mạng lõi", "Mèo Vạc", "Thành phố Hà Giang", "Xín Mần", "Quản Bạ"],
        ),
        (["Bắc Mê", "Bắc Quang"], ["Bắc Mê", "Bắc Quang"]),
        (["Tân Quang", "Vĩnh Quang", "Đồng Quang"], ["Tân Quang", "Vĩnh Quang", "Đồng Quang"]),
        (["Kênh Mèo Vạc", "Kênh Quản Bạ", "Kênh Vị Xuyên"], ["Mèo Vạc", "Quản Bạ", "Vị Xuyên"]),
        (["Điểm cầu tỉnh 1", "Điểm cầu tỉnh 2"], ["Tỉnh 1", "Tỉnh 2"]),
        (["Máy chủ tỉnh Hà Giang", "Thư tỉnh Hà Giang"], ["Máy chủ", "Thư"]),
        (["Một cửa xã Tân Quang", "Một cửa xã Tân Quang"], ["Một cửa xã Tân Quang", "Một cửa xã Tân Quang"]),
        (["Thư điện tử"], ["Thư điện tử"]),
        ([], []),
    ],
)  # fmt: skip
def test_names_are_told_apart_by_what_they_do_not_share(ask: Ask, names: list[str], told: list[str]) -> None:
    assert ask("lib/apart", "tellApart", names) == told


@pytest.mark.parametrize("most", [1, 4, 25, 320])
@pytest.mark.parametrize("foot", [None, {"width": 5, "height": 2.4}])
def test_cells_fill_a_tile_stay_inside_and_leave_the_foot_free(ask: Ask, most: int, foot: dict[str, float]) -> None:
    cell = ask("lib/cartogram", "cells", [most, 3], {"width": 20.0, "height": 6.0}, foot)
    step = {side: cell[side] + 0.3 for side in ("width", "height")}
    rows = -(-most // cell["columns"])
    assert cell["columns"] * step["width"] - 0.3 <= 20.001
    assert rows * step["height"] - 0.3 <= 6.001
    assert max(cell["width"], cell["height"]) <= 1.5 * cell["size"] + 0.001
    if foot:
        last = most - (rows - 1) * cell["columns"]
        beside = last * step["width"] - 0.3 <= 20 - foot["width"] + 0.001
        assert (rows - (1 if beside else 0)) * step["height"] - 0.3 <= 6 - foot["height"] + 0.001


def test_a_tile_has_the_largest_name_that_fits_and_too_small_a_one_has_none(ask: Ask) -> None:
    counts, names, figures = [24, 8], [6.6, 5.0], [2.4, 2.2]
    large = ask("lib/cartogram", "plan", {"width": 24, "height": 16}, counts, names, figures)
    small = ask("lib/cartogram", "plan", {"width": 22.1, "height": 9}, counts, names, figures)
    assert (large["head"], small["foot"]) == (2.7, False)
    assert (6.6 + 0.35 + 2.4) * small["head"] <= 22.1 - 1.3
    assert ask("lib/cartogram", "plan", {"width": 9, "height": 5}, counts, names, figures) is None


def test_the_total_is_as_large_as_its_corner_and_words_give_way_last_ones_first(ask: Ask) -> None:
    words = [8, 5, 11.6, 8]
    large = ask("lib/cartogram", "corner", {"width": 60, "height": 30}, 3.4, words)
    small = ask("lib/cartogram", "corner", {"width": 44, "height": 13}, 3.4, words)
    least = ask("lib/cartogram", "corner", {"width": 40, "height": 8}, 3.4, words)
    assert (large["number"], large["shown"]) == (9.8, 4)
    assert small["number"] < large["number"]
    assert small["shown"] == 4
    assert 0 < least["shown"] < 4


def test_rows_that_do_not_fit_leave_a_line_to_say_so(ask: Ask) -> None:
    assert ask("lib/room", "fitting", [3, 3, 3], 9, 3) == 3
    assert ask("lib/room", "fitting", [3, 3, 3, 3], 11, 3) == 2
    assert ask("lib/room", "fitting", [3, 4.6, 3, 3], 11, 3) == 2
    assert ask("lib/room", "fitting", [5], 2, 3) == 1


STEP = 600_000


def known_from(first: int) -> list[list[int | None]]:
    return [[n * STEP, None if n < first else n] for n in range(144)]


@pytest.mark.parametrize(
    ("first", "before", "start", "compared"),
    [
        (100, 144, 100, False),
        (143, 144, 131, False),
        (100, 140, 100, False),
        (100, 120, 100, True),
        (100, 30, 30, True),
        (0, 0, 0, True),
    ],
)
def test_a_young_series_begins_where_it_begins(ask: Ask, first: int, before: int, start: int, compared: bool) -> None:
    """A few figures of the week before are no comparison."""
    shown = ask("widgets/trend/since", "fromTheFirst", known_from(first), known_from(before))
    assert shown["points"] == known_from(first)[start:]
    assert shown["previous"] == (known_from(before)[start:] if compared else [])


def test_nothing_known_stays_as_it_is(ask: Ask) -> None:
    assert ask("widgets/trend/since", "fromTheFirst", [[0, None]], []) == {"points": [[0, None]], "previous": []}
    assert ask("widgets/trend/since", "fromTheFirst", [], []) == {"points": [], "previous": []}


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": None, "d": 3}}, {"a": {"c": 2, "d": 3}}),
        ({"a": [1]}, {"a": [2, 3]}, {"a": [2, 3]}),
        ({"a": "text"}, {"a": {"b": None, "c": 1}}, {"a": {"c": 1}}),
        (None, {"a": 1}, {"a": 1}),
        ({"a": 1}, "text", "text"),
        ({}, {"gone": None}, {}),
    ],
)
def test_a_merge_patch_is_applied_as_its_standard_says(ask: Ask, target: Any, patch: Any, result: Any) -> None:
    assert ask("lib/merge", "merge", target, patch) == result
