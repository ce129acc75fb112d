"""The board: a value belongs to its period, is signed by a second person, and is corrected, never overwritten."""

from typing import Any

import pytest

from ioc.core.model import SourceKey
from tests.web.boards import board, define, enter, signed
from tests.web.conftest import NORTH, SATURDAY, SOUTH, Province
from tests.web.counting import counting, get
from tests.web.test_index766 import publish


@pytest.fixture
def shares(province: Province) -> Province:
    define(province, id="dung-han", name="Tỷ lệ đúng hạn", target=95, warn=90, group="CCHC", first_day=15)
    return province


def test_what_one_entered_another_signs_and_it_stands_on_the_board(shares: Province) -> None:
    entry = enter(shares, "dung-han", numerator=285, denominator=300, note="báo cáo tháng 10").json
    assert (entry["state"], entry["current"], entry["value"]) == ("entered", False, 95.0)
    assert board(shares)["dung-han"]["value"] is None
    own = shares.post(f"/api/v1/board/dung-han/values/{entry['id']}/sign", "operator")
    assert (own.status_code, own.json["error"]["code"]) == (403, "same_person")
    assert shares.post(f"/api/v1/board/dung-han/values/{entry['id']}/sign", "leader").json["current"] is True
    item = board(shares, "period=2026-10")["dung-han"]
    shown = ("value", "numerator", "denominator", "target", "distance", "state", "signed_by", "first", "last", "as_of")
    assert [item[name] for name in shown] == [
        95.0, 285, 300, 95.0, 0.0, "good", "leader", "2026-09-15", "2026-10-14", "2026-10-14T23:59:59+07:00",
    ]  # fmt: skip


def test_a_correction_counts_and_what_it_corrects_is_kept(shares: Province) -> None:
    first = signed(shares, "dung-han", numerator=285, denominator=300)
    second = signed(shares, "dung-han", numerator=258, denominator=300, note="nhập nhầm")
    assert second["corrects"] == first["id"]
    (point,) = get(shares, "/board/dung-han/history?org=hg")["items"]
    assert (point["period"], point["value"], point["signed_by"]) == ("2026-10", 86.0, "leader")
    assert [(each["id"], each["value"], each["current"]) for each in point["corrections"]] == [
        (first["id"], 95.0, False)
    ]
    assert board(shares)["dung-han"]["state"] == "bad"


def test_a_figure_of_2018_that_is_signed_today_is_of_2018(province: Province) -> None:
    define(province, id="lltp", cadence="year")
    signed(province, "lltp", period="2019", numerator=1745, denominator=3377)
    signed(province, "lltp", period="2018", numerator=26, denominator=1064)
    points = get(province, "/board/lltp/history?org=hg")["items"]
    assert [(each["period"], each["value"], each["as_of"][:10]) for each in points] == [
        ("2018", 2.44, "2018-12-31"), ("2019", 51.67, "2019-12-31"),
    ]  # fmt: skip
    span = "from=2018-01-01T00:00:00Z&to=2020-01-01T00:00:00Z&step=86400000&agg=last"
    asked = f"org=hg&kind=indicator&source=lltp&metric=value&{span}"
    series = get(province, f"/series?{asked}")["points"]
    assert [value for _, value in series if value is not None] == [2.44, 51.67]
    assert province.get(f"/api/v1/series?{asked.replace('value', 'colour')}").status_code == 422
    item = board(province)["lltp"]
    assert (item["period"], item["value"], item["last_year"], item["last_period"], item["trend"]) == (
        "2019", 51.67, 2.44, 2.44, "better",
    )  # fmt: skip
    assert [each["period"] for each in get(province, "/board/lltp/history?org=hg&from=2019&to=2019")["items"]] == [
        "2019"
    ]


IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    ({"period": "2026-13", "value": 1}, "no_such_period"),
    ({"period": "2026", "value": 1}, "other_cadence"),
    ({"period": "2027-01", "value": 1}, "period_to_come"),
    ({"numerator": 301, "denominator": 300}, "share_beyond_whole"),
    ({"numerator": -1, "denominator": 300}, "share_beyond_whole"),
    ({"numerator": 1, "denominator": 0}, "share_beyond_whole"),
    ({"numerator": 1}, "nothing_told"),
    ({"value": 100.01}, "share_beyond_whole"),
    ({"value": -1}, "beyond_scale"),
    ({"rank": 70, "rank_total": 63}, "rank_beyond_total"),
    ({"rank": 0}, "rank_beyond_total"),
    ({}, "nothing_told"),
]


def test_what_cannot_be_is_refused_with_its_reason(shares: Province) -> None:
    for body, reason in IMPOSSIBLE:
        answer = enter(shares, "dung-han", **body)
        assert (answer.status_code, answer.json["error"]["details"]["reason"]) == (422, reason), answer.json
    assert get(shares, "/board/dung-han/values")["total"] == 0


def test_value_and_numerator_are_two_ways_to_say_one_thing(shares: Province) -> None:
    answer = enter(shares, "dung-han", value=95, numerator=285, denominator=300)
    assert (answer.status_code, answer.json["error"]["details"]["name"]) == (422, "value")


UNDEFINABLE: list[tuple[dict[str, Any], str]] = [
    ({"id": "a", "of": "formula b"}, "indicator 'a'.of: the formula is in a circle: a -> b -> a"),
    ({"id": "x", "better": None}, "a target without a direction"),
    ({"id": "x", "target": 90, "warn": 95}, "warn 95 is beyond target 90"),
    ({"id": "received"}, "'received' is that of a built-in indicator"),
    ({"id": "x", "of": "formula nowhere + 1"}, "'nowhere' is not an indicator; allowed: a, b"),
    ({"id": "x", "of": "formula a +"}, "cannot be read at 'its end'"),
    ({"id": "x", "of": "formula dossier:lost"}, "dossier:lost; allowed: carried_over"),
    ({"id": "x", "of": "guess"}, "of 'guess'; allowed: figures"),
    ({"id": "x", "cadence": "fortnight"}, "'fortnight'"),
    ({"id": "x", "cadence": "year", "of": "formula a"}, "'a' has other periods"),
    ({"id": "x", "target": [{"value": 1, "period": "2026-13"}]}, "period '2026-13'"),
]


def test_a_definition_that_cannot_be_is_refused_by_name(province: Province) -> None:
    define(province, id="a")
    define(province, id="b", of="formula a * 2")
    for table, said in UNDEFINABLE:
        body = {"name": "X", "cadence": "month", "better": "higher", "target": 1, **table}
        answer = province.post("/api/v1/indicators", "admin", {name: value for name, value in body.items() if value})
        assert (answer.status_code, answer.json["error"]["code"]) == (422, "bad_config"), answer.json
        assert said in str(answer.json["error"]["details"]["problems"]), answer.json


def test_definitions_have_versions_and_a_value_names_the_one_it_was_entered_under(shares: Province) -> None:
    signed(shares, "dung-han", numerator=285, denominator=300)
    define(shares, id="dung-han", name="Tỷ lệ đúng hạn", target=98, first_day=15)
    again = signed(shares, "dung-han", numerator=286, denominator=300)
    assert again["definition"] == 2
    told = get(shares, "/indicators/dung-han?org=hg")
    assert (told["version"], told["definition"]["target"], told["formula"]) == (
        "2", 98, "Nhập tay, người thứ hai ký duyệt",
    )  # fmt: skip
    assert get(shares, "/indicators?org=hg")["items"][-1]["id"] == "dung-han"
    gone = shares.client().delete(
        "/api/v1/indicators/dung-han", headers={"Authorization": f"Bearer {shares.tokens['admin']}"}
    )
    assert gone.status_code == 204
    assert board(shares) == {}
    assert shares.get("/api/v1/indicators/dung-han").status_code == 404


def test_formulas_take_figures_of_others_and_of_the_units_below(province: Province) -> None:
    define(province, id="nop", unit="hồ sơ")
    define(province, id="tong", unit="hồ sơ", of="formula sum_below(nop) + 1")
    define(province, id="phan", of="formula nop@hg.dong-van / tong")
    signed(province, "nop", org=NORTH, value=30)
    items = board(province, "period=2026-10&org=hg")
    assert (items["tong"]["value"], items["tong"]["reporting"]) == (31.0, {"heard": 1, "expected": 2})
    assert [items["phan"][name] for name in ("value", "numerator", "denominator")] == [96.77, 30.0, 31.0]
    signed(province, "nop", org=SOUTH, value=70)
    assert board(province, "period=2026-10&org=hg")["tong"]["value"] == 101.0
    assert board(province, "period=2026-09&org=hg")["phan"]["value"] is None
    points = get(province, "/board/tong/history?org=hg&from=2026-09&to=2026-11")["items"]
    assert [(each["period"], each["value"]) for each in points] == [("2026-10", 101.0)]
    refused = enter(province, "tong", value=1)
    assert refused.json["error"]["details"]["reason"] == "not_entered"


def test_a_feed_s_share_stands_on_the_board_by_its_parts(province: Province) -> None:
    define(province, id="truc-tuyen", of="feed */feed/dvc lltp", cadence="year", target=50)
    publish(province, SourceKey("hg", "feed", "dvc"), "2019", lltp=1745, lltp_of=3377)
    publish(province, SourceKey("hg", "feed", "dvc"), "2018", lltp=26, lltp_of=1064)
    item = board(province, "period=2019&org=hg")["truc-tuyen"]
    shown = ("value", "numerator", "denominator", "last_year", "state", "source")
    assert [item[name] for name in shown] == [51.67, 1745, 3377, 2.44, "good", "hg/feed/dvc"]
    publish(province, SourceKey("hg", "feed", "dvc"), "2019", SATURDAY + 1_000, lltp=1754, lltp_of=3377)
    publish(province, SourceKey("hg", "feed", "dvc"), "2019", SATURDAY + 2_000, lltp=1754, lltp_of=3377)
    points = get(province, "/board/truc-tuyen/history?org=hg")["items"]
    assert [(each["period"], each["value"]) for each in points] == [("2018", 2.44), ("2019", 51.94)]
    before = [(each["name"], each["value"]) for point in points for each in point["told_before"]]
    assert before == [("lltp", 1745)], "the same again corrects nothing"


def test_dossiers_are_counted_by_formula_within_the_periods_of_the_indicator(province: Province) -> None:
    counting(province)
    define(province, id="som", of="formula dossier:resolved_early / dossier:must_resolve", cadence="year")
    summary = get(province, "/dossiers/summary?org=hg&from=2026-01-01&to=2026-11-21")
    item = board(province, "period=2026&org=hg")["som"]
    assert (item["numerator"], item["denominator"]) == (summary["resolved_early"], summary["must_resolve"])
    assert item["denominator"] > 0
    assert item["value"] == summary["pct"]["early"]["value"]


def test_the_units_below_are_ranked_with_ties_and_see_their_own_place(shares: Province) -> None:
    signed(shares, "dung-han", org=NORTH, numerator=9, denominator=10)
    signed(shares, "dung-han", org=SOUTH, numerator=18, denominator=20)
    ranked = board(shares, "period=2026-10&org=hg&by=org")
    assert {org: (item["rank"], item["rank_total"], item["state"]) for org, item in ranked.items()} == {
        NORTH: (1, 2, "warn"), SOUTH: (1, 2, "warn"),
    }  # fmt: skip
    signed(shares, "dung-han", org=SOUTH, numerator=19, denominator=20)
    assert board(shares, f"period=2026-10&org={NORTH}")["dung-han"]["rank"] == 2
    assert board(shares, "period=2026-10&org=hg")["dung-han"]["rank"] is None


def test_the_aim_of_the_nearest_unit_and_of_the_shortest_period_counts(province: Province) -> None:
    aims = [{"value": 50}, {"value": 60, "org": NORTH}, {"value": 70, "org": NORTH, "period": "2026"},
            {"value": 80, "org": NORTH, "period": "2026-10"}]  # fmt: skip
    define(province, id="x", target=aims)
    asked = {(NORTH, "2026-10"): 80, (NORTH, "2026-09"): 70, (NORTH, "2025-09"): 60, (SOUTH, "2026-10"): 50}
    for (org, period), target in asked.items():
        assert board(province, f"org={org}&period={period}")["x"]["target"] == target, (org, period)
    assert board(province, "org=hg.dong-van.lung-cu&period=2026-10")["x"]["target"] == 80


def test_rights_end_at_the_subtree_and_a_leader_enters_nothing(shares: Province) -> None:
    assert enter(shares, "dung-han", "leader", value=1).status_code == 403
    assert enter(shares, "dung-han", "operator-north", org=SOUTH, value=1).status_code == 404
    south = enter(shares, "dung-han", org=SOUTH, numerator=1, denominator=2).json
    assert shares.post(f"/api/v1/board/dung-han/values/{south['id']}/sign", "leader-north").status_code == 404
    assert shares.get(f"/api/v1/board?org={SOUTH}", "leader-north").status_code == 404
    assert get(shares, "/board/dung-han/values", "leader-north")["total"] == 0
    assert shares.post("/api/v1/indicators", "operator", {"id": "y", "name": "Y"}).status_code == 403
    taken = {"name": "Của tỉnh", "org": NORTH}
    assert shares.post("/api/v1/indicators", "admin-north", {"id": "dung-han", **taken}).status_code == 403
    assert shares.post("/api/v1/indicators", "admin-north", {"id": "rieng", **taken}).status_code == 200
    assert "rieng" not in board(shares, f"org={SOUTH}")
    assert "rieng" in board(shares, "org=hg.dong-van.lung-cu")


def flags(item: dict[str, Any]) -> list[tuple[str, float | None]]:
    return [(each["reason"], each["expected"]) for each in item["flags"]]


def test_a_sum_that_is_not_its_parts_or_its_units_is_flagged_with_what_it_would_be(province: Province) -> None:
    define(province, id="muc-3", unit="thủ tục")
    define(province, id="muc-4", unit="thủ tục")
    define(province, id="tong", unit="thủ tục", parts=["muc-3", "muc-4"], additive=True)
    signed(province, "tong", value=561)
    signed(province, "muc-3", value=236)
    assert flags(board(province, "period=2026-10&org=hg")["tong"]) == [], "a part is missing"
    signed(province, "muc-4", value=324)
    signed(province, "tong", org=NORTH, value=300)
    assert flags(board(province, "period=2026-10&org=hg")["tong"]) == [("not_sum_of_parts", 560)]
    signed(province, "tong", org=SOUTH, value=260)
    both = [("not_sum_of_parts", 560), ("not_sum_of_units", 560)]
    assert flags(board(province, "period=2026-10&org=hg")["tong"]) == both
    signed(province, "tong", value=560, note="cộng lại")
    assert flags(board(province, "period=2026-10&org=hg")["tong"]) == []


def test_a_share_that_is_told_without_its_parts_says_so(shares: Province) -> None:
    signed(shares, "dung-han", value=96.24)
    assert flags(board(shares)["dung-han"]) == [("share_without_parts", None)]


def test_the_units_of_many_indicators_come_in_pages(province: Province) -> None:
    for n in range(3):
        define(province, id=f"x{n}", unit="")
        signed(province, f"x{n}", org=NORTH, value=n)
    pages = [get(province, f"/board?org=hg&by=org&period=2026-10&per_page=2&page={n}") for n in (1, 2, 3)]
    assert {page["total"] for page in pages} == {6}
    assert [(item["id"], item["org"]) for page in pages for item in page["items"]] == [
        (f"x{n}", unit) for n in range(3) for unit in (NORTH, SOUTH)
    ]
    assert get(province, "/board?org=hg&by=org&period=2026-10&per_page=1&page=4")["items"][0]["value"] is None
