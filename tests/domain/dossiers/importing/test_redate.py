"""Working days that change after the fact: due dates move in the same step, as if it had been known all along."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from ioc import cli
from ioc.config.settings import Dossiers
from ioc.config.weekly import WeekHours, by_org
from ioc.core.errors import Code, IocError
from ioc.domain.dossiers.importing.redate import Redating
from ioc.domain.dossiers.reporting.view import DossierReader
from ioc.domain.importing.calendar import import_days
from ioc.domain.importing.inventory import import_orgs
from ioc.domain.inventory.records import load
from ioc.platform.db import Database, migrate, sqlite_url
from ioc.platform.db.tables import audit, calendar_day, dossier, dossier_tally, source
from tests.domain.calendar.calendars import at
from tests.domain.dossiers.events import event, tell
from tests.live.worlds import kinds

NOW = at("2026-11-27T08:00")
ORGS = (
    "code,name,parent\nhg,Tỉnh Hà Giang,\nhg.mv,Huyện Mèo Vạc,hg\nhg.mv.xc,Xã Xín Cái,hg.mv\nhg.dv,Huyện Đồng Văn,hg\n"
)
SATURDAY = "org,date,kind,periods,note\nhg.mv,2026-11-28,work,07:30-11:30,Giải quyết hồ sơ tồn\n"
SATURDAYS = by_org([WeekHours(org="hg.mv", sat="07:30-11:30")])
TWO_DAYS = {"value": 2, "unit": "working_day"}


def started(text: str = "2026-11-26T09:00", org: str = "hg.mv", **more: object) -> dict[str, object]:
    return {"received_at": at(text), "receiving_org": org, "term": TWO_DAYS, "status": 4, **more}


# those received on Thursday 26 November are due on Monday 30, or on Saturday 28 once that is worked
TOLD = {
    "moves": started(),
    "moves-below": started(org="hg.mv.xc"),
    "too-late-then": started(finished_at=at("2026-11-28T14:00"), status=9),
    "beside": started(org="hg.dv"),
    "promised": started(due_at=at("2026-12-02T17:00")),
    "over": started("2026-11-02T09:00", finished_at=at("2026-11-03T09:00"), status=9),
    "later": started("2026-11-30T09:00"),
    "in-hours": started("2026-11-27T16:00", term={"value": 2, "unit": "working_hour"}),
}
MOVED = ["in-hours", "moves", "moves-below", "too-late-then"]


class Province:
    """Dossiers that were judged before anybody spoke of the Saturday."""

    def __init__(self, folder: Path, weeks=None, days: str | None = None) -> None:
        self.db = Database(sqlite_url(folder / "ioc.sqlite"))
        migrate.upgrade(self.db)
        import_orgs(self.db, ORGS, NOW, dry_run=False)
        with self.db.write() as conn:
            conn.execute(sa.insert(source).values(org="hg", kind="dossier", source="mc", status="active"))
        if days is not None:
            import_days(self.db, days, NOW, dry_run=False)
        with self.db.read() as conn:
            inventory = load(conn, "2026-11-27", kinds(), weeks or {})
        events = [event(code, NOW, f"e-{code}", **said) for code, said in TOLD.items()]
        tell(self.db, *events, inventory=inventory, now=NOW)

    def take(self, days: str, *, dry_run: bool = False):
        return import_days(self.db, days, NOW, dry_run, effect=self.redating())

    def redating(self, weeks=None) -> Redating:
        return Redating(self.db, Dossiers(), weeks or {}, kinds(), NOW)

    def rows(self, table: sa.Table) -> list[dict]:
        with self.db.read() as conn:
            return [dict(row) for row in conn.execute(sa.select(table).order_by(*table.primary_key)).mappings()]

    def verdicts(self) -> tuple[list[dict], list[dict]]:
        """Everything judged of each dossier, and the counts of days that are not nought."""
        marks = [column.name for column in dossier_tally.c if not column.primary_key]
        return self.rows(dossier), [row for row in self.rows(dossier_tally) if any(row[mark] for mark in marks)]

    def due(self, code: str) -> int:
        return next(row["due_at"] for row in self.rows(dossier) if row["code"] == code)


@pytest.fixture
def province(tmp_path):
    return Province(tmp_path)


def test_a_dry_run_foretells_by_org_with_examples_and_changes_nothing(province):
    before = province.verdicts()
    report = province.take(SATURDAY, dry_run=True)
    assert list(report.lines()) == [
        "+ hg.mv/2026-11-28",
        "dossiers: 4 due dates would move",
        "  hg.mv: 3",
        "    in-hours: 2026-11-30 08:30 -> 2026-11-28 08:30",
        "    moves: 2026-11-30 17:00 -> 2026-11-28 11:30",
        "    too-late-then: 2026-11-30 17:00 -> 2026-11-28 11:30",
        "  hg.mv.xc: 1",
        "    moves-below: 2026-11-30 17:00 -> 2026-11-28 11:30",
        "calendar: 1 would be added, 0 would be changed, 0 unchanged",
    ]
    assert province.verdicts() == before
    assert province.rows(calendar_day) == []
    assert not [row for row in province.rows(audit) if row["action"] in ("calendar.import", "dossiers.rejudge")]


def test_the_import_moves_them_and_the_audit_counts_them(province):
    dues = {code: province.due(code) for code in TOLD}
    report = province.take(SATURDAY)
    assert "dossiers: 4 due dates moved" in report.notes
    assert sorted(code for code in TOLD if province.due(code) != dues[code]) == MOVED
    assert province.due("moves") == at("2026-11-28T11:30")
    (row,) = [row for row in province.rows(audit) if row["action"] == "dossiers.rejudge"]
    assert (row["actor"], row["detail"]) == ("cli", {"due_dates": 4, "by_org": {"hg.mv": 3, "hg.mv.xc": 1}})


def test_afterwards_all_is_as_if_the_day_had_been_known(province, tmp_path):
    province.take(SATURDAY)
    (tmp_path / "known").mkdir()
    known = Province(tmp_path / "known", days=SATURDAY)
    assert province.verdicts() == known.verdicts()
    late = next(row for row in known.rows(dossier) if row["code"] == "too-late-then")
    assert late["outcome"] == "late"


def test_taking_the_day_back_takes_everything_back(province):
    before = province.verdicts()
    province.take(SATURDAY)
    report = province.take("org,date,kind\nhg.mv,2026-11-28,off\n")
    assert "dossiers: 4 due dates moved" in report.notes
    assert province.verdicts() == before


def test_words_alone_and_the_same_file_again_move_nothing(province):
    province.take(SATURDAY)
    assert province.take(SATURDAY).notes == ()
    report = province.take(SATURDAY.replace("Giải quyết hồ sơ tồn", "Làm thêm"))
    assert (len(report.changed), report.notes) == (1, ())
    assert len([row for row in province.rows(audit) if row["action"] == "dossiers.rejudge"]) == 1


def test_what_cannot_be_recomputed_is_not_imported_either(province):
    def broken(_conn, _change, *, dry_run):
        raise IocError(Code.DATABASE_UNAVAILABLE, f"no disk, dry run: {dry_run}")

    with pytest.raises(IocError, match="no disk"):
        import_days(province.db, SATURDAY, NOW, dry_run=False, effect=broken)
    assert province.rows(calendar_day) == []


def test_other_weekly_hours_are_put_through_by_hand(province, tmp_path):
    before = province.verdicts()
    with province.db.read() as conn:
        assert province.redating().all(conn, dry_run=True) == ("dossiers: 0 due dates would move",)
        assert "dossiers: 4 due dates would move" in province.redating(SATURDAYS).all(conn, dry_run=True)
    assert province.verdicts() == before
    with province.db.write() as conn:
        province.redating(SATURDAYS).all(conn, dry_run=False)
    (tmp_path / "known").mkdir()
    assert province.verdicts() == Province(tmp_path / "known", weeks=SATURDAYS).verdicts()


def test_the_commands_say_what_moves(province, tmp_path, capsys):
    config, days = tmp_path / "ioc.toml", tmp_path / "days.csv"
    config.write_text(f'data_dir = "{tmp_path}"\n', encoding="utf-8")
    days.write_text(SATURDAY, encoding="utf-8")
    where = ["--config", str(config)]
    assert cli.main(["calendar", "import", str(days), "--dry-run", *where]) == 0
    assert "dossiers: 4 due dates would move" in capsys.readouterr().out.splitlines()
    assert cli.main(["calendar", "import", str(days), *where]) == 0
    assert "dossiers: 4 due dates moved" in capsys.readouterr().out.splitlines()
    config.write_text(f'{config.read_text()}[[calendar.week]]\norg = "hg.dv"\nsat = "07:30-11:30"\n', encoding="utf-8")
    assert cli.main(["dossiers", "rejudge", "--dry-run", *where]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == ["dossiers: 1 due dates would move", "  hg.dv: 1"]
    assert cli.main(["dossiers", "rejudge", *where]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "dossiers: 1 due dates moved"
    assert cli.main(["dossiers", "rejudge", *where]) == 0
    assert capsys.readouterr().out.splitlines() == ["dossiers: 0 due dates moved"]


def test_a_date_computed_over_days_nobody_confirmed_is_shown_as_an_estimate(province):
    """One that a source promised is not ours to doubt."""
    long = {"value": 60, "unit": "working_day"}
    told = {"reaches-2027": started(term=long), "promised-2027": started(term=long, due_at=at("2027-02-26T17:00"))}
    events = [event(code, NOW, f"e-{code}", **said) for code, said in told.items()]
    tell(province.db, *events, now=NOW)

    def estimated() -> list[str]:
        with province.db.read() as conn:
            reader = DossierReader(load(conn, "2026-11-27", kinds()), Dossiers(), {1: NOW}, NOW)
        return [row["code"] for row in province.rows(dossier) if reader.brief(row)["due_estimated"]]

    assert estimated() == ["reaches-2027"]
    province.take("org,date,kind\nhg,2027-02-05,off\n")
    assert estimated() == []
