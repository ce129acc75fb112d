"""A cartogram by calculation: places near where things lie, and the room that is left; pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, cos, radians, sqrt
from typing import NamedTuple

from web.cartograms.assigning import assign

Point = tuple[float, float] | None  # latitude and longitude, where they are known

_FILLED, _FILLED_BY_MANY = 0.62, 0.74  # the share of places that a province takes of the box around it
_MANY = 60
_WIDE = 1.3  # a screen is wider than high, and so is the grid on it
_NARROWEST, _WIDEST = 0.6, 2.2  # columns to a row
_MOST = 250  # of more, places are dealt out row by row


class Place(NamedTuple):
    column: int
    row: int


class Box(NamedTuple):
    """A rectangle of places."""

    column: int
    row: int
    columns: int
    rows: int

    @property
    def size(self) -> int:
        return self.columns * self.rows

    def holds(self, place: Place) -> bool:
        across = self.column <= place.column < self.column + self.columns
        return across and self.row <= place.row < self.row + self.rows


@dataclass(frozen=True, slots=True)
class PlacedGrid:
    """A place for every point, in their order."""

    columns: int
    rows: int
    places: tuple[Place, ...]


@lru_cache(maxsize=64)
def placed(points: tuple[Point, ...]) -> PlacedGrid:
    """Each on a place of its own, as near as can be to where it lies; without coordinates in reading order."""
    known = [point for point in points if point is not None]
    if len(set(known)) < 2:
        return _in_reading_order(len(points))
    columns, rows = _shape(len(points), known)
    if len(points) > _MOST:
        return _row_by_row(points, columns)
    wanted = [_target(point, known, columns, rows) for point in points]
    open_ = [Place(at % columns, at // columns) for at in range(columns * rows)]
    costs = [
        [((at[0] - place.column) / columns) ** 2 + ((at[1] - place.row) / rows) ** 2 for place in open_]
        for at in wanted
    ]
    return _trimmed([open_[chosen] for chosen in assign(costs)])


def free_boxes(columns: int, rows: int, taken: Collection[Place]) -> list[Box]:
    """The two largest rectangles without a tile; of equals the squarer one, then that nearer to the north-west."""
    first = _largest(columns, rows, taken)
    if first is None:
        return []
    inside = [Place(c, r) for c in range(columns) for r in range(rows) if first.holds(Place(c, r))]
    second = _largest(columns, rows, {*taken, *inside})
    return [first] if second is None else [first, second]


def spare_place(columns: int, rows: int, taken: Collection[Place]) -> Place:
    """For one tile more: where it leaves the largest room, at the south-east; below, where all is taken."""
    held = set(taken)
    open_ = [place for r in range(rows) for c in range(columns) if (place := Place(c, r)) not in held]
    if not open_:
        return Place(0, rows)

    def room(place: Place) -> tuple[int, int]:
        left = _largest(columns, rows, {*held, place})
        return (0 if left is None else left.size), place.row + place.column

    return max(open_, key=room)


def _shape(count: int, known: Sequence[tuple[float, float]]) -> tuple[int, int]:
    """Columns and rows of the box around that many tiles."""
    lats, lons = [lat for lat, _ in known], [lon for _, lon in known]
    high = max(lats) - min(lats)
    wide = (max(lons) - min(lons)) * cos(radians((max(lats) + min(lats)) / 2))
    ratio = min(_WIDEST, max(_NARROWEST, _WIDE * wide / high if high else _WIDEST))
    places = count / (_FILLED_BY_MANY if count > _MANY else _FILLED)
    columns = max(1, round(sqrt(places * ratio)))
    return columns, ceil(places / columns)


def _target(point: Point, known: Sequence[tuple[float, float]], columns: int, rows: int) -> tuple[float, float]:
    """Where it would like to be; the middle for one that lies nowhere."""
    if point is None:
        return (columns - 1) / 2, (rows - 1) / 2
    lats, lons = [lat for lat, _ in known], [lon for _, lon in known]
    across = (point[1] - min(lons)) / ((max(lons) - min(lons)) or 1)
    down = (max(lats) - point[0]) / ((max(lats) - min(lats)) or 1)
    return across * (columns - 1), down * (rows - 1)


def _in_reading_order(count: int) -> PlacedGrid:
    columns = max(1, ceil(sqrt(count * _WIDE)))
    places = tuple(Place(at % columns, at // columns) for at in range(count))
    return PlacedGrid(min(columns, max(1, count)), max(1, ceil(count / columns)), places)


def _row_by_row(points: Sequence[Point], columns: int) -> PlacedGrid:
    """From the north down, each row from the west."""
    south = min(point[0] for point in points if point is not None)
    lies = [(south, 0.0) if point is None else point for point in points]
    order = sorted(range(len(points)), key=lambda at: -lies[at][0])
    places = [Place(0, 0)] * len(points)
    for row, begin in enumerate(range(0, len(order), columns)):
        for column, at in enumerate(sorted(order[begin : begin + columns], key=lambda at: lies[at][1])):
            places[at] = Place(column, row)
    return PlacedGrid(columns, ceil(len(points) / columns), tuple(places))


def _trimmed(places: Sequence[Place]) -> PlacedGrid:
    """Without columns and rows that nobody took."""
    columns = {column: at for at, column in enumerate(sorted({place.column for place in places}))}
    rows = {row: at for at, row in enumerate(sorted({place.row for place in places}))}
    return PlacedGrid(len(columns), len(rows), tuple(Place(columns[place.column], rows[place.row]) for place in places))


def _largest(columns: int, rows: int, taken: Collection[Place]) -> Box | None:
    """The largest rectangle of free places: row by row, by how far each column is free upwards."""
    best: Box | None = None
    free = [0] * columns
    for row in range(rows):
        for column in range(columns):
            free[column] = 0 if (column, row) in taken else free[column] + 1
        for left in range(columns):
            high = free[left]
            for right in range(left, columns):
                high = min(high, free[right])
                if not high:
                    break
                box = Box(left, row - high + 1, right - left + 1, high)
                if best is None or _worth(box) > _worth(best):
                    best = box
    return best


def _worth(box: Box) -> tuple[int, int, int]:
    return box.size, min(box.columns, box.rows), -box.row - box.column
