"""The document of an outline: what is made of a GeoJSON, what could not be used of it, and reading it again."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import Struct

from ioc.core.errors import Code, IocError
from ioc.domain.inventory import OrgTree
from web.outlines import borders, geojson
from web.outlines.geojson import GRID, BroughtFeature, Polygon, fault
from web.outlines.matching import Names

SORT = "outline"  # of documents
MOST_KEPT = 9_000  # points: 20 bytes each as JSON, so that a screen fetches less than 200 KB
OFFICES = frozenset({"agency", "department", "centre"})  # they have no area of their own

Lines = tuple[tuple[tuple[float, float], ...], ...]  # the rings of a polygon


class OutlineShape(Struct, frozen=True):
    """The polygons of an org, each with its border first; longitude before latitude."""

    org: str
    polygons: tuple[Lines, ...]


class Outline(Struct, frozen=True):
    """`brought`: the points of the file it was made of."""

    root: str
    brought: int
    shapes: tuple[OutlineShape, ...]

    @property
    def points(self) -> int:
        return sum(len(ring) for shape in self.shapes for polygon in shape.polygons for ring in polygon)


class AreaGeometry(Struct, frozen=True):
    type: Literal["MultiPolygon"]
    coordinates: tuple[Lines, ...]


class AreaProperties(Struct, frozen=True):
    org: str


class AreaFeature(Struct, frozen=True):
    type: Literal["Feature"]
    properties: AreaProperties
    geometry: AreaGeometry


class AreaCollection(Struct, frozen=True):
    type: Literal["FeatureCollection"]
    features: tuple[AreaFeature, ...]


class Unmatched(Struct, frozen=True):
    """A feature that is no org's, by its place in the list and the words in it, and why."""

    feature: int
    name: str
    why: str


class MadeOutline(NamedTuple):
    """`missing`: the orgs directly below the root that have no area now, neither their own nor below them."""

    outline: Outline
    unmatched: tuple[Unmatched, ...]
    missing: tuple[str, ...]

    @property
    def body(self) -> dict[str, Any]:
        told: dict[str, Any] = msgspec.to_builtins(self.outline)
        return told


def read(body: Mapping[str, Any]) -> Outline:
    """As a document keeps it."""
    try:
        return msgspec.convert(body, Outline)
    except msgspec.ValidationError as error:
        raise IocError(Code.INVALID_VALUE, f"outline: {error}", name="outline", detail=str(error)) from None


def made(root: str, given: Mapping[str, Any], orgs: OrgTree) -> MadeOutline:
    """IocError names what is wrong; a feature that is no org's is told, as long as another is."""
    if not orgs.lives(root):
        raise fault("root", f"{root!r} is not in the tree of today")
    brought = geojson.features(given)
    matched, unmatched = _matched(brought, Names(orgs, root))
    if not matched:
        first = unmatched[0]
        raise fault(f"geojson.features[{first.feature}]", f"no feature is of an org; {first.name!r}: {first.why}")
    thin = borders.thinned([one.polygons for one in matched.values()], MOST_KEPT)
    shapes = tuple(OutlineShape(org, _degrees(shape)) for org, shape in zip(matched, thin, strict=True))
    points = sum(geojson.count(one.polygons) for one in brought)
    return MadeOutline(Outline(root, points, shapes), tuple(unmatched), tuple(_missing(root, matched.keys(), orgs)))


def told(outline: Outline) -> AreaCollection:
    """As GeoJSON, which can be brought again."""
    features = (
        AreaFeature("Feature", AreaProperties(shape.org), AreaGeometry("MultiPolygon", shape.polygons))
        for shape in outline.shapes
    )
    return AreaCollection("FeatureCollection", tuple(features))


def _matched(brought: list[BroughtFeature], names: Names) -> tuple[dict[str, BroughtFeature], list[Unmatched]]:
    found: dict[str, BroughtFeature] = {}
    left: list[Unmatched] = []
    for one in brought:
        org, why = names.find(one.properties)
        if org is None or org in found:
            before = f"{org!r} has the area of features[{found[org].at}]" if org else ""
            left.append(Unmatched(one.at, _named(one.properties), before or why))
        else:
            found[org] = one
    return found, left


def _named(properties: Mapping[str, Any]) -> str:
    return ", ".join(value for value in properties.values() if isinstance(value, str))[:120]


def _missing(root: str, drawn: Any, orgs: OrgTree) -> Iterator[str]:
    for child in orgs.children(root):
        if child.kind not in OFFICES and not orgs.scope(child.code).codes & drawn:
            yield child.code


def _degrees(shape: tuple[Polygon, ...]) -> tuple[Lines, ...]:
    return tuple(tuple(tuple((x / GRID, y / GRID) for x, y in ring) for ring in polygon) for polygon in shape)
