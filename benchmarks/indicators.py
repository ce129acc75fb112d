"""Boards of indicators: 300 of them, 34 units, five years of months; the last line is one JSON object.

The yardstick is SQLite itself: the same rows of one unit by its bare driver. `--quick` takes one year.
"""

import argparse
import json
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa

from ioc.config.indicators import IndicatorOptions
from ioc.core.periods import Length, containing, parse, previous
from ioc.domain.indicators.board import IndicatorBoard
from ioc.domain.indicators.catalogue import Definitions
from ioc.domain.indicators.ledger import ValueLedger
from ioc.domain.inventory.records import load
from ioc.platform.db import Database, sqlite_url
from ioc.platform.db.tables import indicator_value, metadata, org
from tests.live.worlds import kinds

INDICATORS, UNITS, YEARS, QUICK_YEARS = 300, 34, 5, 1
NOW = round(datetime(2026, 11, 20, 8, 0, tzinfo=UTC).timestamp() * 1000)
TODAY = date(2026, 11, 20)
LIMITS = {"province": 200, "unit": 50, "ranking": 200}  # ms
PROVINCE = "tinh"
PAGE = 500
Rows = Iterator[dict[str, Any]]


def catalogue() -> Definitions:
    """Nine of ten are typed in, the others worked out of them."""
    made = []
    for n in range(INDICATORS):
        of = "figures" if n % 10 else f"formula ct-{n + 1} + ct-{n + 2}"
        made.append(IndicatorOptions(id=f"ct-{n}", name=f"Chỉ tiêu {n}", of=of, cadence=Length.MONTH, better="higher",
                                     target=80.0, warn=60.0))  # fmt: skip
    return Definitions(made)


def units() -> list[str]:
    return [f"{PROVINCE}.u{n}" for n in range(UNITS)]


def rows(definitions: Definitions, years: int) -> Rows:
    dice = random.Random(1)
    period = containing(TODAY, Length.MONTH)
    for _ in range(years * 12):
        for of in definitions:
            for unit in (PROVINCE, *units()) if of.entered else ():
                yield {"indicator": of.id, "org": unit, "period": period.text,
                       "first_day": period.days.first.isoformat(), "value": dice.randrange(10_000) / 100,
                       "definition": 1, "state": "signed", "current": True, "entered_by": "a", "entered_at": NOW,
                       "decided_by": "b", "decided_at": NOW}  # fmt: skip
        period = previous(period) or period


def furnish(db: Database, definitions: Definitions, years: int) -> int:
    metadata.create_all(db.engine)
    tree = [{"code": PROVINCE, "name": "Tỉnh", "kind": "province", "parent": None}]
    tree += [{"code": unit, "name": unit, "kind": "department", "parent": PROVINCE} for unit in units()]
    total = 0
    with db.write() as conn:
        conn.execute(sa.insert(org), tree)
        batch: list[dict[str, Any]] = []
        for row in rows(definitions, years):
            batch.append(row)
            if len(batch) == 5_000:
                conn.execute(sa.insert(indicator_value), batch)
                total, batch = total + len(batch), []
        if batch:
            conn.execute(sa.insert(indicator_value), batch)
    return total + len(batch)


def questions(db: Database, definitions: Definitions) -> dict[str, Callable[[], Any]]:
    """What a board asks: of the province, of one unit with its place among the others, and a page of the ranking."""
    wanted, month = list(definitions), parse("2026-10")
    with db.read() as conn:
        inventory = load(conn, TODAY.isoformat(), kinds())

    def board(ask: Callable[[IndicatorBoard], Any]) -> Callable[[], Any]:
        def run() -> Any:
            with db.read() as conn:
                ledger = ValueLedger(conn, definitions, inventory, NOW, lambda _org, _of: None)
                return ask(IndicatorBoard(ledger, TODAY))

        return run

    def ranking(made: IndicatorBoard) -> list[Any]:
        below = made.below(PROVINCE, wanted, month)
        return [row for each in below[: PAGE // UNITS] for row in made.of_units(each)]

    unit = units()[7]
    return {
        "province, newest": board(lambda made: made.of_org(PROVINCE, wanted, None)),
        "province, a month": board(lambda made: made.of_org(PROVINCE, wanted, month)),
        "unit, newest": board(lambda made: made.of_org(unit, wanted, None)),
        "unit, a month": board(lambda made: made.of_org(unit, wanted, month)),
        "ranking of the units, a page": board(ranking),
    }


def bare(path: Path) -> Callable[[], Any]:
    """The rows that the board of one unit is made of, by the driver alone."""
    conn = sqlite3.connect(path)
    asked = "SELECT * FROM indicator_value WHERE org = ? AND current AND period IN ('2026-10', '2026-09', '2025-10')"
    return lambda: conn.execute(asked, (units()[7],)).fetchall()


def timed(ask: Callable[[], Any], clock: Callable[[], float] = time.perf_counter, turns: int = 7) -> float:
    """The median in milliseconds; by `process_time` what it costs, whoever else works on the machine."""
    took = []
    for _ in range(turns):
        began = clock()
        ask()
        took.append((clock() - began) * 1000)
    return median(took)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    years = QUICK_YEARS if parser.parse_args().quick else YEARS
    definitions = catalogue()
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "ioc.sqlite"
        db = Database(sqlite_url(path))
        total = furnish(db, definitions, years)
        yardstick = timed(bare(path))
        asked = questions(db, definitions)
        found = {name: timed(ask) for name, ask in asked.items()}
        cost = {name: timed(ask, time.process_time) for name, ask in asked.items()}
        db.close()
    print(f"{total:,} values; bare driver {yardstick:.1f} ms")
    limits = {name: LIMITS[name.split(maxsplit=1)[0].rstrip(",")] for name in found}
    for name, ms in found.items():
        print(f"{name:30} {ms:10.1f} ms   processor {cost[name]:.1f} ms   limit {limits[name]} ms")
    print(json.dumps({
        "values": total, "ms": {name: round(ms, 2) for name, ms in found.items()},
        "processor_ms": {name: round(ms, 2) for name, ms in cost.items()},
        "ratio": {name: round(ms / yardstick, 1) for name, ms in found.items()},
        "over_limit": [name for name, ms in found.items() if ms > limits[name]],
    }))  # fmt: skip


if __name__ == "__main__":
    main()
