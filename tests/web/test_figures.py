"""Periodic figures typed in: two people, corrections that stay, and the same way as any feed once signed."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ioc.core.errors import Code, IocError, UsageError
from ioc.core.model import SourceKey, SourceStatus
from ioc.domain.importing.figures import import_figures
from ioc.domain.importing.inventory import import_sources
from ioc.domain.inventory.records import set_status
from tests.live.worlds import kinds
from tests.web.conftest import NORTH, SATURDAY, SOUTH, Province, add_source
from tests.web.counting import get
from tests.web.test_index766 import publish

PAR = {"org": "hg", "source": "cchc", "period": "2020", "values": {"par_index": 81.42, "par_index_rank": 27}}
CCHC = SourceKey("hg", "feed", "cchc")
TODAY = date(2026, 11, 21)


def enter(province: Province, who: str = "operator", **changed: Any) -> dict[str, Any]:
    answer = province.post("/api/v1/figures", who, PAR | changed)
    assert answer.status_code == 201, answer.json
    return answer.json


def decide(province: Province, entry: dict[str, Any], who: str = "leader", verdict: str = "sign") -> Any:
    return province.post(f"/api/v1/figures/{entry['id']}/{verdict}", who)


def published(province: Province) -> list[tuple[str, str, dict[str, float]]]:
    found = [(topic, json.loads(payload)) for topic, payload in province.bus.sent if topic.startswith("ioc/v1/")]
    return [(topic, body["period"], body["values"]) for topic, body in found]


def test_what_one_entered_another_signs_and_it_goes_out_as_a_feed(province: Province) -> None:
    entry = enter(province, note="Bộ Nội vụ công bố")
    assert (entry["state"], entry["current"], entry["entered_by"], entry["corrects"]) == (
        "entered",
        False,
        "operator",
        None,
    )
    assert published(province) == []
    signed = decide(province, entry).json
    assert (signed["state"], signed["current"], signed["decided_by"]) == ("signed", True, "leader")
    assert signed["decided_at"] == "2026-11-21T10:00:00+07:00"
    assert published(province) == [("ioc/v1/hg/feed/cchc/state", "2020", PAR["values"])]
    province.reload()
    assert province.site.world.inventory.sources[CCHC].status is SourceStatus.ACTIVE
    actions = [row["action"] for row in get(province, "/audit")["items"]]
    assert actions[:2] == ["figures.signed", "figures.enter"]


def test_nobody_signs_off_what_they_entered(province: Province) -> None:
    entry = enter(province)
    answer = decide(province, entry, "operator")
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "same_person")
    assert "người khác duyệt" in answer.json["error"]["message"]
    assert published(province) == []


def test_a_decision_is_taken_once(province: Province) -> None:
    entry = enter(province)
    assert decide(province, entry, verdict="refuse").json["state"] == "refused"
    answer = decide(province, entry)
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "figures_decided")
    assert decide(province, {"id": 99}).status_code == 404
    assert published(province) == []


def test_a_correction_is_an_entry_of_its_own_and_both_stay_visible(province: Province) -> None:
    first = decide(province, enter(province)).json
    wrong = enter(province, values={"par_index": 8.0})
    second = enter(province, values={"par_index": 81.5}, note="đính chính")
    assert second["corrects"] == first["id"]
    decide(province, second, "admin")
    rows = get(province, "/figures?source=cchc&period=2020")["items"]
    assert [(row["id"], row["state"], row["current"]) for row in rows] == [
        (second["id"], "signed", True), (wrong["id"], "entered", False), (first["id"], "signed", False),
    ]  # fmt: skip
    late = decide(province, wrong)
    assert (late.status_code, late.json["error"]["code"]) == (409, "figures_superseded")
    assert [row["id"] for row in get(province, "/figures?state=entered")["items"]] == [wrong["id"]]


def test_a_correction_of_an_old_year_goes_out_alone(province: Province) -> None:
    decide(province, enter(province))
    decide(province, enter(province, period="2019", values={"par_index": 77}))
    assert [(period, values["par_index"]) for _, period, values in published(province)] == [
        ("2020", 81.42), ("2019", 77),
    ]  # fmt: skip


def test_while_the_broker_is_away_nothing_is_signed(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = enter(province)

    def away(*_given: Any, **_more: Any) -> None:
        raise IocError(Code.BROKER_UNAVAILABLE, "broker: no acknowledgement")

    monkeypatch.setattr(province.bus, "publish_acknowledged", away)
    assert decide(province, entry).status_code == 503
    monkeypatch.undo()
    assert decide(province, entry).json["state"] == "signed"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"period": "2020-13"}, "period"),
        ({"period": "năm 2020"}, "period"),
        ({"period": "2027"}, "period"),
        ({"values": {}}, "values"),
        ({"values": {"PAR Index": 1}}, "values"),
        ({"period": "2027-W53"}, "period"),
        ({"period": "2026-02-30"}, "period"),
        ({"period": "2026-W00"}, "period"),
        ({"period": "2026-Q5"}, "period"),
        ({"period": "0000"}, "period"),
        ({"period": "202610"}, "period"),
        ({"values": {"par_index_rank": 70, "par_index_rank_total": 63}}, "values"),
        ({"values": {"par_index_rank": 0}}, "values"),
        ({"values": {"index766_1_1": 70, "index766_1_1_of": 60}}, "values"),
        ({"values": {"index766_1_1": -1, "index766_1_1_of": 60}}, "values"),
        ({"values": {"par_index": 101}}, "values"),
        ({"values": {"pct_online": 100.01}}, "values"),
        ({"values": {"received": -3}}, "values"),
        ({"values": {"received": 3, "received_online": 4}}, "values"),
        ({"period": "2026-10"}, "values"),
        ({"source": "ho-so"}, "source"),
        ({"source": "a/b"}, "source"),
    ],
)
def test_what_cannot_be_is_named(province: Province, changed: dict[str, Any], field: str) -> None:
    answer = province.post("/api/v1/figures", "operator", PAR | changed)
    assert (answer.status_code, answer.json["error"]["details"]["name"]) == (422, field)
    assert get(province, "/figures")["total"] == 0


def test_what_is_known_of_the_period_already_is_looked_at_too(province: Province) -> None:
    publish(province, CCHC, "2020", par_index_rank_total=63)
    answer = province.post("/api/v1/figures", "operator", PAR | {"values": {"par_index_rank": 70}})
    assert answer.status_code == 422
    assert "1 to 63 (par_index_rank_total)" in answer.json["error"]["message"]
    enter(province, values={"par_index_rank": 63})


def test_a_month_is_nothing_for_a_feed_that_promised_years(province: Province) -> None:
    import_sources(province.db, "org,kind,source,name,cadence\nhg,feed,dvc,Cổng,m+5wd\n", kinds(), SATURDAY, False)
    province.reload()
    months = {"source": "dvc", "values": {"visits": 3}}
    assert province.post("/api/v1/figures", "operator", PAR | months).status_code == 422
    enter(province, period="2026-10", **months)
    line = "org,source,period,name,value\nhg,dvc,2026,visits,3\n"
    with pytest.raises(UsageError) as failed:
        import_figures(province.db, line, SATURDAY, TODAY, dry_run=False)
    assert failed.value.params["problems"] == ["line 2: period: allowed: a month, as dvc has promised"]


def test_rights_end_at_the_subtree_and_a_leader_enters_nothing(province: Province) -> None:
    assert province.post("/api/v1/figures", "leader", PAR).status_code == 403
    assert province.post("/api/v1/figures", "operator-north", PAR | {"org": SOUTH}).status_code == 404
    south = enter(province, org=SOUTH)
    assert decide(province, south, "leader-north").status_code == 404
    north = enter(province, org=NORTH)
    assert [row["id"] for row in get(province, "/figures", "leader-north")["items"]] == [north["id"]]


def test_a_retired_feed_takes_nothing_more(province: Province) -> None:
    add_source(province, CCHC)
    with province.db.write() as conn:
        set_status(province.db, conn, CCHC, SourceStatus.RETIRED)
    province.reload()
    assert province.post("/api/v1/figures", "operator", PAR).status_code == 422


CSV = """org,source,period,name,value,note
hg,cchc,2020,par_index,"81,42",Bộ Nội vụ
hg,cchc,2020,par_index_rank,27,
hg,cchc,2019,par_index,77,
"""


def test_a_csv_is_entered_once_and_waits_for_a_signature(province: Province) -> None:
    dry = import_figures(province.db, CSV, SATURDAY, TODAY, dry_run=True)
    assert (dry.added, get(province, "/figures")["total"]) == (("hg/cchc/2020", "hg/cchc/2019"), 0)
    import_figures(province.db, CSV, SATURDAY, TODAY, dry_run=False)
    rows = get(province, "/figures")["items"]
    assert [(row["period"], row["values"], row["entered_by"]) for row in rows] == [
        ("2019", {"par_index": 77}, "cli"),
        ("2020", {"par_index": 81.42, "par_index_rank": 27}, "cli"),
    ]
    again = import_figures(province.db, CSV, SATURDAY, TODAY, dry_run=False)
    assert (again.added, again.unchanged, get(province, "/figures")["total"]) == ((), 2, 2)
    changed = import_figures(province.db, CSV.replace("77", "78"), SATURDAY, TODAY, dry_run=False)
    assert changed.added == ("hg/cchc/2019",)


def test_a_csv_as_a_vietnamese_spreadsheet_writes_it(province: Province) -> None:
    text = "org;source;period;name;value\r\nhg;cchc;2018;par;81,42\r\n"
    assert import_figures(province.db, text, SATURDAY, TODAY, dry_run=False).added == ("hg/cchc/2018",)
    (entry,) = get(province, "/figures")["items"]
    assert entry["values"] == {"par": 81.42}


def test_every_bad_line_of_a_csv_is_named_and_nothing_is_entered(province: Province, tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    path.write_text(CSV + "hg,cchc,2099,papi,1,\nnowhere,x,2020,papi,1,\nhg,x,2020,papi,nhiều,\n", encoding="utf-8")
    with pytest.raises(UsageError) as failed:
        import_figures(province.db, path, SATURDAY, TODAY, dry_run=False)
    problems = failed.value.params["problems"]
    assert [line.split(":")[0] for line in problems] == ["line 5", "line 6", "line 7"]
    assert get(province, "/figures")["total"] == 0
