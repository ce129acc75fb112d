"""Places by calculation: nobody shares one, neighbours stay neighbours, and the room that is left is found."""

import random
from itertools import product, starmap

import pytest

from tests.web.screens.province import DISTRICTS
from web.cartograms.assigning import assign
from web.cartograms.placing import Box, Place, free_boxes, placed, spare_place

REAL = {code: (lat, lon) for code, (_, lat, lon, _) in DISTRICTS.items()}


@pytest.mark.parametrize("count", [1, 2, 5, 12, 48, 124, 300])
def test_everybody_has_a_place_of_their_own_within_the_grid(count: int) -> None:
    chance = random.Random(count)
    points = tuple(None if n % 12 == 11 else (22 + chance.random(), 104 + chance.random()) for n in range(count))
    grid = placed(points)
    assert len(set(grid.places)) == count
    assert set(grid.places) <= set(starmap(Place, product(range(grid.columns), range(grid.rows))))


def test_the_districts_lie_to_each_other_as_they_do() -> None:
    grid = placed(tuple(REAL.values()))
    at = dict(zip(REAL, grid.places, strict=True))
    assert at["hg.dong-van"].row < at["hg.bac-me"].row
    assert at["hg.xin-man"].column == 0
    assert at["hg.quang-binh"].row == at["hg.bac-quang"].row == grid.rows - 1
    assert at["hg.meo-vac"].column == grid.columns - 1


def test_without_coordinates_they_stand_in_reading_order() -> None:
    grid = placed((None,) * 6)
    assert (grid.columns, grid.rows) == (3, 2)
    assert grid.places == tuple(Place(n % 3, n // 3) for n in range(6))


def test_the_choice_is_the_cheapest_one() -> None:
    assert assign([[1, 2, 9], [1, 9, 9], [9, 9, 3]]) == [1, 0, 2]


def test_the_largest_room_is_found_the_squarer_one_first() -> None:
    taken = {Place(4, 0), *(Place(c, 1) for c in (2, 3, 4)), *(Place(c, 2) for c in range(5))}
    assert free_boxes(5, 3, taken) == [Box(0, 0, 2, 2), Box(2, 0, 2, 1)]
    assert free_boxes(1, 1, {Place(0, 0)}) == []


def test_one_tile_more_leaves_the_largest_room_whole() -> None:
    assert spare_place(3, 2, {Place(2, 0)}) == Place(2, 1)
    assert spare_place(2, 1, {Place(0, 0), Place(1, 0)}) == Place(0, 1)
