"""Across the reform of 1/7/2025 a figure is compared with the sum of the merged units, or with nothing."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from ioc.config.indicators import IndicatorOptions
from ioc.core.periods import Length, parse
from ioc.domain.indicators import values
from ioc.domain.indicators.board import BoardRow, IndicatorBoard
from ioc.domain.indicators.catalogue import Definitions
from ioc.domain.indicators.doubts import Doubt
from ioc.domain.indicators.ledger import ValueLedger
from ioc.domain.indicators.values import ValueDraft
from ioc.domain.inventory.records import load
from ioc.platform.db import Database
from ioc.platform.db.tables import org
from tests.databases import empty_records
from tests.live.worlds import kinds

NOW = 1_795_230_000_000  # 2026-11-21
TODAY = date(2026, 11, 21)
ORGS = [
    {"code": "tq", "name": "Tuyên Quang", "kind": "province"},
    {"code": "hg", "name": "Hà Giang", "kind": "province", "valid_to": "2025-06-30", "successor": "tq"},
]
MONTH = {"cadence": Length.MONTH, "better": "higher"}
COUNT = IndicatorOptions(id="ho-so", name="Hồ sơ", additive=True, **MONTH)
SHARE = IndicatorOptions(id="dung-han", name="Đúng hạn", unit="%", additive=True, **MONTH)
INDEX = IndicatorOptions(id="chi-so", name="Chỉ số", **MONTH)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = empty_records(tmp_path / "ioc.sqlite")
    with made.write() as conn:
        conn.execute(sa.insert(org), [{"parent": None, "valid_to": None, "successor": None, **each} for each in ORGS])
    yield made
    made.close()


def tell(db: Database, of: IndicatorOptions, unit: str, period: str, **told: float) -> None:
    with db.write() as conn:
        assert values.take_over(conn, of, 1, ValueDraft(of.id, unit, period, **told), "a", NOW)


def row(db: Database, of: IndicatorOptions, period: str) -> BoardRow:
    with db.read() as conn:
        inventory = load(conn, TODAY.isoformat(), kinds())
        ledger = ValueLedger(conn, Definitions([of]), inventory, NOW, lambda _org, _of: None)
        return IndicatorBoard(ledger, TODAY).of_org("tq", [of], parse(period))[0]


def test_a_count_is_compared_with_all_that_were_merged(db: Database):
    tell(db, COUNT, "tq", "2025-08", value=150)
    tell(db, COUNT, "hg", "2024-08", value=60)
    assert row(db, COUNT, "2025-08").last_year.reason == "merged", "one of the two is missing"
    tell(db, COUNT, "tq", "2024-08", value=70)
    told = row(db, COUNT, "2025-08").last_year
    assert (told.value, told.reason, told.summed) == (130, None, ("hg", "tq"))


def test_a_share_is_summed_by_its_parts(db: Database):
    tell(db, SHARE, "tq", "2025-07", numerator=90, denominator=100)
    tell(db, SHARE, "hg", "2025-06", numerator=10, denominator=100)
    tell(db, SHARE, "tq", "2025-06", numerator=290, denominator=300)
    assert row(db, SHARE, "2025-07").last_period.value == 75.0


def test_what_nobody_may_sum_is_not_comparable(db: Database):
    tell(db, INDEX, "tq", "2025-08", value=80)
    tell(db, INDEX, "tq", "2024-08", value=70)
    told = row(db, INDEX, "2025-08")
    assert (told.last_year.value, told.last_year.reason, told.trend) == (None, "merged", None)


def test_after_the_reform_the_same_unit_is_the_same(db: Database):
    tell(db, INDEX, "tq", "2026-08", value=80)
    tell(db, INDEX, "tq", "2025-08", value=70)
    assert (row(db, INDEX, "2026-08").last_year.value, row(db, INDEX, "2026-08").last_year.reason) == (70, None)


def test_a_closed_unit_takes_figures_up_to_its_last_day_only(db: Database):
    with db.read() as conn:
        tree = load(conn, TODAY.isoformat(), kinds()).orgs
    reasons: dict[str, list[Doubt]] = {}
    for period in ("2025-06", "2025-07"):
        draft = ValueDraft("chi-so", "hg", period, value=1)
        reasons[period] = [each.reason for each in values.refusals(INDEX, draft, tree, TODAY)]
    assert reasons == {"2025-06": [], "2025-07": [Doubt.UNIT_CLOSED]}
