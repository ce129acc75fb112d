"""The meeting desk over the API: meetings entered, called off, copied, read from files; groups, minutes, the wall."""

import base64
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from ioc.core.model import SourceKey
from ioc.platform.db.tables import alert, attendance
from ioc.platform.db.tables import org as org_table
from ioc.platform.db.tables import source as source_table
from tests.web.conftest import SATURDAY, SOUTH, Province, raise_alert

PATH = "/api/v1/meetings"
HERE, THERE = SourceKey("hg.dong-van.lung-cu", "vc", "cau-1"), SourceKey(SOUTH, "vc", "cau-2")
LINE = SourceKey(SOUTH, "link", "cap-1")
HOUR = 3_600_000
MEETING = {
    "org": "hg",
    "title": "Giao ban",
    "starts_at": "2026-11-21T11:00:00+07:00",
    "ends_at": "2026-11-21T12:00:00+07:00",
    "sites": ["@all"],
}


@pytest.fixture
def entered(province: Province) -> dict[str, Any]:
    answer = province.post(PATH, "operator", MEETING)
    assert answer.status_code == 201
    item: dict[str, Any] = answer.json
    return item


def remove(province: Province, path: str, who: str = "operator") -> int:
    return province.client().delete(path, headers={"Authorization": f"Bearer {province.tokens[who]}"}).status_code


def one(item: dict[str, Any]) -> str:
    return f"org={item['org']}&conference={item['id']}"


def test_a_meeting_is_entered_changed_and_called_off(province: Province, entered: dict[str, Any]) -> None:
    assert (entered["state"], entered["origin"], len(entered["sites"])) == ("scheduled", "form", 2)
    moved = province.post(PATH, "operator", MEETING | {"id": entered["id"], "sites": [f"{SOUTH}/cau-2"]}).json
    assert (moved["id"], moved["sites"]) == (entered["id"], [f"{SOUTH}/cau-2"])
    assert province.get(PATH, "leader").json["total"] == 1
    assert remove(province, f"{PATH}?{one(entered)}") == 204
    assert remove(province, f"{PATH}?{one(entered)}") == 204
    assert province.get(PATH, "leader").json["items"][0]["state"] == "cancelled"
    assert remove(province, f"{PATH}?org=hg&conference=no") == 404
    acts = [row["action"] for row in province.get("/api/v1/audit").json["items"]]
    assert acts[:3] == ["meeting_cancelled", "meeting_saved", "meeting_saved"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sites": ["@nobody"]}, "bad_site"),
        ({"sites": []}, "bad_value"),
        ({"org": "hn"}, "unknown_org"),
        ({"ends_at": MEETING["starts_at"]}, "bad_value"),
        ({"starts_at": "tomorrow"}, "invalid_value"),
        ({"place": "x"}, "invalid_value"),
    ],
)
def test_what_cannot_be_meant_is_refused(province: Province, change: dict[str, Any], code: str) -> None:
    refused = province.post(PATH, "operator", MEETING | change)
    assert refused.json["error"]["code"] == code
    assert province.get(PATH, "leader").json["total"] == 0


def test_who_may_enter_and_where(province: Province) -> None:
    assert province.post(PATH, "leader", MEETING).status_code == 403
    assert province.post(PATH, "operator-north", MEETING).status_code == 404
    own = province.post(PATH, "operator-north", MEETING | {"org": "hg.dong-van"})
    assert own.json["sites"] == ["hg.dong-van.lung-cu/cau-1"]


def test_of_a_confidential_meeting_nobody_reads_title_or_sites(province: Province) -> None:
    item = province.post(PATH, "operator", MEETING | {"confidential": True, "title": "Nhân sự"}).json
    assert (item["title"], item["sites"], item["confidential"]) == (None, [], True)
    minutes = province.get(f"{PATH}/minutes?{one(item)}", "admin").json
    assert (minutes["title"], minutes["sites"], minutes["denominator"]) == (None, [], 0)
    assert "Nhân sự" not in province.get("/api/v1/audit").get_data(as_text=True)
    province.reload()
    grid = province.get("/api/v1/live?widgets=vc_grid", "leader").get_data(as_text=True)
    assert "Nhân sự" not in grid


def test_files_are_taken_whole_or_shown_first(province: Province) -> None:
    text = "date,start,end,title,sites\n2026-11-23,08:00,09:00,Giao ban,@commune\n"
    first = province.post(f"{PATH}/import", "operator", {"format": "csv", "text": text, "org": "hg", "dry_run": True})
    assert (first.json["dry_run"], len(first.json["added"])) == (True, 1)
    assert province.get(PATH, "leader").json["total"] == 0
    done = province.post(f"{PATH}/import", "operator", {"format": "csv", "text": text, "org": "hg"})
    assert len(done.json["added"]) == 1
    event = "BEGIN:VEVENT\nUID:a\nDTSTART:20261124T010000Z\nDTEND:20261124T020000Z\nSUMMARY:Lịch\nEND:VEVENT\n"
    ics = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{event}END:VCALENDAR\n".encode()
    body = {"format": "ics", "text": base64.b64encode(ics).decode(), "org": "hg", "sites": ["@all"]}
    assert len(province.post(f"{PATH}/import", "operator", body).json["added"]) == 1
    titles = [item["title"] for item in province.get(PATH, "leader").json["items"]]
    assert titles == ["Giao ban", "Lịch"]
    bad = province.post(
        f"{PATH}/import", "operator", {"format": "csv", "text": text.replace("@commune", "@x"), "org": "hg"}
    )
    assert bad.json["error"]["code"] == "bad_csv"
    assert province.post(f"{PATH}/import", "operator", body | {"text": "%%"}).json["error"]["code"] == "invalid_value"


def test_last_week_is_entered_again(province: Province, entered: dict[str, Any]) -> None:
    copied = province.post(f"{PATH}/copy", "operator", {"org": "hg", "monday": "2026-11-23"}).json
    assert len(copied["added"]) == 1
    later = province.get(f"{PATH}?from=2026-11-23T00:00:00%2B07:00", "leader").json["items"]
    assert [(item["title"], item["starts_at"]) for item in later] == [("Giao ban", "2026-11-28T11:00:00+07:00")]
    assert province.post(f"{PATH}/copy", "operator", {"org": "hg", "monday": "soon"}).status_code == 422


def test_a_group_is_saved_used_and_removed(province: Province) -> None:
    groups = "/api/v1/site-groups"
    saved = province.post(groups, "operator", {"org": "hg", "name": "vung-cao", "members": ["hg.dong-van/*"]}).json
    assert saved["sites"] == 1
    item = province.post(PATH, "operator", MEETING | {"sites": ["@vung-cao"]}).json
    assert item["sites"] == ["hg.dong-van.lung-cu/cau-1"]
    assert [one["name"] for one in province.get(groups, "leader").json["items"]] == ["vung-cao"]
    assert remove(province, f"{groups}/hg/vung-cao") == 204
    assert remove(province, f"{groups}/hg/vung-cao") == 404


def test_minutes_say_who_came_and_why_each_call_ended(province: Province, entered: dict[str, Any]) -> None:
    begins = SATURDAY + HOUR
    number = raise_alert(province, THERE, since=begins + 600_000, title="alert.offline")
    with province.db.write() as conn:
        conn.execute(alert.update().where(alert.c.id == number).values(held_by=f"source:{LINE}"))
        for key, left_at in ((HERE, begins + HOUR), (THERE, None)):
            row = {"site": f"{key.org}/{key.source}", "joined_at": begins, "left_at": left_at}
            conn.execute(sa.insert(attendance).values(conference_id=entered["id"], **row))
    province.clock.set(SATURDAY + 3 * HOUR)
    minutes = province.get(f"{PATH}/minutes?{one(entered)}", "leader").json
    assert (minutes["numerator"], minutes["denominator"], minutes["title"]) == (2, 2, "Giao ban")
    ends = {site["site"]: (site["stays"][0]["end"], site["stays"][0]["cause"]) for site in minutes["sites"]}
    assert ends == {
        "hg.dong-van.lung-cu/cau-1": ("over", None),
        f"{SOUTH}/cau-2": ("lost", f"link {SOUTH}"),
    }
    assert {site["loss_mean_pct"] for site in minutes["sites"]} == {1.0}
    book = province.get(f"{PATH}/minutes?{one(entered)}&format=xlsx", "leader")
    sheet = load_workbook(BytesIO(book.data)).active
    assert sheet["A1"].value == "Biên bản tham gia họp trực tuyến: Giao ban"
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=8)]
    assert [(row[1], row[6], row[9]) for row in rows] == [
        ("vc hg.bac-quang", 10, f"Mất kết nối: link {SOUTH}"),
        ("vc hg.dong-van.lung-cu", 60, "Họp xong"),
    ]


def test_a_meeting_is_on_the_wall_before_it_starts(province: Province, entered: dict[str, Any]) -> None:
    province.say(THERE, registered=False)
    province.reload()
    (told,) = province.get("/api/v1/live?widgets=vc_grid", "leader").json["items"][0]["payload"]["meetings"]
    assert (told["title"], told["running"], told["ready"], told["of"]) == ("Giao ban", False, 1, 2)
    remove(province, f"{PATH}?{one(entered)}")
    province.reload()
    after = province.get("/api/v1/live?widgets=vc_grid", "leader").json["items"][0]["payload"]
    assert after["meetings"] == []


def test_whom_to_call_is_one_tap_away(province: Province, entered: dict[str, Any]) -> None:
    here = (source_table.c.org == HERE.org) & (source_table.c.kind == "vc")
    with province.db.write() as conn:
        conn.execute(sa.update(source_table).where(here).values(contact="trực 0912.345.678 (ca ngày)"))
        conn.execute(sa.update(org_table).where(org_table.c.code == "hg").values(head_phone="0219 3860 000"))
    province.site.world.inventory.rev = -1
    province.reload()
    called = province.get(f"/api/v1/conferences/roll-call?{one(entered)}", "leader").json
    assert [site["tel"] for site in called["sites"]] == ["tel:02193860000", "tel:0912345678"]


def test_an_endpoint_that_says_nothing_is_taken_by_its_readings(province: Province, entered: dict[str, Any]) -> None:
    before = province.get(f"{PATH}/minutes?{one(entered)}", "leader").json
    assert [site["measured"] for site in before["sites"]] == [False, False], "it is still to begin"
    province.clock.set(SATURDAY + 2 * HOUR)
    after = province.get(f"{PATH}/minutes?{one(entered)}", "leader").json
    assert [(site["measured"], len(site["stays"])) for site in after["sites"]] == [(True, 1), (True, 1)]
    assert after["sites"][0]["stays"][0]["joined_at"] == "2026-11-21T10:30:00+07:00"
