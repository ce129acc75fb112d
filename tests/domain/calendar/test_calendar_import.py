"""Importing special days: all or nothing, twice is once, every bad line is named, and children inherit."""

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from ioc import cli
from ioc.core.errors import UsageError
from ioc.domain.calendar import records
from ioc.domain.calendar.days import DayReason
from ioc.domain.importing.calendar import import_days
from ioc.domain.importing.inventory import import_orgs
from ioc.platform.db import Database
from ioc.platform.db.tables import audit, calendar_day
from ioc.platform.meta import Fact, get
from tests.databases import empty_records
from tests.domain.calendar.calendars import HANOI, hours

NOW = 1_795_251_600_000  # 2026-11-21T08:00 in Hà Giang
ORGS = "code,name,parent\nhg,Tỉnh Hà Giang,\nhg.mv,Huyện Mèo Vạc,hg\n"
DAYS = """org,date,kind,periods,note,source
hg,2026-11-28,work,07:30-11:30,Chủ động giải quyết hồ sơ tồn,KH 12
hg,2027-02-04,off,,Nghỉ Tết,Thông báo của tỉnh
hg.mv,2026-11-28,work,"13:30-17:00, 07:30-11:30",,
"""


@pytest.fixture
def db(tmp_path: Path) -> Database:
    database = empty_records(tmp_path / "ioc.sqlite")
    import_orgs(database, ORGS, NOW, dry_run=False)
    return database


def rows(db: Database) -> list:
    with db.read() as conn:
        return [tuple(row) for row in conn.execute(sa.select(calendar_day).order_by("org", "date"))]


def problems(db: Database, text: str) -> list[str]:
    with pytest.raises(UsageError) as caught:
        import_days(db, text, NOW, dry_run=False)
    return caught.value.params["problems"]


def test_a_file_twice_changes_nothing_the_second_time(db):
    first = import_days(db, DAYS, NOW, dry_run=False)
    assert first.added == ("hg/2026-11-28", "hg/2027-02-04", "hg.mv/2026-11-28")
    with db.read() as conn:
        rev = get(conn, Fact.INVENTORY_REV)
    second = import_days(db, "\ufeff" + DAYS, NOW, dry_run=False)
    assert (second.changes, second.unchanged) == (False, 3)
    with db.read() as conn:
        assert get(conn, Fact.INVENTORY_REV) == rev
        seen = conn.execute(sa.select(audit.c.actor, audit.c.detail).where(audit.c.action == "calendar.import")).all()
    assert [(actor, detail["added"]) for actor, detail in seen] == [("cli", 3)]


def test_periods_are_kept_in_the_order_of_the_day(db):
    import_days(db, DAYS, NOW, dry_run=False)
    assert rows(db)[2] == ("hg.mv", "2026-11-28", "work", "07:30-11:30,13:30-17:00", None, None)


def test_a_dry_run_shows_the_difference_and_writes_nothing(db):
    import_days(db, DAYS, NOW, dry_run=False)
    before = rows(db)
    report = import_days(db, "org,date,kind\nhg,2026-11-28,off\nhg,2026-12-05,work\n", NOW, dry_run=True)
    assert report.added == ("hg/2026-12-05",)
    lines = list(report.lines())
    assert "~ hg/2026-11-28 kind: work -> off" in lines
    assert "~ hg/2026-11-28 periods: 07:30-11:30 -> (empty)" in lines
    assert rows(db) == before


def test_every_bad_line_is_named_and_nothing_is_half_imported(db):
    found = problems(
        db,
        "org,date,kind,periods\n"
        "hg,2026-12-05,work,07:30-11:30\n"
        "hg,31/11/2026,work,\n"
        "hg,2026-12-06,half,\n"
        "hg,2026-12-07,work,11:30-07:30\n"
        'hg,2026-12-08,work,"07:30-11:30,11:00-17:00"\n'
        "hg,2026-12-09,off,07:30-11:30\n"
        "khong-co,2026-12-09,off,\n"
        "hg,2026-12-05,off,\n"
        ",2026-12-10,off,\n",
    )
    assert [line.split(":")[0] for line in found] == [f"line {n}" for n in range(3, 11)]
    words = (
        "2026-11-21",
        "off, work",
        "HH:MM-HH:MM",
        "do not overlap",
        "has none",
        "import it first",
        "line 2",
        "missing",
    )
    assert all(word in line for word, line in zip(words, found, strict=True))
    assert rows(db) == []


def test_a_child_inherits_and_its_own_row_wins(db):
    import_days(db, DAYS, NOW, dry_run=False)
    with db.read() as conn:
        calendars = records.load(conn)
    province, district = calendars.of(["hg"], HANOI), calendars.of(["hg", "hg.mv"], HANOI)
    saturday = date(2026, 11, 28)
    assert province.periods_on(saturday) == hours("07:30-11:30")
    assert district.periods_on(saturday) == hours("07:30-11:30,13:30-17:00")
    tet = district.day(date(2027, 2, 4))
    assert (tet.reason, tet.note, tet.source) == (DayReason.HOLIDAY, "Nghỉ Tết", "Thông báo của tỉnh")
    assert not district.estimated(2027)


def test_the_command_prints_the_difference_and_names_bad_lines(tmp_path, capsys):
    """On an installation that does not exist yet, as every command."""
    where = ["--data-dir", str(tmp_path / "data")]
    orgs, days = tmp_path / "orgs.csv", tmp_path / "days.csv"
    orgs.write_text(ORGS, encoding="utf-8")
    days.write_text(DAYS, encoding="utf-8")
    assert cli.main(["org", "import", str(orgs), *where]) == 0
    capsys.readouterr()
    assert cli.main(["calendar", "import", str(days), "--dry-run", *where]) == 0
    assert capsys.readouterr().out.endswith("calendar: 3 would be added, 0 would be changed, 0 unchanged\n")
    assert cli.main(["calendar", "import", str(days), *where]) == 0
    assert cli.main(["calendar", "import", str(days), *where]) == 0
    assert capsys.readouterr().out.endswith("calendar: 0 added, 0 changed, 3 unchanged\n")
    days.write_text("org,date,kind\nhg,2026-13-01,off\n", encoding="utf-8")
    assert cli.main(["calendar", "import", str(days), *where]) == 2
    assert "line 2: date: '2026-13-01'" in capsys.readouterr().err


def test_the_command_shows_a_year_with_its_weeks_and_special_days(tmp_path, capsys):
    config, orgs, days = tmp_path / "ioc.toml", tmp_path / "orgs.csv", tmp_path / "days.csv"
    config.write_text(
        f'data_dir = "{tmp_path / "data"}"\n'
        '[[calendar.week]]\norg = "hg"\nfrom = "10-17"\nto = "04-15"\nweekdays = "07:30-12:00,13:30-17:00"\n'
        '[[calendar.week]]\norg = "tq"\nsat = "07:30-11:30"\n',
        encoding="utf-8",
    )
    orgs.write_text(ORGS, encoding="utf-8")
    days.write_text(DAYS, encoding="utf-8")
    where = ["--config", str(config)]
    assert cli.main(["org", "import", str(orgs), *where]) == 0
    assert cli.main(["calendar", "import", str(days), *where]) == 0
    capsys.readouterr()

    assert cli.main(["calendar", "show", "--org", "hg.mv", "--year", "2026", *where]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [
        "Huyện Mèo Vạc (hg.mv), 2026",
        "2026-01-01 to 2026-04-15",
        "  mon tue wed thu fri 07:30-12:00,13:30-17:00",
        "  sat sun             closed",
    ]
    assert "  2026-01-02 fri  off                     swapped_off             Nghỉ hoán đổi dịp Tết" in "\n".join(lines)
    assert "  2026-11-28 sat  07:30-11:30,13:30-17:00 opened" in lines
    assert lines[-1] == "calendar.week: org 'tq' is not in the tree"

    assert cli.main(["calendar", "show", "--year", "2028", *where]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Tỉnh Hà Giang (hg), 2028"
    assert any(line.startswith("  2028-01-26 wed  off") and " estimated " in line for line in lines)
    assert lines[-2].startswith("estimated: the days off around Tết are not confirmed")

    assert cli.main(["calendar", "show", "--year", "1900", *where]) == 2
    assert "year 1900: allowed are 1995 to 2099" in capsys.readouterr().err
    assert cli.main(["calendar", "show", "--org", "nowhere", *where]) == 1
    assert "'nowhere' is not in the tree" in capsys.readouterr().err


def test_an_installation_without_orgs_shows_what_every_org_would_have(tmp_path, capsys):
    assert cli.main(["calendar", "show", "--year", "2026", "--data-dir", str(tmp_path / "data")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "every org, 2026"
    assert "  mon tue wed thu fri 07:30-11:30,13:30-17:00" in lines
