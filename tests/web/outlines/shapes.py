"""Made-up areas: squares of a board that share their borders, each border with as many points as wanted."""

from typing import Any

WEST, SOUTH = 104.5, 22.3
SIDE = 0.2


def _edge(a: tuple[float, float], b: tuple[float, float], points: int) -> list[list[float]]:
    """Without its end; a little crooked, the same seen from either side."""
    found = []
    for n in range(points):
        share = n / points
        lean = 0.004 * (n % 3) * (1 if n else 0)
        x, y = a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
        found.append([round(x + lean, 4), round(y + lean, 4)])
    return found


def _side(a: tuple[float, float], b: tuple[float, float], points: int) -> list[list[float]]:
    """From a to b, drawn from the lower end as both areas at it have it; without b."""
    if a < b:
        return _edge(a, b, points)
    there = [*_edge(b, a, points), list(a)]
    return there[:0:-1]


def ring(column: int, row: int, points: int = 1) -> list[list[float]]:
    """A square; `points` on each of its sides."""
    at = [
        (round(WEST + SIDE * x, 4), round(SOUTH + SIDE * y, 4))
        for x, y in ((column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1))
    ]
    around = [one for a, b in zip(at, [*at[1:], at[0]], strict=True) for one in _side(a, b, points)]
    return [*around, around[0]]


def feature(column: int, row: int, points: int = 1, **properties: Any) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [ring(column, row, points)]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}
