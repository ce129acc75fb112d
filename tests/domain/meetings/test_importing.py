"""Meetings out of CSV, a calendar, last week; groups of sites; what a confidential one leaves behind."""

from datetime import date, datetime

import pytest
import sqlalchemy as sa

from ioc.core.errors import IocError, UsageError
from ioc.core.hours import Hours
from ioc.core.model import SourceKey, SourceStatus
from ioc.domain.inventory import Inventory, Org, OrgTree, Source
from ioc.domain.meetings import attended, importing, plan, sites
from ioc.domain.meetings.importing import MeetingDesk
from ioc.domain.meetings.plan import MeetingOrigin, PlannedMeeting
from ioc.ingest import conferences
from ioc.messages.events import ConferenceEvent, ConferenceEventType
from ioc.platform.db.tables import audit, conference
from tests.databases import empty_records

TZ = OrgTree([]).tz("")
NOW = round(datetime(2026, 11, 20, 8, tzinfo=TZ).timestamp() * 1000)
ORGS = [
    Org("hg", "Tỉnh Hà Giang", kind="province"),
    Org("hg.dong-van", "Huyện Đồng Văn", kind="district", parent="hg"),
    Org("hg.dong-van.lung-cu", "Xã Lũng Cú", kind="commune", parent="hg.dong-van"),
    Org("hg.dong-van.ma-le", "Xã Má Lé", kind="commune", parent="hg.dong-van"),
]
POINTS = ["hg/ubnd", "hg.dong-van/ubnd", "hg.dong-van.lung-cu/cau-hop", "hg.dong-van.ma-le/cau-hop"]
CSV = "date,start,end,title,org,sites,confidential\n"


def key(site: str) -> SourceKey:
    return sites.endpoint(site)


@pytest.fixture(scope="module")
def inventory():
    found = {
        key(site): Source(n, key(site), site, SourceStatus.ACTIVE, 60, Hours.parse("always"))
        for n, site in enumerate(POINTS, 1)
    }
    return Inventory(OrgTree(ORGS), found)


@pytest.fixture
def db(tmp_path):
    found = empty_records(tmp_path / "ioc.sqlite")
    yield found
    found.close()


@pytest.fixture
def desk(inventory):
    return MeetingDesk(inventory, {"khoi-vh": ["hg/ubnd", "hg.dong-van"]}, "hg")


def taken(db, meetings, **how):
    return importing.take(db, meetings, (), MeetingOrigin.CSV, "mai", NOW, **{"dry_run": False} | how)


def known(db):
    with db.read() as conn:
        return plan.listing(conn, None, 0, 2**60)


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        (["hg/ubnd"], ["hg/ubnd"]),
        (["hg.dong-van"], ["hg.dong-van/ubnd"]),
        (["hg.dong-van/*"], POINTS[1:]),
        (["@commune"], POINTS[2:]),
        (["@all"], POINTS),
        (["@khoi-vh", "hg/ubnd"], POINTS[:2]),
    ],
)
def test_sites_are_named_one_by_one_by_unit_or_by_group(desk, entries, found):
    expanded = sites.expand(desk.inventory, "hg", entries, desk.groups)
    assert sorted(f"{one.org}/{one.source}" for one in expanded) == sorted(found)


@pytest.mark.parametrize("entry", ["hg/none", "hn", "hn/*", "@ward", "@nobody", ""])
def test_what_names_no_endpoint_is_refused_by_its_name(desk, entry):
    with pytest.raises(IocError, match="names no endpoint") as refused:
        sites.expand(desk.inventory, "hg", ["hg/ubnd", entry], desk.groups)
    assert refused.value.params["site"] == entry


def test_a_group_is_checked_when_it_is_saved_and_may_not_take_the_name_of_a_kind(db, inventory):
    assert sites.save_group(db, inventory, "hg", "khoi-vh", ["@district"], "mai", NOW)
    assert not sites.save_group(db, inventory, "hg", "khoi-vh", ["@commune"], "mai", NOW)
    with db.read() as conn:
        assert sites.groups_of(conn, ["hg"]) == {"khoi-vh": ["@commune"]}
    for name, members in (("commune", ["hg"]), ("x y", ["hg"]), ("loop", ["@khoi-vh"]), ("gone", ["hn"])):
        with pytest.raises(IocError):
            sites.save_group(db, inventory, "hg", name, members, "mai", NOW)
    assert sites.remove_group(db, "hg", "khoi-vh", "mai", NOW)
    assert not sites.remove_group(db, "hg", "khoi-vh", "mai", NOW)


def test_a_file_is_taken_whole_and_the_same_twice_changes_nothing(db, desk):
    text = CSV + (
        "2026-11-23,08:00,09:30,Giao ban đầu tuần,,@commune; hg/ubnd,\n23/11/2026,22:00,01:00,Trực,,hg/ubnd,không\n"
    )
    report = taken(db, importing.from_csv(desk, text))
    assert len(report.added) == 2
    first, night = known(db)
    assert (first.title, first.org, first.origin, len(first.sites)) == ("Giao ban đầu tuần", "hg", MeetingOrigin.CSV, 3)
    assert night.ends_at - night.starts_at == 3 * 3_600_000
    again = taken(db, importing.from_csv(desk, text))
    assert (again.changes, again.unchanged) == (False, 2)
    moved = taken(db, importing.from_csv(desk, text.replace("09:30", "10:00")), dry_run=True)
    assert next(iter(moved.changed.values())).keys() == {"ends_at"}
    assert known(db)[0].ends_at == first.ends_at


def test_every_bad_line_is_named_and_nothing_is_taken(db, desk):
    text = CSV + (
        "2026-11-23,08:00,09:00,Tốt,,hg/ubnd,\n"
        "2026-11-31,08:00,09:00,Ngày,,hg/ubnd,\n"
        "2026-11-24,8h,09:00,Giờ,,hg/ubnd,\n"
        "2026-11-24,08:00,09:00,Không ai,,@nobody,\n"
        "2026-11-24,08:00,09:00,Đâu,hn,hg/ubnd,\n"
        "2026-11-24,10:00,11:00,Kín,,hg/ubnd,maybe\n"
        "2026-11-25,08:00,09:00,Trùng,,hg/ubnd,\n"
        "2026-11-25,08:00,09:00,Trùng,,hg/ubnd,\n"
    )
    with pytest.raises(UsageError) as refused:
        importing.from_csv(desk, text)
    lines = [problem.split(":")[0] for problem in refused.value.params["problems"]]
    assert lines == [f"line {n}" for n in (3, 4, 5, 6, 7, 9)]


ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//x//EN
BEGIN:VEVENT
UID:weekly@example.vn
DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T080000
DTEND;TZID=Asia/Ho_Chi_Minh:20261123T093000
RRULE:FREQ=WEEKLY;COUNT=3
SUMMARY:Giao ban
CATEGORIES:@commune,hg/ubnd
END:VEVENT
BEGIN:VEVENT
UID:secret@example.vn
DTSTART:20261124T010000Z
DTEND:20261124T020000Z
CLASS:CONFIDENTIAL
SUMMARY:Nhân sự chủ chốt
CATEGORIES:@commune
END:VEVENT
BEGIN:VEVENT
UID:off@example.vn
DTSTART:20261125T010000Z
DTEND:20261125T020000Z
STATUS:CANCELLED
SUMMARY:Hoãn
END:VEVENT
END:VCALENDAR
"""


def test_a_calendar_gives_each_repetition_its_sites_and_says_what_is_off(db, desk):
    told = importing.from_ics(desk, ICS.encode(), NOW)
    assert len(told.on) == 4
    assert len(told.off) == 1
    taken(db, told.on)
    meetings = known(db)
    assert [one.title for one in meetings] == ["Giao ban", None, "Giao ban", "Giao ban"]
    assert [len(one.sites) for one in meetings] == [3, 0, 3, 3]
    assert meetings[1].confidential
    with pytest.raises(IocError, match="not an iCalendar"):
        importing.from_ics(desk, b"date,start\n", NOW)


def test_last_week_once_more_without_what_was_called_off_or_is_gone(db, desk):
    text = CSV + (
        "2026-11-16,08:00,09:30,Giao ban,,@all,\n2026-11-17,08:00,09:00,Hoãn,,hg/ubnd,\n2026-11-18,14:00,15:00,,,,x\n"
    )
    taken(db, importing.from_csv(desk, text))
    with db.write() as conn:
        plan.cancel(conn, "hg", known(db)[1].id, "mai", NOW)
        conn.execute(
            sa.update(conference).where(conference.c.title == "Giao ban").values(expected=[*POINTS, "hg.closed/x"])
        )
    with db.read() as conn:
        again = importing.last_week(desk, conn, date(2026, 11, 23))
    assert [(one.title, len(one.sites), one.confidential) for one in again] == [("Giao ban", 4, False), (None, 0, True)]
    starts = [f"{datetime.fromtimestamp(one.starts_at / 1000, TZ):%Y-%m-%d %H:%M}" for one in again]
    assert starts == ["2026-11-23 08:00", "2026-11-25 14:00"]
    assert len(taken(db, again).added) == 2
    assert not taken(db, again).changes


def said(kind, at, **more):
    given = {"title": None, "starts_at": None, "ends_at": None, "expected": ()} | more
    return ConferenceEvent(f"e{at}", kind, at, "kin", **given)


def test_a_confidential_meeting_leaves_its_time_and_nothing_else(db, inventory):
    secret = {"title": "Nhân sự chủ chốt", "starts_at": NOW, "ends_at": NOW + 3_600_000, "expected": tuple(POINTS)}
    point = key(POINTS[1])
    with db.write() as conn:
        conferences.apply(db, conn, key("hg/ubnd"), [said(ConferenceEventType.CONFERENCE_SCHEDULED, 1, **secret)])
        conferences.apply(db, conn, point, [said(ConferenceEventType.JOINED, 2)])
        assert attended.stays(conn, "kin")
        meeting = PlannedMeeting(
            org="hg", id="kin", title="Nhân sự chủ chốt", starts_at=NOW, ends_at=NOW + 3_600_000,
            sites=(point,), confidential=True,
        )  # fmt: skip
        plan.save(db, conn, meeting, MeetingOrigin.FORM, "mai", 3)
        conferences.apply(db, conn, key("hg/ubnd"), [said(ConferenceEventType.CONFERENCE_SCHEDULED, 4, **secret)])
        conferences.apply(db, conn, point, [said(ConferenceEventType.JOINED, 5), said(ConferenceEventType.LEFT, 6)])
        assert attended.stays(conn, "kin") == []
    (one,) = known(db)
    assert (one.title, one.sites, one.confidential, one.starts_at) == (None, (), True, NOW)
    with db.read() as conn:
        told = [str(row) for row in conn.execute(sa.select(audit))]
    assert told
    assert not any("Nhân sự" in row or "dong-van" in row for row in told)


def test_one_that_is_announced_as_confidential_is_so_from_the_first_word(db):
    event = said(ConferenceEventType.CONFERENCE_SCHEDULED, 1, title="Kín", starts_at=NOW, confidential=True)
    with db.write() as conn:
        conferences.apply(db, conn, key("hg/ubnd"), [event])
    assert [(one.title, one.confidential) for one in known(db)] == [(None, True)]


@pytest.mark.parametrize(
    "change", [{"ends_at": NOW}, {"ends_at": NOW + 25 * 3_600_000}, {"sites": ()}, {"title": "x" * 513}]
)
def test_what_cannot_be_a_meeting_is_refused(change):
    good = {"org": "hg", "id": "x", "title": "x", "starts_at": NOW, "ends_at": NOW + 1, "sites": (key("hg/ubnd"),)}
    PlannedMeeting(**good)
    with pytest.raises(IocError):
        PlannedMeeting(**good | change)
