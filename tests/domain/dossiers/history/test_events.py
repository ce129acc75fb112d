"""What may be said of a dossier: days of another world are refused by name, an apology moves no first promise."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.kinds import dossier as kind
from ioc.config.settings import Dossiers
from ioc.core.model import Leniency, Reason
from ioc.domain.calendar import Calendar, DayKind, Special, WeekRow
from ioc.domain.dossiers.history import course, statements
from ioc.domain.dossiers.history.judgement import Judgement, Timeliness, judge
from ioc.messages.wire import Fields, Rejected
from ioc.platform.db.tables import dossier, quarantine
from tests.ingest.test_records import Line, dossier_event

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
OFFICE = Calendar(HANOI)
MONDAY, THURSDAY, NEXT_TUESDAY = "2026-11-02T08:00", "2026-11-05T17:00", "2026-11-10T16:00"
NEW_DUE = "2026-11-12T17:00"
APOLOGY = {"issued_at": "2026-11-05T16:00", "reason": "Chờ ý kiến sở", "new_due_at": NEW_DUE}
TAKEN_IN = {"ts": MONDAY, "status": 2, "received_at": MONDAY}
DONE = {"ts": NEXT_TUESDAY, "status": 9}


def verdict(*told: dict[str, object], at: Calendar = OFFICE) -> Judgement:
    said: list[statements.Statement] = []
    events = [
        kind.decode_event(Fields({"event_id": str(n), "code": "H22-1", **one}, HANOI)) for n, one in enumerate(told)
    ]
    statements.merge(said, events)
    return judge(course.read(said), at, Dossiers())


def instant(text: str) -> int | None:
    return Fields({"at": text}, HANOI).time("at")


@pytest.mark.parametrize(("said", "reason", "named"), [
    ({"received_at": "0202-11-01T00:00:00"}, Reason.BAD_TIME, "received_at: a dossier's days are from 1995 to 2099"),
    ({"finished_at": "1899-11-01T00:00:00"}, Reason.BAD_TIME, "finished_at"),
    ({"due_at": "2100-01-01T08:00:00"}, Reason.BAD_TIME, "due_at"),
    ({"ts": "1970-01-01T00:00:00"}, Reason.BAD_TIME, "ts"),
    ({"apology": {"new_due_at": "2100-12-31T00:00:00"}}, Reason.BAD_TIME, "new_due_at"),
    ({"received_at": "2026-02-30T08:00:00"}, Reason.BAD_TIME, "received_at: day is out of range"),
    ({"received_at": "2026-11-02T08:00", "due_at": "2026-11-01T08:00"}, Reason.BAD_VALUE, "due_at is before"),
    ({"term": {"value": -3, "unit": "working_day"}}, Reason.BAD_VALUE, "term.value: a term in working_day is from 0"),
    ({"term": {"value": 2.5, "unit": "working_day"}}, Reason.BAD_VALUE, "whole number"),
    ({"term": {"value": 99_999, "unit": "hour"}}, Reason.BAD_VALUE, "from 0 to 30000"),
    ({"term": {"value": 5, "unit": "week"}}, Reason.BAD_VALUE, "unit: allowed are working_day, day, working_hour"),
    ({"status": "đang bay"}, Reason.BAD_STATUS, "status"),
])  # fmt: skip
def test_what_cannot_be_is_refused_by_name(said: dict[str, object], reason: Reason, named: str) -> None:
    with pytest.raises(Rejected) as why:
        verdict({"ts": MONDAY} | said)
    assert why.value.reason is reason
    assert named in why.value.detail


NO_DATES = [
    "0001-01-01T00:00:00+09:00", "0001-01-01T00:00:00", "0001-01-01", "1900-01-01T00:00:00", "1900-01-01 00:00:00.000",
    "9999-12-31T23:59:59.9999999", "9999-12-31 23:59:59", "0000-00-00", "0000-00-00 00:00:00", "NULL", "", "1753-01-01",
    "1970-01-01T00:00:00Z", "01/01/0001", "01/01/0001 12:00:00 SA", "31/12/9999", "00010101000000", "99991231235959", 0,
    -62_135_596_800_000, 253_402_214_400, "N/A", " null ",
]  # fmt: skip


@pytest.mark.parametrize("word", NO_DATES)
def test_a_word_for_no_date_says_nothing(word: object) -> None:
    told = {name: word for name in kind._TIMES} | {"apology": {"issued_at": word, "new_due_at": word}}
    fields = Fields({"event_id": "1", "ts": MONDAY, "code": "H22-1", "status": 4, **told}, HANOI)
    assert kind.decode_event(fields).fields == {"status": 4}
    assert Leniency.NO_DATE in fields.leniencies


@pytest.mark.parametrize("word", ["1970-01-01T00:00:00Z", "NULL", 0])
def test_when_it_was_said_has_a_date(word: object) -> None:
    with pytest.raises(Rejected, match="bad_time"):
        verdict({"ts": word, "status": 4})


def test_an_event_with_a_date_that_is_none_is_taken_in(tmp_path: Path) -> None:
    line = Line(tmp_path / "ioc.sqlite")
    line.take(dossier_event("1", 0, status=1, submission="online", submitted_at="0001-01-01T00:00:00+09:00"))
    line.take(dossier_event("2", 1, received_at="0202-11-01T00:00:00"))
    line.take(dossier_event("3", 2, status=2))
    line.flush()
    (aside,), (row,) = line.rows(quarantine), line.rows(dossier)
    assert (aside["reason"], row["status"], row["online"]) == ("bad_time", 2, True)


@pytest.mark.parametrize("told", [
    [TAKEN_IN | {"due_at": THURSDAY}, {"ts": THURSDAY, "apology": APOLOGY}],
    [TAKEN_IN | {"due_at": THURSDAY}, {"ts": THURSDAY, "apology": APOLOGY, "due_at": NEW_DUE}],
    [TAKEN_IN | {"due_at": THURSDAY}, {"ts": THURSDAY, "apology": {"reason": "Quá tải"}}, DONE | {"due_at": NEW_DUE}],
    [TAKEN_IN | {"due_at": THURSDAY, "apology": APOLOGY}],
    [TAKEN_IN | {"term": {"value": 3, "unit": "working_day"}}, DONE | {"apology": APOLOGY, "due_at": NEW_DUE}],
], ids=["said apart", "put in its place", "no new date told", "in one row", "computed first"])  # fmt: skip
def test_an_apology_does_not_make_late_work_punctual(told: list[dict[str, object]]) -> None:
    found = verdict(*told, DONE)
    assert (found.due_at, found.outcome) == (instant(THURSDAY), Timeliness.LATE)


def test_a_date_put_right_without_an_apology_counts() -> None:
    found = verdict(TAKEN_IN | {"due_at": THURSDAY}, {"ts": THURSDAY, "due_at": NEW_DUE}, DONE)
    assert (found.due_at, found.outcome) == (instant(NEW_DUE), Timeliness.EARLY)


def test_where_no_other_date_is_known_the_new_one_counts() -> None:
    assert verdict(DONE | {"received_at": MONDAY, "due_at": NEW_DUE, "apology": APOLOGY}).due_at == instant(NEW_DUE)


@pytest.mark.parametrize(("said", "known"), [({"complete": True}, MONDAY), ({}, MONDAY), ({"complete": False}, None)])
def test_half_a_file_says_nothing_of_how_far_its_system_is_known(said: dict[str, object], known: str | None) -> None:
    found = kind.unfold(Fields({"as_of": MONDAY} | said, HANOI))["as_of"]
    assert found == (known and instant(known))


def test_where_nobody_ever_opens_a_pause_pushes_nothing_and_no_swap_day_is_worked() -> None:
    closed = Calendar(HANOI, rows=(WeekRow(dict.fromkeys(range(7), ())),))
    swapped = date(2026, 8, 22)
    assert (closed.is_working_day(swapped), Calendar(HANOI).is_working_day(swapped)) == (False, True)
    own = Calendar(HANOI, {swapped: Special(DayKind.WORK)}, rows=closed.rows)
    asked = {"supplement_requested_at": "2026-08-20T08:00", "supplement_received_at": "2026-08-24T08:00"}
    for calendar in (closed, own):
        told = {"ts": MONDAY, "received_at": "2026-08-19T08:00", "due_at": "2026-08-25T17:00", **asked}
        found = verdict(told, at=calendar)
        assert found.due_at == instant("2026-08-25T17:00")


PORTAL = {
    "MaHoSo": "H22.15-261102-0001", "MaTTHC": "1.005129", "MaDichVuCong": "1.005129.01", "MaDonViTiepNhan": "hg",
    "KenhThucHien": "2", "NgayNop": "20261101", "NgayTiepNhan": "20261102081500", "NgayHenTra": "20261112000000",
    "NgayKetThucXuLy": None, "ThoiGianGiaiQuyet": "2", "DonViTinh": "tháng", "TrangThai": "4", "DanhSachLePhi": [],
    "DuocThanhToanTrucTuyen": 2, "HoSoCoThanhPhanSoHoa": 1, "DuongDanTepTinKetQua": "", "MaCSDL": None,
}  # fmt: skip


def told(message: dict[str, object]) -> tuple[str, dict[str, object], set[Leniency]]:
    fields = Fields({"ts": MONDAY, **message}, HANOI)
    event = kind.decode_event(fields)
    assert event.code == "H22.15-261102-0001"
    return event.event_id, event.fields, fields.leniencies


def test_the_portals_own_words_are_understood_without_a_map() -> None:
    event_id, said, leniencies = told(PORTAL)
    assert said == {
        "procedure": "1.005129", "receiving_org": "hg", "submission": "online", "status": 4,
        "submitted_at": instant("2026-11-01T00:00"), "received_at": instant("2026-11-02T08:15"),
        "due_at": instant("2026-11-12T23:59:59"), "term": {"value": 2, "unit": "month"}, "online_payment": True,
        "digitised": True,
    }  # fmt: skip
    assert Leniency.PORTAL_NAMES in leniencies
    camel = {name[0].lower() + name[1:]: value for name, value in PORTAL.items()}
    assert told(camel)[1] == said
    assert told(dict(reversed(PORTAL.items())))[0] == event_id, "the same message is the same event"
    assert told({**PORTAL, "TrangThai": 5})[0] != event_id != told({**PORTAL, "ts": THURSDAY})[0]


@pytest.mark.parametrize(("changed", "said"), [
    ({"KenhThucHien": 1}, {"submission": "direct"}), ({"KenhThucHien": "3"}, {"submission": "post"}),
    ({"KenhThucHien": "Trực tuyến"}, {"submission": "online"}),
    ({"DuocThanhToanTrucTuyen": "1"}, {"online_payment": True}),
    ({"DuocThanhToanTrucTuyen": 0}, {"online_payment": False}), ({"DonViTinh": "Ngày làm việc"}, {
        "term": {"value": 2, "unit": "working_day"}}), ({"DonViTinh": "Giờ"}, {"term": {"value": 2, "unit": "hour"}}),
    ({"DuongDanTepTinKetQua": "/kq/1.pdf"}, {"electronic_result": True}),
    ({"event_id": "7", "status": 9}, {"status": 9}),
    ({"NgayHenTra": "20261112170000"}, {"due_at": instant("2026-11-12T17:00")}),
    ({"NgayHenTra": "2026-11-12 00:00:00"}, {"due_at": instant("2026-11-12T23:59:59")}),
    ({"NgayXinLoi": "20261112", "NgayHenTraLai": "20261120"}, {"apology": {
        "issued_at": instant("2026-11-12T00:00"), "new_due_at": instant("2026-11-20T23:59:59"), "reason": None}}),
])  # fmt: skip
def test_each_code_of_the_portal_means_what_its_interface_says(
    changed: dict[str, object], said: dict[str, object]
) -> None:
    _, found, _ = told(PORTAL | changed)
    assert {name: found[name] for name in said} == said


def test_a_term_in_months_is_one_in_our_own_words_too() -> None:
    for unit in ("month", "tháng", "THÁNG "):
        found = verdict({"ts": MONDAY, "status": 2, "received_at": MONDAY, "term": {"value": 1, "unit": unit}})
        assert found.due_at == instant("2026-12-02T17:00")


def test_the_portals_message_goes_through_the_whole_line(tmp_path: Path) -> None:
    line = Line(tmp_path / "ioc.sqlite")
    done = {**PORTAL, "ts": "2026-11-20T08:00:00+07:00", "TrangThai": "9", "NgayKetThucXuLy": "20261110093000"}
    for message in (PORTAL | {"ts": MONDAY}, PORTAL | {"ts": MONDAY}, done):
        line.take(("ioc/v1/hg/dossier/quoc-gia/event", message))
    line.flush()
    (row,) = line.rows(dossier)
    assert (line.rows(quarantine), row["status"], row["outcome"]) == ([], 9, "early")
