"""Dossiers in numbers: import, figures, list pages, one tick of the due states; the last line is one JSON object.

The yardstick for the import is SQLite itself: the same file by bare `csv` and `executemany` into one table with an
index. `--quick` takes 50 000 dossiers instead of a million.
"""

import argparse
import csv
import json
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from importlib import resources
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy.engine import Connection

from alerts.rules.dossier_overdue import overdue
from ioc.cli import main as ioc
from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.domain.dossiers.counting.question import Question
from ioc.domain.dossiers.counting.summary import overall
from ioc.domain.dossiers.counting.watermarks import imported
from ioc.domain.dossiers.reporting import listing
from ioc.domain.dossiers.reporting.listing import Filter
from ioc.domain.inventory import OrgTree
from ioc.domain.inventory.records import load
from ioc.platform.db import Database, sqlite_url
from tests.live.worlds import kinds

FULL, QUICK = 1_000_000, 50_000
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
SPAN_MINUTES = 3 * 365 * 1_440
ORGS = resources.files("connectors.simulator").joinpath("ha_giang/orgs.csv")
HEADINGS = (
    "MaHoSo", "MaTTHC", "TrangThai", "MaDonViTiepNhan", "KenhThucHien", "NgayTiepNhan", "NgayHenTra",
    "NgayKetThucXuLy",
)  # fmt: skip
LIMITS = {"province": 200, "commune": 50, "list": 100, "tick": 50}  # ms
LEAST_ROWS_S = 10_000
Rows = Iterator[tuple[str, ...]]


def rows(count: int) -> Rows:
    """Three years of dossiers of every commune in the order they came, most of them done before they were due."""
    with ORGS.open(encoding="utf-8") as file:
        communes = [row["code"] for row in csv.DictReader(file)]
    dice = random.Random(1)
    for number in range(count):
        received = NOW - timedelta(minutes=SPAN_MINUTES * (1 - number / count))
        due = (received + timedelta(days=dice.randrange(2, 25))).replace(hour=10, minute=0)
        done = due - timedelta(minutes=dice.randrange(-1_000, 10_000))
        is_done = done < NOW and dice.random() < 0.99
        yield (
            f"H22.15-{received:%y%m%d}-{number:07d}",
            f"1.{dice.randrange(900):06d}",
            "9" if is_done else "4",
            dice.choice(communes),
            dice.choice("12"),
            f"{received:%Y-%m-%dT%H:%M:00Z}",
            f"{due:%Y-%m-%dT%H:%M:00Z}",
            f"{max(done, received):%Y-%m-%dT%H:%M:00Z}" if is_done else "",
        )


def write_file(path: Path, count: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEADINGS)
        out.writerows(rows(count))


def bare(folder: Path, given: Path) -> float:
    """Seconds for the same rows, unchecked, unjudged and uncounted."""
    began = time.perf_counter()
    conn = sqlite3.connect(folder / "bare.sqlite")
    columns = ", ".join(HEADINGS)
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute(f"CREATE TABLE d ({columns}, PRIMARY KEY (MaHoSo))")
    conn.execute("CREATE INDEX i ON d (NgayTiepNhan)")
    with given.open(encoding="utf-8", newline="") as file, conn:
        reader = csv.reader(file)
        next(reader)
        conn.executemany(f"INSERT INTO d VALUES ({', '.join('?' * len(HEADINGS))})", reader)
    conn.close()
    return time.perf_counter() - began


def ours(data_dir: Path, given: Path) -> float:
    """Seconds for `ioc import dossiers`."""
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(said), resources.as_file(ORGS) as orgs:
        assert ioc(["org", "import", "--data-dir", str(data_dir), str(orgs)]) == 0, said.getvalue()
        began = time.perf_counter()
        code = ioc(["import", "dossiers", "--data-dir", str(data_dir), "--as-of", NOW.isoformat(), str(given)])
        took = time.perf_counter() - began
    assert code == 0, said.getvalue()
    return took


def questions(conn: Connection, tree: OrgTree) -> dict[str, Callable[[], Any]]:
    """What screens ask most; periods end in the middle of a day, the dearest place to end."""
    now = int(NOW.timestamp() * 1000)
    year = now - 320 * 86_400_000
    watermarks = imported(conn)
    province = Question(watermarks, year, now, now)
    ever = Question(watermarks, 0, now, now)
    leaf = next(org.code for org in tree if not tree.children(org.code))
    commune = Question(watermarks, year, now, now, frozenset({leaf}))

    def summary(question: Question) -> Callable[[], Any]:
        return lambda: overall(conn, question)

    def listed(**wanted: Any) -> Callable[[], Any]:
        return lambda: listing.page(conn, Filter(**wanted), 0, 50)

    return {
        "province, this year": summary(province),
        "province, three years": summary(ever),
        "commune, this year": summary(commune),
        "list, received this year": listed(question=province, bucket=Bucket.RECEIVED),
        "list, open overdue": listed(question=province, bucket=Bucket.OPEN_OVERDUE),
        "list, late this year": listed(question=province, bucket=Bucket.RESOLVED_LATE),
        "list, owed this year": listed(question=province, bucket=Bucket.MUST_RESOLVE),
        "list, near due": listed(question=province, bucket=Bucket.NEAR_DUE),
        "list, of a commune": listed(question=commune, bucket=Bucket.RECEIVED),
        "list, all": listed(question=ever),
        "list, part of a code": listed(question=ever, q="15-261101-0"),
        "tick of the due states": lambda: conn.execute(overdue(watermarks)).all(),
    }


def timed(ask: Callable[[], Any], turns: int = 7) -> float:
    """The median in milliseconds."""
    took = []
    for _ in range(turns):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    count = QUICK if parser.parse_args().quick else FULL
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_file(folder / "given.csv", count)
        imported, yardstick = ours(folder / "data", folder / "given.csv"), bare(folder, folder / "given.csv")
        print(f"{'import':26} {count / imported:10,.0f} rows/s   bare {count / yardstick:,.0f} rows/s")
        db = Database(sqlite_url(folder / "data" / "ioc.sqlite"))
        with db.read() as conn:
            asked = {name: timed(ask) for name, ask in questions(conn, load(conn, "2026-11-20", kinds()).orgs).items()}
        db.close()
    for name, ms in asked.items():
        print(f"{name:26} {ms:10.1f} ms   limit {LIMITS[name.split(maxsplit=1)[0].rstrip(',')]} ms")
    over = [name for name, ms in asked.items() if ms > LIMITS[name.split(maxsplit=1)[0].rstrip(",")]]
    if count / imported < LEAST_ROWS_S:
        over.append("import")
    found = {name: round(ms, 2) for name, ms in asked.items()}
    print(json.dumps({
        "dossiers": count, "import_rows_s": round(count / imported), "import_ratio": round(yardstick / imported, 3),
        "ms": found, "over_limit": over,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
