"""Counts, buckets and single records agree, whatever came in whatever order."""

import random
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from ioc.config.settings import Dossiers
from ioc.core.share import Share
from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.domain.dossiers.counting.counters import DossierCounter
from ioc.domain.dossiers.counting.question import Question, Side
from ioc.domain.dossiers.counting.summary import by_org, overall
from ioc.domain.dossiers.reporting import listing
from ioc.domain.dossiers.reporting.view import DossierReader, DueState
from ioc.domain.inventory.records import load
from ioc.messages.events import DossierEvent
from ioc.platform.db import Database
from ioc.platform.db.tables import dossier, dossier_pause, dossier_tally, org, source
from tests.databases import empty_records
from tests.domain.dossiers.events import event, tell
from tests.live.worlds import ORGS, kinds

pytestmark = pytest.mark.slow
TZ = ZoneInfo("Asia/Ho_Chi_Minh")
HOUR, DAY = 3_600_000, 86_400_000
SYSTEMS = (1, 2)
COMMUNES = tuple(o.code for o in ORGS)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=TZ).timestamp() * 1000)


@pytest.fixture
def db(tmp_path: Path):
    yield from database(tmp_path / "ioc.sqlite")


def database(path: Path):
    made = empty_records(path)
    fill(made)
    yield made
    made.close()


def fill(made: Database) -> None:
    with made.write() as conn:
        rows = [{"code": o.code, "name": o.name, "kind": o.kind, "parent": o.parent} for o in ORGS]
        conn.execute(sa.insert(org), rows)
        for number in SYSTEMS:
            row = {"id": number, "org": "hg", "kind": "dossier", "source": f"s{number}", "status": "active"}
            conn.execute(sa.insert(source).values(**row))


def life(dice: random.Random, number: int) -> list[DossierEvent]:
    """The events of one dossier; some bring papers late, some end before they begin, some say next to nothing."""
    code = f"H22-{number:05d}"
    start = at("2026-01-05T08:00") + dice.randrange(0, 90 * DAY, 60_000)
    later = [start + dice.randrange(0, 30 * DAY, 60_000) for _ in range(6)]
    events = [event(code, start, status=dice.choice((1, 2, 2, 2)), submission=dice.choice(("online", "direct")))]
    if dice.random() < 0.9:
        events[0].fields["received_at"] = start
    if dice.random() < 0.3:
        events[0].fields["submitted_at"] = start - dice.randrange(0, 5 * DAY, 60_000)
    if dice.random() < 0.6:
        events.append(event(code, start + 1, due_at=start + dice.randrange(0, 25 * DAY, 60_000)))
    if dice.random() < 0.6:
        events.append(event(code, start + 2, term={"value": dice.randrange(1, 15), "unit": "working_day"}))
    events.append(event(code, start + 3, receiving_org=dice.choice(COMMUNES), handling_org=dice.choice(COMMUNES)))
    for _ in range(dice.choice((0, 0, 1, 1, 2))):
        asked = dice.choice(later)
        events.append(event(code, asked, supplement_requested_at=asked, status=5))
        if dice.random() < 0.7:
            events.append(event(code, asked + 5 * HOUR, supplement_received_at=asked + 5 * HOUR, status=4))
    if dice.random() < 0.6:
        ended = dice.choice(later)
        events.append(event(code, ended, status=dice.choice((9, 9, 9, 8, 3, 7)), finished_at=ended))
    return events


def tell_all(db: Database, lives: list[list[DossierEvent]], dice: random.Random) -> None:
    """Shuffled, some doubled, in batches of any size."""
    events = [(n % 2 + 1, one) for n, life in enumerate(lives) for one in life]
    events += dice.sample(events, len(events) // 5)
    dice.shuffle(events)
    cuts = sorted({0, len(events), *(dice.randrange(len(events)) for _ in range(8))})
    with db.read() as conn:
        inventory = load(conn, "2026-11-21", kinds())
    for start, end in pairwise(cuts):
        for number in SYSTEMS:
            mine = [one for system, one in events[start:end] if system == number]
            if mine:
                tell(db, *mine, source_id=number, inventory=inventory, now=1)


def question(start: str, end: str, **changed) -> Question:
    found = Question(dict.fromkeys(SYSTEMS, at(end)), at(start), at(end), at(end))
    return replace(found, **changed)


PERIODS = [
    ("2026-01-01T00:00", "2026-04-30T00:00"),
    ("2026-02-01T00:00", "2026-02-28T15:20"),
    ("2026-02-03T09:30", "2026-03-17T11:45"),
    ("2026-03-30T00:00", "2026-03-30T00:00"),
    ("2025-01-01T00:00", "2026-01-01T00:00"),
]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory):
    for made in database(tmp_path_factory.mktemp("told") / "ioc.sqlite"):
        dice = random.Random(7)
        tell_all(made, [life(dice, n) for n in range(400)], dice)
        yield made


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("orgs", [None, frozenset(COMMUNES[1:3])], ids=["all", "some"])
@pytest.mark.parametrize("lag_days", [0, 3, 40])
def test_every_count_is_the_length_of_its_bucket(told: Database, side, period, orgs, lag_days) -> None:
    asked = question(*period, orgs=orgs, side=side)
    asked = question(*period, orgs=orgs, side=side, watermarks={1: asked.at, 2: asked.at - lag_days * DAY})
    with told.read() as conn:
        counts = overall(conn, asked)
        lists = {bucket: listing.page(conn, listing.Filter(asked, bucket), 0, 1_000) for bucket in Bucket}
    assert {bucket: counts[bucket] for bucket in Bucket} == {bucket: total for bucket, (_, total) in lists.items()}
    for rows, total in lists.values():
        assert len({(row["source_id"], row["code"]) for row in rows}) == total


@pytest.mark.parametrize("period", PERIODS)
def test_what_came_in_and_was_carried_over_is_what_was_resolved_and_is_open(told: Database, period) -> None:
    with told.read() as conn:
        n = overall(conn, question(*period))
    resolved = (Bucket.RESOLVED_EARLY, Bucket.RESOLVED_ON_TIME, Bucket.RESOLVED_LATE, Bucket.RESOLVED_UNDATED)
    still_open = (Bucket.OPEN_IN_TERM, Bucket.OPEN_OVERDUE, Bucket.DUE_UNCONFIRMED)
    assert n[Bucket.RECEIVED] + n[Bucket.CARRIED_OVER] == sum(n[bucket] for bucket in (*resolved, *still_open))


def test_a_single_record_says_what_the_bucket_says(told: Database) -> None:
    now = at("2026-03-10T10:00")
    watermarks = {1: now, 2: now - 5 * DAY}
    asked = Question(watermarks, 0, now, now)
    with told.read() as conn:
        reader = DossierReader(load(conn, "2026-11-21", kinds()), Dossiers(), watermarks, now)
        by_state = {
            state: listing.page(conn, listing.Filter(asked, Bucket(state)), 0, 1_000)[0]
            for state in (DueState.OPEN_IN_TERM, DueState.OPEN_OVERDUE, DueState.DUE_UNCONFIRMED)
        }
    for state, rows in by_state.items():
        still = [row for row in rows if row["ended_at"] is None]
        assert still
        assert {reader.due_state(row) for row in still} == {state}


@pytest.mark.parametrize("seed", range(3))
def test_the_same_events_shuffled_and_doubled_make_the_same_rows_and_tallies(tmp_path: Path, seed: int) -> None:
    lives = [life(random.Random(99), n) for n in range(60)]
    found = []
    for name in ("one", f"other-{seed}"):
        for made in database(tmp_path / f"{name}.sqlite"):
            tell_all(made, lives, random.Random(name))
            with made.read() as conn:
                tables = [sa.select(dossier), sa.select(dossier_pause), _tallies()]
                found.append([sorted(map(tuple, conn.execute(rows))) for rows in map(_ordered, tables)])
    assert found[0][0]
    assert found[0] == found[1]


def _tallies() -> sa.Select:
    """What came and went again leaves a row of zeros behind."""
    columns = [dossier_tally.c[counter] for counter in DossierCounter]
    return sa.select(dossier_tally).where(sa.or_(*(column != 0 for column in columns)))


def _ordered(rows: sa.Select) -> sa.Select:
    return rows.with_only_columns(
        *(sa.func.coalesce(column, "").label(column.name) for column in rows.selected_columns)
    )


def test_half_a_hundredth_is_rounded_up_and_of_nothing_there_is_no_share() -> None:
    assert Share(1, 8).pct == 12.5
    assert Share(1, 3).pct == 33.33
    assert Share(2, 3).pct == 66.67
    assert Share(10_001, 20_000).pct == 50.01  # 50.005
    assert Share(0, 5).pct == 0
    assert Share(0, 0).pct is None


def test_the_period_of_a_quiet_office_is_all_zeros(db: Database) -> None:
    with db.read() as conn:
        counts = overall(conn, question("2026-01-01T00:00", "2026-02-01T00:00"))
    assert {bucket: counts[bucket] for bucket in Bucket} == dict.fromkeys(Bucket, 0)
    assert {share.pct for share in counts.pct().values()} == {None}


def test_dossiers_of_a_source_that_does_not_count_are_in_no_figure(db: Database) -> None:
    tell(db, event("a", at("2026-01-05T08:00"), received_at=at("2026-01-05T08:00")), source_id=2)
    asked = question("2026-01-01T00:00", "2026-02-01T00:00")
    with db.read() as conn:
        assert overall(conn, asked)[Bucket.RECEIVED] == 1
        alone = Question({1: asked.at}, asked.start, asked.end, asked.at)
        assert by_org(conn, alone) == {}
        assert listing.page(conn, listing.Filter(alone, Bucket.RECEIVED), 0, 10) == ([], 0)


@pytest.mark.parametrize(("part", "codes"), [
    ("h22-0000", {"H22-00001", "H22-00007"}), ("0007", {"H22-00007"}), ("22_", set()), ("%", {"H22%9"}), ("Đ", {"Đ-3"}),
])  # fmt: skip
def test_a_dossier_is_found_by_a_part_of_its_code(db: Database, part: str, codes: set[str]) -> None:
    start = at("2026-01-05T08:00")
    tell(db, *(event(code, start, status=2, receiving_org="hg") for code in ("H22-00001", "H22-00007", "H22%9", "Đ-3")))
    with db.read() as conn:
        asked = listing.Filter(question("2026-01-01T00:00", "2026-02-01T00:00"), q=part)
        rows, total = listing.page(conn, asked, 0, 10)
        first, of = listing.page(conn, asked, 0, 1)
        beyond, still = listing.page(conn, asked, 10, 10)
    assert ({row["code"] for row in rows}, total) == (codes, len(codes))
    assert (len(first), of) == (min(1, len(codes)), len(codes))
    assert (beyond, still) == ([], len(codes))
