"""A file of values is entered as a whole, or refused as a whole by row and column."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from openpyxl import Workbook

from ioc.config.indicators import IndicatorOptions
from ioc.core.errors import UsageError
from ioc.core.periods import Length
from ioc.domain.indicators.catalogue import Definitions
from ioc.domain.indicators.value_files import import_values
from ioc.domain.inventory.records import load
from ioc.domain.sheets.report import ImportReport
from ioc.domain.sheets.sheet import Encoded, Given
from ioc.platform.db import Database
from ioc.platform.db.tables import indicator_value, org
from tests.databases import empty_records
from tests.live.worlds import kinds

NOW, TODAY = 1_795_230_000_000, date(2026, 11, 21)
CATALOGUE = Definitions([
    IndicatorOptions(id="dung-han", name="Đúng hạn", unit="%", cadence=Length.MONTH),
    IndicatorOptions(id="thu", name="Thu ngân sách", unit="tỷ đồng", cadence=Length.QUARTER),
])  # fmt: skip
CSV = """indicator;org;period;value;numerator;denominator;note
dung-han;hg;10/2026;;1.234.567;2.000.000;
thu;hg;Quý III/2026;1.234,5;;;quyết toán
"""


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = empty_records(tmp_path / "ioc.sqlite")
    with made.write() as conn:
        conn.execute(sa.insert(org).values(code="hg", name="Hà Giang", kind="province"))
    yield made
    made.close()


def bring(db: Database, given: Given, *, dry_run: bool = False) -> ImportReport:
    with db.read() as conn:
        tree = load(conn, TODAY.isoformat(), kinds()).orgs
    return import_values(db, given, CATALOGUE, tree, NOW, TODAY, dry_run=dry_run)


def kept(db: Database) -> list[tuple]:
    t = indicator_value.c
    with db.read() as conn:
        rows = conn.execute(sa.select(t.indicator, t.period, t.value, t.numerator, t.state, t.current).order_by(t.id))
        return [tuple(row) for row in rows]


def test_a_file_is_entered_once_and_waits_for_a_signature(db: Database):
    assert bring(db, CSV, dry_run=True).added == ("dung-han/hg/10/2026", "thu/hg/Quý III/2026")
    assert kept(db) == []
    bring(db, CSV)
    assert kept(db) == [
        ("dung-han", "2026-10", 61.73, 1_234_567.0, "entered", False),
        ("thu", "2026-Q3", 1234.5, None, "entered", False),
    ]
    again = bring(db, CSV)
    assert (again.added, again.unchanged, len(kept(db))) == ((), 2, 2)
    assert bring(db, CSV.replace("1.234,5", "1.234,6")).added == ("thu/hg/Quý III/2026",)


def test_a_workbook_holds_numbers_and_dates(db: Database, tmp_path: Path):
    book = Workbook()
    sheet = book.active
    sheet.append(["indicator", "org", "period", "value", "numerator", "denominator"])
    sheet.append(["thu", "hg", date(2026, 7, 1), 1.234, None, None])
    sheet.append(["dung-han", "hg", 46296, None, 9, 10])
    book.save(tmp_path / "chi-tieu.xlsx")
    bring(db, tmp_path / "chi-tieu.xlsx")
    assert [row[:3] for row in kept(db)] == [("thu", "2026-Q3", 1.234), ("dung-han", "2026-10", 90.0)]


def test_every_bad_cell_is_named_by_row_and_column_and_nothing_is_entered(db: Database):
    bad = CSV + (
        "thu;hg;2026-Q2;1.234;;;\n"
        "thu;hg;2026-06;1;;;\n"
        "dung-han;hg;2026-09;;3;2;\n"
        "lạ;hg;2026;1;;;\n"
        "gi;hg;2026;1;;;\n"
        "thu;xx;2026-Q1;1;;;\n"
        "thu;hg;2027-Q1;1;;;\n"
    )
    with pytest.raises(UsageError) as failed:
        bring(db, bad)
    said = failed.value.params["problems"]
    wanted = [
        "line 4: value: '1.234'",
        "line 5: period: other_cadence; allowed: a quarter",
        "line 6: numerator: share_beyond_whole",
        "line 7: indicator: 'lạ'",
        "line 8: indicator: 'gi'",
        "line 9: org: 'xx'",
        "line 10: period: period_to_come",
    ]
    assert [each[: len(want)] for each, want in zip(said, wanted, strict=True)] == wanted
    assert kept(db) == []


def test_a_file_under_an_old_font_is_read_as_what_it_is_said_to_be(db: Database, tmp_path: Path):
    path = tmp_path / "cu.csv"
    path.write_bytes(b"indicator,org,period,value,note\nthu,hg,2026-Q3,12,quy\xea\xect to\xe1n\n")
    with pytest.raises(UsageError, match="encoding"):
        bring(db, path)
    bring(db, Encoded(path, "windows-1258"))
    with db.read() as conn:
        assert conn.scalar(sa.select(indicator_value.c.note)) == "quyết toán"
