"""The calendar of a year over REST: weekly hours in force and every day that is not as they say."""

import pytest

from ioc.config.weekly import WeekHours, by_org
from ioc.domain.importing.calendar import import_days
from ioc.domain.inventory.records import load
from tests.live.worlds import kinds
from tests.texts import TEXTS
from tests.web.conftest import NORTH, SATURDAY, SOUTH, Province

OFFICE = ["07:30-11:30", "13:30-17:00"]


def ask(province: Province, question: str, who: str = "leader"):
    return province.get(f"/api/v1/calendar?{question}", who)


def days(province: Province, question: str) -> dict:
    return {day["date"]: day for day in ask(province, question).json["days"]}


def test_the_year_that_runs_with_reasons_and_sources(province: Province) -> None:
    answer = ask(province, f"org={NORTH}").json
    assert (answer["org"], answer["year"], answer["estimated"]) == (NORTH, 2026, False)
    assert answer["weeks"] == [
        {"from": "2026-01-01", "to": "2026-12-31",
         "hours": {**dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE), "sat": [], "sun": []}}]  # fmt: skip
    assert days(province, f"org={NORTH}")["2026-01-10"] == {
        "date": "2026-01-10", "weekday": "sat", "kind": "work", "periods": OFFICE, "reason": "make_up_day",
        "text": TEXTS["vi"]["ui.deadline.make_up_day"], "note": "Làm bù cho ngày 02/01/2026",
        "source": "Phương án nghỉ Tết Dương lịch 2026, khu vực nhà nước, duyệt 25/12/2025", "estimated": False,
    }  # fmt: skip


def test_a_year_that_is_only_computed_says_so_until_its_tet_is_in(province: Province) -> None:
    tet = days(province, f"org={NORTH}&year=2027")["2027-02-05"]
    assert (tet["kind"], tet["periods"], tet["estimated"]) == ("off", [], True)
    assert ask(province, f"org={NORTH}&year=2027").json["estimated"] is True
    import_days(province.db, "org,date,kind,note\nhg,2027-02-05,off,Giao thừa\n", SATURDAY, dry_run=False)
    province.reload()
    assert ask(province, f"org={NORTH}&year=2027").json["estimated"] is False
    assert days(province, f"org={NORTH}&year=2027")["2027-02-05"]["note"] == "Giao thừa"


def test_hours_of_an_org_and_its_season_hold_for_it_and_below(province: Province) -> None:
    saturdays = WeekHours(org=NORTH, from_="07-01", to="09-30", sat="07:30-11:30")
    with province.db.read() as conn:
        inventory = load(conn, "2026-11-21", kinds(), by_org([saturdays]))
    province.site.world.inventory = inventory
    spans = ask(province, "org=hg.dong-van.lung-cu").json["weeks"]
    assert [(span["from"], span["to"], span["hours"]["sat"]) for span in spans] == [
        ("2026-01-01", "2026-06-30", []),
        ("2026-07-01", "2026-09-30", ["07:30-11:30"]),
        ("2026-10-01", "2026-12-31", []),
    ]
    assert len(ask(province, f"org={SOUTH}").json["weeks"]) == 1


@pytest.mark.parametrize("year", ["1994", "2100", "nay", "0"])
def test_a_year_that_cannot_be_told_is_refused(province: Province, year) -> None:
    answer = ask(province, f"org={NORTH}&year={year}")
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "invalid_value")


def test_who_may_not_see_the_org_sees_no_calendar(province: Province) -> None:
    assert ask(province, f"org={SOUTH}", "leader-north").status_code == 404
    assert ask(province, f"org={NORTH}", "wall-north").status_code == 403
    assert ask(province, "year=2026").status_code == 422
