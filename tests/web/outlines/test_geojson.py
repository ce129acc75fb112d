"""A GeoJSON that cannot be drawn is refused with the place of what is wrong, and what would be right."""

from typing import Any

import pytest

from ioc.core.errors import Code, IocError
from tests.web.outlines.shapes import collection, feature, ring
from web.outlines import geojson
from web.outlines.geojson import GRID, area, features

GOOD = ring(0, 0)
AT = "geojson.features[0].geometry"


def drawn(*rings: Any, shape: str = "Polygon") -> dict[str, Any]:
    coordinates: Any = list(rings) if shape == "Polygon" else [list(rings)]
    one = {"type": "Feature", "properties": {}, "geometry": {"type": shape, "coordinates": coordinates}}
    return collection(one)


def with_position(position: Any) -> dict[str, Any]:
    return drawn([GOOD[0], position, *GOOD[2:]])


def test_polygons_come_onto_the_grid_with_their_holes_and_without_heights_and_specks() -> None:
    hole = [[104.55, 22.35], [104.6, 22.35], [104.6, 22.4], [104.55, 22.35]]
    speck = [[104.7, 22.4], [104.70001, 22.4], [104.70001, 22.40001], [104.7, 22.4]]
    high = [[*one, 812.5] for one in GOOD]
    (found,) = features(drawn(high, hole, speck, shape="MultiPolygon"))
    ((border, *holes),) = found.polygons
    assert border[0] == border[-1] == (1_045_000, 223_000)
    assert area(border) == (0.2 * GRID) ** 2
    assert [len(one) for one in holes] == [4]


@pytest.mark.parametrize(
    ("wrong", "place", "why"),
    [
        ({"type": "Topology"}, "geojson.type", "'Topology'; needed: FeatureCollection"),
        (collection(), "geojson.features", "1 to 400 features"),
        ({"type": "FeatureCollection", "features": {}}, "geojson.features", "1 to 400 features"),
        (collection({"type": "Polygon"}), "geojson.features[0].type", "'Polygon'; needed: Feature"),
        (collection(feature(0, 0), "x"), "geojson.features[1]", "an object of type Feature"),  # type: ignore[arg-type]
        (drawn(GOOD) | {"crs": {"properties": {"name": "EPSG:4756"}}}, "geojson.crs", "'EPSG:4756'; needed: WGS 84"),
        (collection({"type": "Feature", "geometry": None}), f"{AT}.type", "None; needed: Polygon or MultiPolygon"),
        (drawn(GOOD, shape="Point"), f"{AT}.type", "'Point'; needed: Polygon or MultiPolygon"),
        (drawn(), f"{AT}.coordinates", "1 or more rings"),
        (drawn(GOOD[:3], shape="MultiPolygon"), f"{AT}.coordinates[0][0]", "4 or more positions"),
        (drawn(GOOD, GOOD[:-1]), f"{AT}.coordinates[1]", "begins at [104.5, 22.3], ends at [104.5, 22.5]"),
        (with_position([104.7]), f"{AT}.coordinates[0][1]", "needed: [longitude, latitude]"),
        (with_position([104.7, "22"]), f"{AT}.coordinates[0][1]", "needed: [longitude, latitude]"),
        (with_position([104.7, True]), f"{AT}.coordinates[0][1]", "needed: [longitude, latitude]"),
        (with_position([104.7, float("nan")]), f"{AT}.coordinates[0][1]", "needed: [longitude, latitude]"),
        (with_position([2.35, 48.85]), f"{AT}.coordinates[0][1]", "outside Viet Nam (longitude 102 to 118"),
        (with_position([22.3, 104.7]), f"{AT}.coordinates[0][1]", "longitude comes first"),
        (drawn([GOOD[0], GOOD[1], GOOD[0], GOOD[0]]), "geojson.features[0].geometry.coordinates", "encloses nothing"),
    ],
)  # fmt: skip
def test_each_kind_of_fault_is_named_with_its_place(wrong: dict[str, Any], place: str, why: str) -> None:
    with pytest.raises(IocError) as refused:
        features(wrong)
    assert refused.value.code is Code.INVALID_VALUE
    assert refused.value.params["name"] == place
    assert why in refused.value.params["detail"]


def test_points_are_counted_over_all_features(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geojson, "MOST_POINTS", 12)
    assert len(features(collection(feature(0, 0), feature(1, 0)))) == 2
    with pytest.raises(IocError, match=r"features\[2\]: more than 12 points"):
        features(collection(feature(0, 0), feature(1, 0), feature(2, 0)))
