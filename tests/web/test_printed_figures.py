"""What the articles printed is read back from the board of its own province, and what does not add up is flagged."""

from typing import Any

import msgspec
import pytest
from msgspec import structs

from alerts.configured.seed import sync
from connectors.simulator import printed
from ioc.config.indicators import IndicatorOptions
from tests.live.worlds import kinds
from tests.web.boards import board
from tests.web.conftest import SATURDAY, Province
from tests.web.counting import get

# province, period, indicator: what the article says (a value, n of N, or a place among how many)
ARTICLES: dict[tuple[str, str], dict[str, dict[str, Any]]] = {
    ("hg", "2019"): {
        "hg-tiep-nhan": {"value": 9079}, "hg-phai-giai-quyet": {"value": 8483},
        "hg-som-han": {"value": 82.97, "denominator": 8483}, "hg-dung-han": {"value": 14.05, "denominator": 8483},
        "hg-qua-han": {"value": 2.64, "denominator": 8483}, "hg-dang-qua-han": {"value": 0.4, "denominator": 8483},
        "hg-truc-tuyen": {"value": 510}, "hg-lien-thong": {"value": 281}, "hg-cong-khai": {"value": 1784},
        "hg-sso": {"value": 2}, "hg-hai-long-co-quan": {"value": 96.24, "numerator": None, "denominator": None},
        "hg-hai-long-giao-dich-vien": {"value": 99.52, "numerator": None, "denominator": None},
        "hg-co-quan-tai-trung-tam": {"value": 100.0, "numerator": 19, "denominator": 19},
    },
    ("hg", "2017"): {
        "hg-mot-cua-dien-tu-huyen": {"value": 36}, "hg-mot-cua-dien-tu-tp": {"value": 8},
        "hg-diem-cau-tinh": {"value": 4},
        "hg-diem-cau-huyen": {"numerator": 11, "denominator": 11},
        "hg-diem-cau-xa": {"numerator": 191, "denominator": 195},
        "hg-bts": {"value": 1514}, "hg-phu-song": {"value": 98}, "hg-may-tinh": {"value": 93},
        "hg-xa-co-lan": {"value": 15},
        "hg-van-ban-trinh": {"value": 75}, "hg-van-ban-trao-doi": {"value": 70}, "hg-van-ban-ky-so": {"value": 25},
        "hg-hop-thu": {"value": 14000}, "hg-chung-thu-so": {"value": 2725},
    },
    ("hg", "2020"): {
        "par-index": {"rank": 33, "rank_total": 63}, "sipas": {"rank": 25, "rank_total": 63},
        "papi": {"rank": 33, "rank_total": 63},
    },
    ("db", "2018"): {
        "db-thu-tuc-truc-tuyen": {"value": 128}, "db-ho-so-truc-tuyen": {"value": 1326},
        "db-ly-lich-tu-phap": {"numerator": 26, "denominator": 1064},
    },
    ("db", "2019"): {
        "db-ly-lich-tu-phap": {"value": 51.67, "numerator": 1745, "denominator": 3377},
        "par-index": {"value": 81.42, "rank": 27, "rank_total": 63},
        "papi": {"value": 43.73, "rank": 22, "rank_total": 63},
    },
    ("db", "2020"): {
        "db-thu-tuc-truc-tuyen": {"value": 561}, "db-thu-tuc-muc-3": {"value": 236}, "db-thu-tuc-muc-4": {"value": 325},
        "db-ho-so-truc-tuyen": {"value": 19568}, "db-ho-so-truc-tuyen-xong": {"value": 17025},
        "db-hoi-nghi": {"value": 19}, "db-can-bo-tap-huan": {"value": 1920},
    },
    ("bg", "2020"): {"par-index": {"rank": 13, "rank_total": None}},
    ("bg", "2021"): {"par-index": {"rank": 7, "rank_total": None}},
    ("bg", "2022"): {"par-index": {"rank": 4, "rank_total": 63}},
    ("bg", "2023"): {
        "bg-cat-giam": {"value": 241}, "bg-cat-giam-it-nhat": {"value": 30}, "bg-cat-giam-nhieu-nhat": {"value": 60},
        "bg-toan-trinh": {"value": 951}, "bg-ho-so-truc-tuyen": {"value": 80}, "bg-uy-quyen": {"value": 75},
        "bg-giam-phi": {"value": 50},
    },
}  # fmt: skip
WORDED = {"hg-hop-thu": "trên", "hg-van-ban-trinh": "ước tính", "db-can-bo-tap-huan": "hơn",
          "bg-ho-so-truc-tuyen": "hơn",
          "db-ho-so-truc-tuyen": "tính đến nay"}  # fmt: skip
CHANGES = {("hg", "par-index"): (20, None), ("hg", "sipas"): (10, None), ("hg", "papi"): (13, None),
           ("db", "par-index"): (1, 4.42), ("db", "papi"): (15, 0.34)}  # fmt: skip


@pytest.fixture
def past(province: Province) -> Province:
    catalogue = msgspec.convert(printed.indicators(), tuple[IndicatorOptions, ...])
    settings = structs.replace(province.site.context.settings, indicator=catalogue)
    sync(province.db, settings, SATURDAY)
    assert printed.take_over(province.db, kinds(), SATURDAY) == len(printed.printed())
    assert printed.take_over(province.db, kinds(), SATURDAY) == 0, "a second start changes nothing"
    province.reload()
    return province


def test_each_figure_is_read_back_as_the_article_has_it(past: Province) -> None:
    boards = {key: board(past, f"org={key[0]}&period={key[1]}") for key in ARTICLES}
    for (org, period), figures in ARTICLES.items():
        for id_, said in figures.items():
            item = boards[org, period][id_]
            assert {name: item[name] for name in said} == said, (org, period, id_)
            assert (item["period"], item["org"], item["signed_by"]) == (period, org, None)
            assert item["source"]
            assert item["said"]["quote"]
    assert sum(map(len, ARTICLES.values())) == len(printed.printed()), "and no figure is left out"
    told = {id_: each["said"] for items in boards.values() for id_, each in items.items() if each["said"]}
    assert {id_: told[id_]["wording"] for id_ in WORDED} == WORDED
    assert (told["hg-tiep-nhan"]["since"], told["hg-tiep-nhan"]["until"]) == ("2019-01-01", "2019-12-11")


def test_places_and_changes_are_those_that_were_printed(past: Province) -> None:
    for (org, id_), (places, points) in CHANGES.items():
        said = board(past, f"org={org}")[id_]["said"]
        assert (said["rank_change"], said.get("change")) == (places, points), (org, id_)


def test_what_does_not_add_up_is_flagged_with_what_it_would_be(past: Province) -> None:
    centre = board(past, "org=hg&period=2019")
    shares = ("hg-som-han", "hg-dung-han", "hg-qua-han", "hg-dang-qua-han")
    flags = {id_: [f["expected"] for f in centre[id_]["flags"] if f["reason"] == "shares_not_whole"] for id_ in shares}
    assert flags == {"hg-som-han": [None], "hg-dung-han": [None], "hg-qua-han": [None], "hg-dang-qua-han": [0.34]}
    slips = {period: board(past, f"org=db&period={period}")["db-ly-lich-tu-phap"] for period in ("2018", "2019")}
    assert slips["2018"]["flags"] == [], "2,4 % of 26/1 064 is rightly rounded"
    assert slips["2019"]["flags"] == [{"reason": "printed_differs", "expected": 51.67}]
    online = board(past, "org=db&period=2020")["db-thu-tuc-truc-tuyen"]
    assert (online["flags"], online["last_year"]) == ([], None), "236 + 325 are 561"


def test_they_appear_on_the_board_of_their_own_province_only(past: Province) -> None:
    ids = {org: {id_ for id_, item in board(past, f"org={org}").items() if item["said"]} for org in ("hg", "db", "bg")}
    assert all(ids.values())
    shared = {"par-index", "sipas", "papi"}
    assert [prefix for prefix, found in ids.items() if any(not id_.startswith(prefix) for id_ in found - shared)] == []
    assert board(past, "org=hg.dong-van") == {}, "a district has no figures of a province"
    points = get(past, "/board/par-index/history?org=bg")["items"]
    assert [(each["period"], each["rank"], each["rank_total"]) for each in points] == [
        ("2020", 13, None), ("2021", 7, None), ("2022", 4, 63),
    ]  # fmt: skip
