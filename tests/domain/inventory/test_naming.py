"""Places by name: with the unit above, since two communes bear one name."""

import pytest

from ioc.domain.inventory import Org, OrgTree
from ioc.domain.inventory.naming import above, place, placed

ORGS = OrgTree(
    Org(code=code, name=name, parent=code.rpartition(".")[0] or None)
    for code, name in {
        "hg": "Tỉnh Hà Giang",
        "hg.dong-van": "Huyện Đồng Văn",
        "hg.meo-vac": "Huyện Mèo Vạc",
        "hg.dong-van.ta-lung": "Xã Tả Lủng",
        "hg.meo-vac.ta-lung": "Xã Tả Lủng",
        "hg.dong-van.tt": "Thị trấn Đồng Văn",
        "hg.dong-van.cn": "Chi nhánh huyện Đồng Văn",
    }.items()
)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("hg.dong-van.ta-lung", "Xã Tả Lủng, Đồng Văn"),
        ("hg.meo-vac.ta-lung", "Xã Tả Lủng, Mèo Vạc"),
        ("hg.meo-vac", "Huyện Mèo Vạc"),  # the province goes without saying
        ("hg", "Tỉnh Hà Giang"),
        ("hg.dong-van.tt", "Thị trấn Đồng Văn, Đồng Văn"),
        ("hg.dong-van.cn", "Chi nhánh huyện Đồng Văn"),  # it says so itself
        ("nowhere", "nowhere"),
    ],
)
def test_a_place_carries_its_unit_above(code: str, said: str) -> None:
    assert place(ORGS, code) == said


def test_what_is_all_that_is_looked_at_is_not_said_again() -> None:
    assert place(ORGS, "hg.dong-van.ta-lung", "hg.dong-van") == "Xã Tả Lủng"
    assert above(ORGS, "hg.dong-van.ta-lung", "hg.meo-vac") == "Huyện Đồng Văn"
    assert placed("Xã Tả Lủng", "") == placed("Xã Tả Lủng", None) == "Xã Tả Lủng"
