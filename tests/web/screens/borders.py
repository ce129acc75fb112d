"""A province with made-up borders: the tiles of its cartogram bent out of shape, with points on it."""

from collections.abc import Mapping
from math import sin
from typing import Any

from tests.web.outlines.shapes import SIDE, SOUTH, WEST, feature
from tests.web.screens import maps

Bent = Mapping[str, tuple[int, int]]


def bend(position: list[float]) -> list[float]:
    x, y = position
    return [round(x + 0.05 * sin(9 * y) + 0.02 * sin(31 * y), 4), round(y + 0.04 * sin(8 * x) + 0.015 * sin(37 * x), 4)]


def collection(places: Bent, rows: int) -> dict[str, Any]:
    """By the column and row that each has on a cartogram."""
    features = []
    for code, (column, row) in places.items():
        one = feature(column, rows - 1 - row, 8, org=code)
        rings = one["geometry"]["coordinates"]
        one["geometry"] = {"type": "MultiPolygon", "coordinates": [[[bend(at) for at in ring] for ring in rings]]}
        features.append(one)
    return {"type": "FeatureCollection", "features": features}


def point(code: str, place: tuple[int, int], rows: int, at: tuple[float, float], **more: Any) -> dict[str, Any]:
    """Somewhere in an area, by shares of its width and height."""
    column, row = place
    lon, lat = bend([WEST + SIDE * (column + at[0]), SOUTH + SIDE * (rows - 1 - row + at[1])])
    return {"area": code, "name": "Điểm cầu", "kind": "vc", "health": "ok", "lon": lon, "lat": lat} | more


def outlined(areas: Mapping[str, Any], points: Mapping[str, Any]) -> dict[str, Any]:
    """The payload of `org_map` without its head, as far as borders change it."""
    whole = maps.grid(1, 1, areas)
    del whole["cartogram"]
    return whole | {
        "kind": "vc", "good": whole["online"], "devices": {}, "points": dict(points),
        "outline": {"root": "hg", "version": 3},
    }  # fmt: skip
