"""Borders are thinned once for both sides: no gap, no overlap, and as few points as are allowed."""

from collections import Counter
from itertools import pairwise
from math import inf

import msgspec
import pytest

from tests.web.outlines.shapes import collection, feature, ring
from web.outlines.borders import Shape, thinned, worths
from web.outlines.geojson import area, count, features

COLUMNS, ROWS = 19, 7


def board(points: int, columns: int = COLUMNS, rows: int = ROWS) -> list[Shape]:
    tiles = (feature(column, row, points) for column in range(columns) for row in range(rows))
    return [one.polygons for one in features(collection(*tiles))]


def sides(shapes: list[Shape]) -> Counter[frozenset[tuple[int, int]]]:
    rings = (ring for shape in shapes for polygon in shape for ring in polygon)
    return Counter(frozenset(pair) for ring in rings for pair in pairwise(ring))


def test_a_border_that_two_areas_share_is_one_line_after_it_was_thinned_too() -> None:
    before, most = board(24), 4_000
    after = thinned(before, most)
    assert sum(map(count, before)) > 12_000
    assert sum(map(count, after)) <= most + len(after)
    alone = sum(n for n in sides(after).values() if n == 1)
    assert set(sides(after).values()) == {1, 2}
    inside = sum(n == 2 for n in sides(after).values())
    assert inside > 4 * alone, "a side that only one area has lies at the rim of the whole"
    whole = sum(area(polygon[0]) for shape in after for polygon in shape)
    assert whole == pytest.approx(sum(area(polygon[0]) for shape in before for polygon in shape), rel=0.01)


def test_what_is_small_enough_stays_as_it_is() -> None:
    shapes = board(2, 3, 2)
    assert thinned(shapes, 1_000) == shapes


def test_an_enclave_stays_in_its_hole_and_specks_go_before_points_do() -> None:
    enclave = ring(0, 0, 40)
    whole = feature(-1, -1)
    corners = [[104.2, 22.0], [105.0, 22.0], [105.0, 22.8], [104.2, 22.8], [104.2, 22.0]]
    speck = [[104.9, 22.7], [104.901, 22.7], [104.901, 22.701], [104.9, 22.7]]
    whole["geometry"] = {"type": "MultiPolygon", "coordinates": [[corners, enclave[::-1]], [speck]]}
    around, inside = thinned([one.polygons for one in features(collection(whole, feature(0, 0, 40)))], 40)
    assert len(around) == 1
    assert set(around[0][1]) == set(inside[0][0])
    assert count(around) + count(inside) <= 42


def test_the_points_that_matter_least_go_first_and_the_sharpest_corner_last() -> None:
    line = ((0, 0), (10, 1), (20, 0), (30, 50), (40, 0), (50, 0))
    assert worths(line) == [inf, 10, 500, inf, 250, inf]


def test_a_province_of_124_communes_is_less_than_200_kb() -> None:
    shapes = thinned(board(30, 124 // 4, 4), 9_000)
    degrees = [[[(x / 10_000, y / 10_000) for x, y in ring] for ring in polygon] for one in shapes for polygon in one]
    assert len(shapes) == 124
    assert len(msgspec.json.encode(degrees)) < 190_000
