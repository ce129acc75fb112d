"""A period in which nobody worked says so and has no share of what had to be resolved, wherever it is looked at."""

from datetime import date

import pytest

from ioc.core.share import Void
from ioc.domain.dossiers.counting.summary import Counts
from ioc.domain.dossiers.reporting.roll_up import metrics
from tests.web.conftest import NORTH, Province, tell_dossier
from tests.web.counting import get
from tests.web.test_daily import Office, ms
from tests.web.test_widgets import payload
from tests.web.test_widgets_dossiers import read_payload
from web.printed.page import share

HOLIDAY = "?from=2026-09-02&to=2026-09-02"
OVERDUE = {"value": None, "numerator": 17, "denominator": 17, "reason": "no_working_time"}


def overdue(province: Province, received: str, due: str, n: int = 17) -> None:
    for at in range(n):
        tell_dossier(province, f"d{at}", received_at=ms(received), due_at=ms(due), submission="online")


@pytest.fixture
def national_day(province: Province) -> Province:
    """Wednesday, 2 September 2026, at ten, with 17 dossiers that should have been resolved in August."""
    overdue(province, "2026-08-20 08:00", "2026-08-27 17:00")
    province.clock.set(ms("2026-09-02 10:00"))
    province.reload()
    return province


def test_a_holiday_has_17_overdue_and_no_share_of_them(national_day: Province) -> None:
    answer = get(national_day, f"/dossiers/summary{HOLIDAY}")
    assert (answer["open_overdue"], answer["must_resolve"], answer["reason"]) == (17, 17, "no_working_time")
    assert answer["pct"]["open_overdue"] == OVERDUE
    assert {name for name, part in answer["pct"].items() if part["value"] is not None} == set()


def test_what_came_in_online_needs_no_office(national_day: Province) -> None:
    tell_dossier(national_day, "new", received_at=ms("2026-09-02 09:00"), submission="online")
    answer = get(national_day, f"/dossiers/summary{HOLIDAY}")
    assert answer["pct"]["online"] == {"value": 100.0, "numerator": 1, "denominator": 1}


@pytest.mark.parametrize(
    ("now", "query", "reason"),
    [
        ("2026-09-04 16:00", "?from=2026-09-04&to=2026-09-04", None),
        ("2026-09-04 07:00", "?from=2026-09-04&to=2026-09-04", "no_working_time"),  # before it opens
        ("2026-09-06 16:00", "?from=2026-09-05&to=2026-09-06", "no_working_time"),  # a weekend
        ("2026-09-07 16:00", "?from=2026-09-05&to=2026-09-07", None),
        ("2026-09-02 10:00", "", None),  # the year
    ],
)
def test_any_time_off_is_like_a_holiday_and_any_work_is_none(
    national_day: Province, now: str, query: str, reason: str | None
) -> None:
    national_day.clock.set(ms(now))
    answer = get(national_day, f"/dossiers/summary{query}")
    assert answer["reason"] == reason
    assert answer["pct"]["open_overdue"]["value"] == (None if reason else 100.0)


def test_the_calendar_is_that_of_the_org(national_day: Province) -> None:
    from ioc.platform.db.tables import calendar_day

    with national_day.db.write() as conn:
        row = {"org": NORTH, "date": "2026-09-02", "kind": "work", "periods": "", "note": "", "source": ""}
        conn.execute(calendar_day.insert().values({name: row[name] for name in row if name in calendar_day.c}))
    national_day.site.world.inventory.rev = -1
    national_day.reload()
    assert get(national_day, f"/dossiers/summary{HOLIDAY}&org={NORTH}")["reason"] is None
    assert get(national_day, f"/dossiers/summary{HOLIDAY}")["reason"] == "no_working_time"


def test_no_indicator_and_no_index_is_made_of_a_day_off(national_day: Province) -> None:
    shown = {one["id"]: one for one in get(national_day, f"/indicators{HOLIDAY}")["items"]}
    for id_ in ("pct.open_overdue", "pct.in_time", "on_time_share_766"):
        assert (shown[id_]["value"], shown[id_]["reason"]) == (None, "no_working_time"), id_
    assert (shown["open_overdue"]["value"], shown["open_overdue"]["reason"]) == (17, None)
    index = get(national_day, f"/index766{HOLIDAY}")
    (on_time,) = [one for group in index["groups"] for one in group["criteria"] if one["code"] == "2.1"]
    assert (on_time["score"], on_time["missing"], index["reason"]) == (None, "no_working_time", "no_working_time")
    ranking = get(national_day, f"/index766/ranking{HOLIDAY}")
    assert {row["pct"] for row in ranking["items"]} == {None}


def test_the_form_says_that_nobody_worked(national_day: Province) -> None:
    form = get(national_day, f"/reports/form06{HOLIDAY}")
    assert {"key": "no_working_time", "text": "Kỳ báo cáo chưa có giờ làm việc nào."} in form["notes"]


def test_on_new_years_day_no_tile_and_no_rule_judges_the_year(province: Province) -> None:
    """The year so far is a holiday: all that is open from before would be 100 % overdue."""
    overdue(province, "2025-12-01 08:00", "2025-12-20 17:00")
    province.clock.set(ms("2026-01-01 10:00"))
    province.reload()
    tile = payload(province, "kpi", figure="dossiers_in_time")
    assert (tile["value"], tile["severity"], tile["reason"]["key"]) == (None, "unknown", "ui.reason.no_working_time")
    assert payload(province, "kpi", figure="dossiers_overdue")["value"] == 17
    split = payload(province, "dossier_split")
    assert (split["parts"]["open_overdue"], split["reason"]) == (OVERDUE, "no_working_time")
    league = payload(province, "org_ranking", figure="open_overdue")
    assert (league["rows"], league["reason"]) == ({}, "no_working_time")
    assert read_payload(province, "index766")["groups"]["TDGQ"]["score"] is None
    assert not any(name.startswith("pct_") for name in metrics(Counts(), Void.NO_WORKING_TIME))
    province.clock.set(ms("2026-01-05 10:00"))
    province.reload()
    assert payload(province, "kpi", figure="dossiers_in_time")["value"] == 0.0


def test_a_frozen_day_off_has_no_shares_and_the_year_has(province: Province) -> None:
    office = Office(province)
    office.write("a", "2026-08-20 08:00", status=4, received_at="2026-08-20 08:00", due_at="2026-08-27 17:00")
    office.at("2026-09-02 17:05")
    office.run()
    report = get(province, "/reports/daily?org=hg")
    assert report["day"] == date(2026, 9, 2).isoformat()
    day, year = report["figures"]["day"], report["figures"]["year"]
    assert (day["reason"], day["pct"]["open_overdue"]["value"], day["open_overdue"]) == ("no_working_time", None, 1)
    assert (year["reason"], year["pct"]["open_overdue"]["value"]) == (None, 100.0)
    page = province.get("/api/v1/reports/daily?org=hg&format=html").get_data(as_text=True)
    assert "Phần “trong ngày” không có giờ làm việc nên không tính tỷ lệ." in page
    assert share(day["pct"]["open_overdue"]) == "– (1/1)"
