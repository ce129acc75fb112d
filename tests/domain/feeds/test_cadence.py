"""When a feed must have delivered: days, working days, so long after a month; and when it is late."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from ioc.core.cadence import Cadence, Came, Contract
from ioc.core.errors import UsageError
from ioc.domain.calendar import Calendar

TZ = ZoneInfo("Asia/Ho_Chi_Minh")
DAYS = Calendar(TZ)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=TZ).timestamp() * 1000)


def contract(cadence: str, cut_off: str | None = None) -> Contract:
    return Contract(Cadence.parse(cadence), DAYS, time.fromisoformat(cut_off) if cut_off else None)


def dues(cadence: str, cut_off: str | None, after: str, until: str) -> list[str]:
    found = contract(cadence, cut_off).dues(at(after), at(until))
    return [f"{datetime.fromtimestamp(due / 1000, TZ):%Y-%m-%dT%H:%M}" for due in found]


def test_working_days_by_a_cut_off_or_by_closing():
    assert dues("wd", "17:00", "2026-11-18T17:00", "2026-11-20T17:00") == ["2026-11-19T17:00", "2026-11-20T17:00"]
    assert dues("1wd", None, "2026-11-20T12:00", "2026-11-23T23:00") == ["2026-11-20T17:00", "2026-11-23T17:00"]


def test_every_day_ends_at_midnight_where_nobody_works():
    assert dues("d", None, "2026-11-20T18:00", "2026-11-23T00:00") == ["2026-11-22T00:00", "2026-11-23T00:00"]
    assert dues("d", "06:00", "2026-11-20T18:00", "2026-11-22T12:00") == ["2026-11-21T06:00", "2026-11-22T06:00"]


def test_so_many_days_after_a_month_a_quarter_a_year():
    # 1 January is off, and so is the day after it, worked on the 10th instead
    assert dues("m+5wd", "17:00", "2025-12-31T00:00", "2026-01-31T00:00") == ["2026-01-09T17:00"]
    assert dues("q+10d", "12:00", "2026-01-01T00:00", "2026-12-31T00:00") == [
        "2026-01-10T12:00", "2026-04-10T12:00", "2026-07-10T12:00", "2026-10-10T12:00",
    ]  # fmt: skip
    assert dues("y+90d", "17:00", "2025-01-01T00:00", "2026-12-31T00:00") == ["2025-03-31T17:00", "2026-03-31T17:00"]


def test_a_holiday_moves_a_working_day():
    assert dues("wd", "17:00", "2026-09-01T00:00", "2026-09-04T00:00") == ["2026-09-03T17:00"]


@pytest.mark.parametrize("text", ["", "5", "0s", "2wd", "m", "m+0wd", "m+5", "w+1d", "60 s"])
def test_what_is_no_cadence_is_refused_with_what_is_allowed(text):
    with pytest.raises(UsageError, match=r"m\+5wd"):
        Cadence.parse(text)


def test_seconds_are_a_cadence_too():
    assert [Cadence.parse(text).every_s for text in ("60s", "15min", "1h", "wd")] == [60, 900, 3_600, None]


def test_it_is_late_from_the_first_due_instant_nobody_delivered_for():
    nightly = contract("wd", "07:00")
    assert nightly.late_since([Came(at("2026-11-20T02:00"))], None, at("2026-11-23T06:59")) is None
    assert nightly.late_since([Came(at("2026-11-20T02:00"))], None, at("2026-11-23T07:00")) == at("2026-11-23T07:00")
    assert nightly.late_since([Came(at("2026-11-20T02:00"))], None, at("2026-11-25T09:00")) == at("2026-11-23T07:00")
    assert nightly.late_since([Came(at("2026-11-23T08:00"))], None, at("2026-11-23T09:00")) is None


def test_before_the_first_delivery_only_a_day_it_begins_with_makes_it_late():
    monthly = contract("m+5wd", "17:00")
    assert monthly.late_since([], None, at("2026-11-23T07:00")) is None
    assert monthly.late_since([], at("2026-11-01T00:00"), at("2026-11-06T17:00")) == at("2026-11-06T17:00")
    assert monthly.late_since([], at("2026-11-07T00:00"), at("2026-11-23T07:00")) is None


def test_of_the_due_instants_behind_us_those_count_that_had_a_delivery_of_their_own():
    nightly = contract("wd", "07:00")
    times = [*(f"2026-11-{day:02d}T02:00" for day in (16, 17, 19, 20)), "2026-11-20T03:00"]
    delivered = [Came(at(text)) for text in times]
    assert nightly.kept(delivered, None, at("2026-11-20T12:00")) == (4, 5)
    assert nightly.kept([], None, at("2026-11-20T12:00")) == (0, 0)
    assert nightly.kept([], at("2026-11-18T00:00"), at("2026-11-20T12:00")) == (0, 3)


def test_a_delivery_is_good_for_what_it_speaks_of_whenever_it_came():
    nightly = contract("wd", "07:00")
    told_late = [Came(at("2026-11-30T06:00"), at("2026-11-27T00:00"))]  # of the 26th, a Thursday
    assert nightly.late_since(told_late, None, at("2026-11-30T06:30")) is None
    assert nightly.late_since(told_late, None, at("2026-11-30T08:00")) == at("2026-11-30T07:00")
    told_late.append(Came(at("2026-11-30T06:30"), at("2026-11-29T22:00")))
    assert nightly.late_since(told_late, None, at("2026-11-30T08:00")) is None
    begins = at("2026-11-26T12:00")
    assert nightly.kept(told_late[:1], begins, at("2026-11-30T08:00")) == (0, 2), (
        "too late for Friday, too old for Monday"
    )
    assert nightly.kept(told_late, begins, at("2026-11-30T08:00")) == (1, 2)


def test_a_month_is_delivered_when_it_is_over():
    monthly = contract("m+45d", "17:00")  # October is due on 15 December, after November has ended
    october, november = at("2026-11-01T00:00"), at("2026-12-01T00:00")
    so_far, whole = Came(at("2026-11-20T09:00"), november), Came(at("2026-12-02T09:00"), november)
    assert monthly.late_since([so_far], at("2026-10-01T00:00"), at("2026-12-20T00:00")) == at("2026-10-15T17:00")
    assert monthly.late_since([whole], None, at("2026-12-20T00:00")) is None
    assert monthly.late_since([whole], None, at("2027-02-20T00:00")) == at("2027-02-14T17:00"), "that of December"
    corrected = [whole, Came(at("2026-12-19T09:00"), october)]
    assert monthly.late_since(corrected, None, at("2027-02-20T00:00")) == at("2027-02-14T17:00")
    assert monthly.kept([whole, so_far], at("2026-12-01T00:00"), at("2027-01-20T00:00")) == (1, 2)


def test_the_next_one():
    assert contract("wd", "17:00").next_due(at("2026-11-20T18:00")) == at("2026-11-23T17:00")
    assert contract("m+5wd", None).next_due(at("2026-11-20T18:00")) == at("2026-12-07T17:00")
