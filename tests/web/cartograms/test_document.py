"""The form of a cartogram: what fits the tree is taken, what does not is named with its tile and the reason."""

from typing import Any

import pytest

from ioc.core.errors import Code, IocError
from ioc.domain.inventory import Org, OrgTree
from web.cartograms.document import checked

TREE = OrgTree(
    [
        Org("hg", "Tỉnh Hà Giang", "province"),
        Org("hg.so", "Sở Tài chính", "department", "hg"),
        Org("hg.dong-van", "Huyện Đồng Văn", "district", "hg"),
        Org("hg.dong-van.lung-cu", "Xã Lũng Cú", "commune", "hg.dong-van"),
        Org("hg.bac-me", "Huyện Bắc Mê", "district", "hg"),
        Org("hg.cu", "Huyện cũ", "district", "hg", valid_to="2020-01-01"),
        Org("tq", "Tỉnh Tuyên Quang", "province"),
    ],
    day="2026-11-23",
)


def body(*tiles: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"root": "hg", "columns": 3, "rows": 2, "tiles": list(tiles)} | more


def tile(column: int = 0, row: int = 0, **what: Any) -> dict[str, Any]:
    return {"column": column, "row": row} | what


def test_tiles_are_orgs_or_clusters_and_the_root_itself() -> None:
    found = checked(
        body(
            tile(2, 0, org="hg.dong-van"),
            tile(0, 1, name="Phía nam", orgs=["hg.bac-me", "hg.so"]),
            tile(1, 1, org="hg"),
        ),
        TREE,
    )
    assert [(one.org, one.name, one.orgs) for one in found.tiles] == [
        ("hg.dong-van", None, ()),
        (None, "Phía nam", ("hg.bac-me", "hg.so")),
        ("hg", None, ()),
    ]


@pytest.mark.parametrize(
    ("wrong", "place", "why"),
    [
        (body(tile(org="hg.khong-co")), "tiles[0]", "'hg.khong-co' is not in the tree below 'hg'"),
        (body(tile(org="tq")), "tiles[0]", "'tq' is not in the tree below 'hg'"),
        (body(tile(org="hg.cu")), "tiles[0]", "'hg.cu' is not in the tree below 'hg'"),
        (body(tile(org="hg.dong-van"), tile(org="hg.bac-me")), "tiles[1]", "column 0, row 0 is taken by tiles[0]"),
        (body(tile(3, 0, org="hg.bac-me")), "tiles[0]", "outside 3 columns by 2 rows"),
        (
            body(tile(0, 0, org="hg.dong-van"), tile(1, 0, name="x", orgs=["hg.dong-van.lung-cu"])),
            "tiles[1]",
            "already",
        ),
        (body(tile(0, 0, org="hg.dong-van.lung-cu"), tile(1, 0, org="hg.dong-van")), "tiles[1]", "already"),
        (body(tile(0, 0, org="hg"), tile(1, 0, org="hg")), "tiles[1]", "already"),
        (body(tile(name="Không có gì")), "tiles[0]", "give org, or name with orgs"),
        (body(tile(org="hg.bac-me", name="Bắc Mê")), "tiles[0]", "give org, or name with orgs"),
        (body(tile(org="hg.bac-me"), root="hg.cu"), "root", "not in the tree of today"),
        (body(tile(-1, 0, org="hg.bac-me")), "tiles[0].column", ">= 0"),
        (body(tile(org="hg.bac-me"), columns=61), "columns", "<= 60"),
        (body(), "tiles", "length >= 1"),
        (body(tile(org="hg.bac-me", colour="red")), "tiles[0]", "unknown field `colour`"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(wrong: dict[str, Any], place: str, why: str) -> None:
    with pytest.raises(IocError) as refused:
        checked(wrong, TREE)
    assert refused.value.code is Code.INVALID_VALUE
    assert refused.value.params["name"] == place
    assert why in refused.value.params["detail"]
