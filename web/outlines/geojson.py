"""A GeoJSON of areas as somebody brings it: read onto a grid, or the first fault named with its place."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import isfinite
from typing import Any, NamedTuple

from ioc.core.errors import Code, IocError

GRID = 10_000  # steps of a degree, of 11 m: a third of a dot on a 4K screen that shows a province
MOST_FEATURES = 400
MOST_POINTS = 200_000
WEST, EAST, SOUTH, NORTH = 102, 118, 6, 24  # Viet Nam with its islands
_WGS84 = ("CRS84", "EPSG:4326", "EPSG::4326")

Position = tuple[int, int]  # steps to the east and to the north
Ring = tuple[Position, ...]  # its first position is its last
Polygon = tuple[Ring, ...]  # the border, then its holes


class BroughtFeature(NamedTuple):
    """`at` is its place in the list."""

    at: int
    properties: Mapping[str, Any]
    polygons: tuple[Polygon, ...]


def features(given: Mapping[str, Any]) -> list[BroughtFeature]:
    """IocError `invalid_value` names the first place that is wrong."""
    _check_type(given, "FeatureCollection", "geojson")
    _check_crs(given.get("crs"))
    listed = given.get("features")
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_FEATURES:
        raise fault("geojson.features", f"a list of 1 to {MOST_FEATURES} features is needed")
    found: list[BroughtFeature] = []
    points = 0
    for at, one in enumerate(listed):
        found.append(_feature(one, at))
        points += count(found[-1].polygons)
        if points > MOST_POINTS:
            raise fault(f"geojson.features[{at}]", f"more than {MOST_POINTS} points with those before it")
    return found


def count(polygons: tuple[Polygon, ...]) -> int:
    return sum(len(ring) for polygon in polygons for ring in polygon)


def area(ring: Ring) -> float:
    """In steps, whichever way it goes round."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))) / 2


def fault(place: str, detail: str) -> IocError:
    return IocError(Code.INVALID_VALUE, f"outline: {place}: {detail}", name=place, detail=detail)


def _check_type(given: Any, wanted: str, place: str) -> None:
    if not isinstance(given, Mapping):
        raise fault(place, f"an object of type {wanted} is needed")
    if given.get("type") != wanted:
        raise fault(f"{place}.type", f"{given.get('type')!r}; needed: {wanted}")


def _check_crs(crs: Any) -> None:
    """Old files name a coordinate system; VN-2000 would stand beside the points by up to 200 m and more."""
    if crs is None:
        return
    name = crs.get("properties", {}).get("name") if isinstance(crs, Mapping) else None
    if not (isinstance(name, str) and name.endswith(_WGS84)):
        raise fault("geojson.crs", f"{name!r}; needed: WGS 84 (EPSG:4326), longitude before latitude")


def _feature(given: Any, at: int) -> BroughtFeature:
    place = f"geojson.features[{at}]"
    _check_type(given, "Feature", place)
    properties = given.get("properties")
    geometry = given.get("geometry")
    shape = geometry.get("type") if isinstance(geometry, Mapping) else None
    if shape not in ("Polygon", "MultiPolygon"):
        raise fault(f"{place}.geometry.type", f"{shape!r}; needed: Polygon or MultiPolygon")
    place, drawn = f"{place}.geometry.coordinates", geometry.get("coordinates")
    if shape == "Polygon":
        polygons = [_polygon(drawn, place)]
    else:
        polygons = [_polygon(one, where) for where, one in _each(drawn, place, "polygons", 1)]
    kept = tuple(polygon for polygon in polygons if polygon)
    if not kept:
        raise fault(place, "encloses nothing")
    return BroughtFeature(at, properties if isinstance(properties, Mapping) else {}, kept)


def _polygon(given: Any, place: str) -> Polygon:
    """Empty where its border encloses nothing on the grid; so are its holes left out."""
    rings = [_ring(one, where) for where, one in _each(given, place, "rings", 1)]
    if not area(rings[0]):
        return ()
    return (rings[0], *(ring for ring in rings[1:] if area(ring)))


def _ring(given: Any, place: str) -> Ring:
    positions = list(_each(given, place, "positions", 4))
    if given[0] != given[-1]:
        raise fault(place, f"is not closed: begins at {_said(given[0])}, ends at {_said(given[-1])}")
    found: list[Position] = []
    for where, one in positions:
        position = _position(one, where)
        if not found or found[-1] != position:
            found.append(position)
    return tuple(found)


def _position(given: Any, place: str) -> Position:
    """A height is passed over."""
    if not (isinstance(given, list) and len(given) in (2, 3) and all(map(_is_number, given))):
        raise fault(place, f"{_said(given)}; needed: [longitude, latitude]")
    lon, lat = given[0], given[1]
    if not (WEST <= lon <= EAST and SOUTH <= lat <= NORTH):
        swapped = "; longitude comes first" if WEST <= lat <= EAST and SOUTH <= lon <= NORTH else ""
        bounds = f"longitude {WEST} to {EAST}, latitude {SOUTH} to {NORTH}"
        raise fault(place, f"{_said(given)} is outside Viet Nam ({bounds}){swapped}")
    return round(lon * GRID), round(lat * GRID)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _each(given: Any, place: str, what: str, least: int) -> Iterator[tuple[str, Any]]:
    if not isinstance(given, list) or len(given) < least:
        raise fault(place, f"a list of {least} or more {what} is needed")
    return ((f"{place}[{at}]", one) for at, one in enumerate(given))


def _said(value: Any) -> str:
    return repr(value)[:60]
