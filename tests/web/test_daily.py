"""The figures of a day: frozen at the cut-off, printed again unchanged, corrected in the open, caught up later."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from alerts.daily import DailySnapshots
from ioc.core.errors import IocError
from ioc.core.model import SourceKey
from ioc.platform.db.tables import dossier_snapshot, org, source
from ioc.platform.lease import Lease
from tests.domain.dossiers.events import event, tell
from tests.web.conftest import NORTH, SOUTH, Province
from tests.web.counting import get
from tests.web.test_report_of_2019 import TZ

SYSTEM = SourceKey("hg", "dossier", "mot-cua")


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=TZ).timestamp() * 1000)


def job(province: Province, lease: Lease, hour: str = "17:00") -> DailySnapshots:
    return DailySnapshots(province.db, province.clock, lease, lambda: province.site.world, hour)


class Office:
    """A province with one system that speaks live, and the job that freezes its days."""

    def __init__(self, province: Province, hour: str = "17:00") -> None:
        self.province = province
        with province.db.write() as conn:
            row = {"id": 60, "org": "hg", "kind": "dossier", "source": "mot-cua", "status": "active"}
            conn.execute(sa.insert(source).values(**row))
        province.reload()
        self.lease = Lease(province.db, "alerts", "here", 6.0, province.clock)
        self.job = job(province, self.lease, hour)

    def at(self, text: str) -> None:
        self.province.clock.set(ms(text))

    def run(self) -> None:
        assert self.lease.keep()
        self.job.run()

    def write(self, code: str, at: str, receiving: str = NORTH, **said: object) -> None:
        fields = {name: ms(str(value)) if name.endswith("_at") else value for name, value in said.items()}
        tell(self.province.db, event(code, ms(at), receiving_org=receiving, **fields), source_id=60)

    def days(self) -> list[str]:
        with self.province.db.read() as conn:
            return list(conn.scalars(sa.select(dossier_snapshot.c.day).distinct().order_by(dossier_snapshot.c.day)))


@pytest.fixture
def office(province: Province) -> Office:
    office = Office(province)
    office.write("old", "2026-11-18 09:00", received_at="2026-11-18 09:00", due_at="2026-11-25 17:00")
    eve = "2026-11-19 18:00"
    office.write("eve", eve, received_at=eve, due_at="2026-11-20 11:00", submission="online")
    office.write("done", "2026-11-20 08:00", received_at="2026-11-20 08:00", due_at="2026-11-20 17:00")
    office.write("done", "2026-11-20 16:00", finished_at="2026-11-20 16:00", status=9)
    office.write("tomorrow", "2026-11-20 17:30", SOUTH, received_at="2026-11-20 17:30")
    office.at("2026-11-20 17:03")
    return office


def test_the_day_is_frozen_soon_after_its_cut_off_and_not_before(office: Office) -> None:
    office.at("2026-11-20 17:01")
    office.run()
    assert office.days() == ["2026-11-19"], "what happened just before the cut-off may still be on its way"
    office.at("2026-11-20 17:03")
    office.run()
    office.run()
    assert office.days() == ["2026-11-19", "2026-11-20"]
    report = get(office.province, "/reports/daily?org=hg")
    assert (report["day"], report["late"], report["behind"]) == ("2026-11-20", False, [])
    assert report["cut_off_at"] == "2026-11-20T17:00:00+07:00"
    assert report["taken_at"] == "2026-11-20T17:03:00+07:00"
    day, year = report["figures"]["day"], report["figures"]["year"]
    assert (day["received"], day["carried_over"], year["received"]) == (2, 1, 3), "the day begins at the last cut-off"
    assert (day["resolved_on_time"], day["open_overdue"], day["must_resolve"]) == (1, 1, 2)
    assert day["pct"]["on_time"] == {"value": 50.0, "numerator": 1, "denominator": 2}
    assert day["pct"]["online"] == {"value": 50.0, "numerator": 1, "denominator": 2}
    assert report["corrections"] == {"day": {}, "year": {}}


def test_every_org_of_the_day_has_its_figures_with_what_is_below_it(office: Office) -> None:
    office.run()
    with office.province.db.read() as conn:
        frozen = set(conn.scalars(sa.select(dossier_snapshot.c.org)))
        assert frozen == set(conn.scalars(sa.select(org.c.code)))
    assert get(office.province, f"/reports/daily?org={NORTH}")["figures"]["year"]["received"] == 3
    quiet = get(office.province, f"/reports/daily?org={SOUTH}")["figures"]["day"]
    assert (quiet["received"], quiet["pct"]["in_time"]["value"]) == (0, None)


def test_it_is_printed_again_unchanged_and_corrections_stand_beside_it(office: Office) -> None:
    office.run()
    before = get(office.province, "/reports/daily?org=hg&day=2026-11-20")
    office.at("2026-11-23 09:00")
    office.write("eve", "2026-11-20 10:30", finished_at="2026-11-20 10:30", status=9)
    office.write("late-told", "2026-11-20 09:00", received_at="2026-11-20 09:00", due_at="2026-11-30 09:00")
    after = get(office.province, "/reports/daily?org=hg&day=2026-11-20")
    assert {**after, "corrections": None} == {**before, "corrections": None}
    assert after["corrections"]["day"] == {
        "received": {"frozen": 2, "now": 3, "change": 1},
        "resolved_on_time": {"frozen": 1, "now": 2, "change": 1},
        "open_in_term": {"frozen": 1, "now": 2, "change": 1},
        "open_overdue": {"frozen": 1, "now": 0, "change": -1},
    }
    page = office.province.get("/api/v1/reports/daily?org=hg&format=html").get_data(as_text=True)
    assert "Số liệu hồ sơ chốt ngày 20/11/2026" in page
    assert '<td class="name">Hồ sơ tiếp nhận</td><td>2</td><td class="changed">+1</td>' in page
    assert "50,00 % (1/2)" in page
    assert "– (0/0)" not in page
    assert "<script" not in page


def test_a_page_of_nothing_shows_a_dash_with_its_denominator_and_no_0_percent(office: Office) -> None:
    office.run()
    page = office.province.get(f"/api/v1/reports/daily?org={SOUTH}&format=html").get_data(as_text=True)
    assert "– (0/0)" in page
    assert "0,00 %" not in page


def test_days_missed_are_caught_up_and_say_that_they_are_late(office: Office) -> None:
    office.run()
    office.at("2026-11-24 08:00")
    office.run()
    assert office.days() == ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"]
    report = get(office.province, "/reports/daily?org=hg&day=2026-11-21")
    assert (report["late"], report["figures"]["day"]["received"]) == (True, 1)
    page = office.province.get("/api/v1/reports/daily?org=hg&day=2026-11-21&format=html").get_data(as_text=True)
    assert "Chốt muộn, lúc 08:00 24/11/2026." in page


def test_a_new_installation_freezes_the_newest_day_only_and_a_long_absence_the_last_month(office: Office) -> None:
    office.run()
    assert office.days() == ["2026-11-20"]
    office.at("2027-03-01 08:00")
    office.run()
    assert (len(office.days()), office.days()[1], office.days()[-1]) == (33, "2027-01-28", "2027-02-28")


def test_who_lost_the_duty_freezes_nothing(office: Office) -> None:
    assert office.lease.keep()
    office.province.clock.advance(60)
    assert Lease(office.province.db, "alerts", "other", 6.0, office.province.clock).keep()
    with pytest.raises(IocError, match="another process"):
        office.job.run()
    assert office.days() == []


def test_a_source_that_is_behind_is_named_and_counts_nothing_as_overdue(office: Office) -> None:
    office.province.say(SYSTEM, as_of=ms("2026-11-19 23:00"))
    office.run()
    report = get(office.province, "/reports/daily?org=hg")
    assert report["behind"] == [{"source": "hg/dossier/mot-cua", "as_of": "2026-11-19T23:00:00+07:00"}]
    assert (report["figures"]["day"]["open_overdue"], report["figures"]["day"]["due_unconfirmed"]) == (0, 1)
    office.at("2026-11-21 00:10")
    office.province.say(SYSTEM, as_of=ms("2026-11-20 23:00"))
    changed = get(office.province, "/reports/daily?org=hg")["corrections"]["day"]
    assert {name: change["change"] for name, change in changed.items()} == {
        "open_overdue": 1, "due_unconfirmed": -1, "must_resolve": 1,
    }  # fmt: skip


def test_another_cut_off_is_a_setting_and_old_days_keep_theirs(province: Province) -> None:
    office = Office(province, "11:30")
    office.write("a", "2026-11-20 11:00", received_at="2026-11-20 11:00")
    office.write("b", "2026-11-20 12:00", received_at="2026-11-20 12:00")
    office.at("2026-11-20 18:00")
    office.run()
    report = get(province, "/reports/daily?org=hg&day=2026-11-20")
    assert (report["cut_off_at"], report["figures"]["day"]["received"]) == ("2026-11-20T11:30:00+07:00", 1)
    assert report["corrections"]["day"] == {}


def test_before_any_day_is_frozen_there_is_nothing_to_print(office: Office) -> None:
    for query in ("?org=hg", "?org=hg&day=2026-11-20"):
        answer = office.province.get(f"/api/v1/reports/daily{query}")
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "no_snapshot")
    assert office.province.get("/api/v1/reports/daily?day=yesterday").status_code == 422


def test_an_org_without_dossier_systems_freezes_nothing(province: Province) -> None:
    lease = Lease(province.db, "alerts", "here", 6.0, province.clock)
    assert lease.keep()
    job(province, lease).run()
    assert province.get("/api/v1/reports/daily?org=hg").status_code == 404
