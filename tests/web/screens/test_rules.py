"""The rules behind the pictures, asked one by one in a browser: names, places, sizes, beginnings."""

from itertools import product
from typing import Any

import pytest

from tests.web.screens.conftest import Ask
from tests.web.screens.province import DISTRICTS


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


def areas(count: int) -> list[dict[str, Any]]:
    places = [(lat, lon) for _, lat, lon, _ in DISTRICTS.values()]
    return [
        {"lat": places[n % 11][0] - n // 11, "lon": places[n % 11][1], "order": n} if n % 12 else
        {"lat": None, "lon": None, "order": n} for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, 2, 5, 12, 13, 20, 34, 48])
@pytest.mark.parametrize("field", [{"width": 115, "height": 33}, {"width": 122, "height": 68}])
def test_every_area_has_its_own_place_beside_the_free_box(ask: Ask, count: int, field: dict[str, int]) -> None:
    plan = ask("widgets/vc_grid/cartogram", "layout", areas(count), field, {"width": 26, "height": 9})
    taken = {(place["column"], place["row"]) for place in plan["places"]}
    box = plan["free"]
    kept = set(
        product(
            range(box["column"], box["column"] + box["columns"]),
            range(box["row"], box["row"] + box["rows"]),
        )
    )
    assert len(taken) == count
    assert not taken & kept
    assert taken | kept <= set(product(range(plan["columns"]), range(plan["rows"])))
    assert plan["columns"] * plan["rows"] - len(taken | kept) < plan["columns"]


def test_neighbours_stay_neighbours_and_no_place_is_wasted(ask: Ask) -> None:
    real = [{"lat": lat, "lon": lon, "order": n} for n, (_, lat, lon, _) in enumerate(DISTRICTS.values())]
    centre = {"lat": 22.77, "lon": 104.97, "order": 0}
    plan = ask("widgets/vc_grid/cartogram", "layout", [centre, *real], {"width": 115, "height": 33},
               {"width": 26, "height": 9})  # fmt: skip
    at = dict(zip(["hg", *DISTRICTS], plan["places"], strict=True))
    assert at["hg.dong-van"]["row"] < at["hg.bac-me"]["row"]
    assert at["hg.xin-man"]["column"] == 0
    assert at["hg.quang-binh"]["row"] == at["hg.bac-quang"]["row"] == plan["rows"] - 1
    assert plan["columns"] * plan["rows"] == len(at) + plan["free"]["columns"] * plan["free"]["rows"]


@pytest.mark.parametrize("most", [1, 4, 25, 320])
def test_cells_fill_a_block_and_stay_inside(ask: Ask, most: int) -> None:
    cell = ask("widgets/vc_grid/cartogram", "cells", most, 20.0, 6.0, 0.3)
    rows = -(-most // cell["columns"])
    assert cell["columns"] * (cell["width"] + 0.3) - 0.3 <= 20.001
    assert rows * (cell["height"] + 0.3) - 0.3 <= 6.001
    assert max(cell["width"], cell["height"]) <= 1.5 * cell["size"] + 0.001


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
