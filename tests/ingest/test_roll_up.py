"""Dossier counts become readings: added up along the tree, through the one door, under sources of our own."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa

from alerts.model import Condition, View
from alerts.rules import threshold
from ioc.config.alerting import Rule
from ioc.core.model import SourceKey, SourceStatus
from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.domain.dossiers.counting.summary import Counts
from ioc.domain.dossiers.reporting import roll_up
from ioc.domain.inventory import OrgTree
from ioc.domain.inventory.records import load, set_status
from ioc.ingest.roll_up import RollUp
from ioc.platform.db.tables import source
from ioc.platform.meta import Fact, get
from tests.clock import FakeClock
from tests.domain.dossiers.counting.test_summary import DAY, HOUR, at
from tests.domain.dossiers.events import event, tell
from tests.ingest.test_records import Line
from tests.live.worlds import ORGS, kinds

NOW = at("2026-11-20T10:00")
PROVINCE, DISTRICT = (SourceKey(org, "feed", "ho-so") for org in ("hg", "hg.dong-van"))


@dataclass
class House:
    """Ingest's records with a bus that leads straight back into them, as the broker does."""

    line: Line
    clock: FakeClock
    sent: list[tuple[str, dict]] = field(default_factory=list)

    def publish(self, topic: str, payload: bytes, *, qos: int) -> None:
        assert qos == 1
        self.sent.append((topic, json.loads(payload)))

    def minute(self, orgs: tuple[str, ...] = ()) -> dict[str, dict[str, float]]:
        """One run of the job; the values it spoke, by topic."""
        self.clock.advance(60)
        self.sent.clear()
        RollUp(self.line.db, lambda: self.line.records.world, self.publish, self.clock, orgs).run()
        self.look()
        for topic, body in self.sent:
            self.line.take((topic, {**body, "ts": body["ts"]}))
        self.line.flush(self.clock.now_ms())
        return {topic: body["values"] for topic, body in self.sent}

    def look(self) -> None:
        with self.line.db.read() as conn:
            self.line.records.world.inventory = load(conn, "2026-11-20", kinds())
        self.line.decoder.use(self.line.records.world.inventory)

    def tell(self, code: str, org: str, due: int, **said: object) -> None:
        tell(self.line.db, event(code, NOW - 5 * DAY, receiving_org=org, received_at=NOW - 5 * DAY, due_at=due, **said))

    def rows(self) -> list[tuple[str, str, str, int, bool]]:
        t = source.c
        with self.line.db.read() as conn:
            rows = conn.execute(sa.select(t.org, t.name, t.status, t.interval_s, t.simulated).where(t.kind == "feed"))
            return sorted(map(tuple, rows))


@pytest.fixture
def house(tmp_path: Path) -> House:
    line = Line(tmp_path / "ioc.sqlite")
    with line.db.write() as conn:
        row = {"id": 1, "org": "hg", "kind": "dossier", "source": "mot-cua", "status": "active", "simulated": False}
        conn.execute(sa.insert(source).values(row))
    made = House(line, FakeClock(NOW))
    made.look()
    return made


def test_counts_add_up_along_the_tree_and_a_closed_org_counts_for_its_successor() -> None:
    one, two = Counts({Bucket.RECEIVED: 1}), Counts({Bucket.RECEIVED: 2})
    found = roll_up.rolled_up({"hg.dong-van": one, "hg.old": two, "hg": one}, OrgTree(ORGS, day="2026-11-20"))
    assert {org: n[Bucket.RECEIVED] for org, n in found.items()} == {"hg.dong-van": 3, "hg": 4}


def test_a_percentage_of_nothing_is_not_told() -> None:
    assert roll_up.metrics(Counts({Bucket.RECEIVED: 4, Bucket.RECEIVED_ONLINE: 1}))["pct_online"] == 25
    assert "pct_in_time" not in roll_up.metrics(Counts({Bucket.RECEIVED: 4}))
    assert set(roll_up.METRICS) >= set(roll_up.metrics(Counts()))


def test_orgs_with_dossiers_and_those_above_speak_each_minute(house: House) -> None:
    assert house.minute() == {}
    assert house.rows() == []
    house.tell("a", "hg.dong-van", NOW - HOUR)
    house.tell("b", "hg", NOW + 9 * DAY, finished_at=NOW - DAY, status=9)
    told = house.minute()
    assert set(told) == {"ioc/v1/hg/feed/ho-so/state", "ioc/v1/hg.dong-van/feed/ho-so/state"}
    whole = told["ioc/v1/hg/feed/ho-so/state"]
    assert (whole["received"], whole["open_overdue"], whole["resolved_early"], whole["pct_in_time"]) == (2, 1, 1, 50)
    assert house.rows() == [(org, "Tổng hợp hồ sơ", "active", 60, False) for org in ("hg", "hg.dong-van")]
    assert house.line.records.world.of(DISTRICT).metrics["open_overdue"] == (house.clock.now_ms(), 1)


def test_half_of_a_past_that_is_still_being_told_is_no_reading(house: House) -> None:
    house.tell("a", "hg.dong-van", NOW - HOUR)
    for complete, speakers in ((False, 0), (True, 2)):
        house.line.take(("ioc/v1/hg/dossier/mot-cua/state", {"ts": house.clock.now_ms(), "complete": complete}))
        assert len(house.minute()) == speakers


def test_the_second_minute_registers_nothing_and_what_was_retired_keeps_silent(house: House) -> None:
    house.tell("a", "hg.dong-van", NOW + DAY)
    house.minute()
    with house.line.db.read() as conn:
        revision = get(conn, Fact.INVENTORY_REV)
    assert len(house.minute()) == 2
    with house.line.db.write() as conn:
        assert get(conn, Fact.INVENTORY_REV) == revision
        set_status(house.line.db, conn, PROVINCE, SourceStatus.RETIRED)
    house.look()
    assert set(house.minute()) == {"ioc/v1/hg.dong-van/feed/ho-so/state"}
    assert set(house.minute(orgs=("hg",))) == set(), "another partition's org"


def test_what_comes_of_simulated_dossiers_says_so(house: House) -> None:
    with house.line.db.write() as conn:
        conn.execute(sa.update(source).values(simulated=True))
    house.look()
    house.tell("a", "hg", NOW + DAY)
    house.minute()
    assert [body["simulated"] for _, body in house.sent] == [True]
    assert house.rows()[0][-1] is True


def test_no_code_of_a_dossier_leaves_with_the_counts(house: House) -> None:
    house.tell("H22-SECRET-1", "hg", NOW + DAY)
    house.minute()
    assert "SECRET" not in json.dumps(house.sent)


def test_a_threshold_rule_works_on_the_counts(house: House) -> None:
    rule = Rule(
        id="in-time",
        kind="threshold",
        options=threshold.Options(
            on=threshold.MetricSelector(kind="feed", source="ho-so", metric="pct_in_time"), below=95.0
        ),
    )
    house.tell("a", "hg.dong-van", NOW - HOUR)
    house.tell("b", "hg", NOW + 9 * DAY, finished_at=NOW - DAY, status=9)

    def found() -> dict[SourceKey, Condition]:
        view = View(house.line.records.world, house.clock.now_ms(), None, house.line.db)
        return {one.subject: one.condition for one in threshold.evaluate(view, rule)}

    house.minute()
    assert found() == {PROVINCE: Condition.BAD, DISTRICT: Condition.BAD}
    house.clock.advance(121)
    assert found() == {PROVINCE: Condition.UNKNOWN, DISTRICT: Condition.UNKNOWN}, "nobody counted any more"
