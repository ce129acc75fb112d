"""Whose area a feature is: by code, by official name, by the name above it; what is nobody's is told with why."""

from typing import Any

import msgspec
import pytest

from ioc.core.errors import IocError
from ioc.domain.inventory import Org, OrgTree
from tests.web.outlines.shapes import collection, feature
from web.outlines.document import MadeOutline, made, read, told

TREE = OrgTree(
    [
        Org("hg", "Tỉnh Hà Giang", "province"),
        Org("hg.so", "Sở Tài chính", "department", "hg"),
        Org("hg.dong-van", "Huyện Đồng Văn", "district", "hg"),
        Org("hg.dong-van.ta-lung", "Xã Tả Lủng", "commune", "hg.dong-van"),
        Org("hg.meo-vac", "Huyện Mèo Vạc", "district", "hg"),
        Org("hg.meo-vac.ta-lung", "Xã Tả Lủng", "commune", "hg.meo-vac"),
        Org("hg.cu", "Huyện cũ", "district", "hg", valid_to="2020-01-01"),
        Org("tq", "Tỉnh Tuyên Quang", "province"),
    ],
    day="2026-11-23",
)


def brought(*given: dict[str, Any]) -> MadeOutline:
    return made("hg", collection(*(feature(at, 0, **one) for at, one in enumerate(given))), TREE)


def test_an_org_is_named_by_its_code_or_by_its_name_alone() -> None:
    found = brought(
        {"org": "hg.dong-van"},
        {"code": "26134", "ten": "Huyện  Mèo Vạc", "loai": "huyện"},
        {"ten_xa": "Xã Tả Lủng", "ten_huyen": "Huyện Mèo Vạc"},
    )
    assert [shape.org for shape in found.outline.shapes] == ["hg.dong-van", "hg.meo-vac", "hg.meo-vac.ta-lung"]
    assert (found.unmatched, found.missing) == ((), ())


def test_what_is_nobodys_is_told_with_its_place_and_why() -> None:
    found = brought(
        {"org": "hg.dong-van"},
        {"ten": "Xã Tả Lủng"},
        {"org": "hg.cu"},
        {"code": "tq"},
        {"ten": "Huyện Đồng Văn"},
    )
    assert [shape.org for shape in found.outline.shapes] == ["hg.dong-van"]
    assert [(one.feature, one.why) for one in found.unmatched] == [
        (1, "2 orgs are called so (hg.dong-van.ta-lung, hg.meo-vac.ta-lung): give the code in `org`"),
        (2, "no org below 'hg' has this name or org 'hg.cu'"),
        (3, "no org below 'hg' has this name or code 'tq'"),
        (4, "'hg.dong-van' has the area of features[0]"),
    ]
    assert found.missing == ("hg.meo-vac",), "an office has no area, an area below is enough"


def test_a_file_that_fits_nothing_is_refused_with_the_first_reason() -> None:
    with pytest.raises(IocError) as refused:
        brought({"ten": "Huyện Vô Danh"})
    assert refused.value.params["name"] == "geojson.features[0]"
    assert "'Huyện Vô Danh': no org below 'hg' has this name" in refused.value.params["detail"]
    with pytest.raises(IocError, match="not in the tree of today"):
        made("hg.cu", collection(feature(0, 0)), TREE)


def test_what_is_kept_can_be_brought_again_as_geojson() -> None:
    first = brought({"org": "hg.dong-van"}, {"org": "hg.meo-vac"})
    assert read(first.body) == first.outline
    again = made("hg", msgspec.json.decode(msgspec.json.encode(told(first.outline))), TREE)
    assert again.outline == first.outline
