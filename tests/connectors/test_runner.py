"""The runner: who is due when, what is published of a look, and who holds which connector."""

import asyncio
import json
import statistics
import subprocess
import sys
import threading
import time
from itertools import pairwise

import pytest

from connectors.runner.contract import Seen
from connectors.runner.leases import TTL_S, Leases
from connectors.runner.power import Power
from connectors.runner.runner import Runner
from connectors.runner.schedule import Timetable
from connectors.runner.telling import Teller
from ioc.core.errors import IocError
from tests.clock import FakeClock
from tests.connectors.probing import connector, connectors, problems
from tests.databases import empty_records
from tests.live.worlds import kinds

PORT = {"host": "127.0.0.1", "port": 1}
FAILED = Seen("timeout")


# --- configuration ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({**PORT, "port": 70_000}, "connector[0].port: 70000"),
        ({"host": "127.0.0.1"}, "connector[0].port: missing"),
        ({**PORT, "colour": "red"}, "connector[0].colour: unknown key; allowed: greeting, host, port"),
        ({**PORT, "kind": "telepathy"}, "connector[0].kind: 'telepathy'; allowed: certificate, "),
        ({**PORT, "publish": "hg/service"}, "connector[0].publish: 'hg/service'"),
        ({**PORT, "publish": "hg/queue/k1"}, "a tcp connector publishes ORG/link/SOURCE or ORG/service/SOURCE"),
        ({**PORT, "every_s": 5, "timeout_s": 6}, "connector[0]: timeout_s 6.0 must not be longer than every_s 5.0"),
        ({**PORT, "belongs_to": "nobody"}, "connector[0].belongs_to: 'nobody'"),
        ({"kind": "http", "url": "portal.example.vn"}, "connector[0].url: 'portal.example.vn'"),
        ({"kind": "http", "url": "http://a/", "pattern": "("}, "connector[0]: pattern '(': missing )"),
    ],
)
def test_a_wrong_option_is_named_with_what_is_allowed(keys, words):
    assert words in problems(**keys)


def test_reading_the_configuration_imports_no_library_of_a_protocol():
    dear = ("httpx2", "icmplib", "dns", "pysnmp", "psycopg", "cryptography", "defusedxml")
    code = (
        f"from ioc import bootstrap; bootstrap.option_types(); import sys; print([*{{*{dear}}} & sys.modules.keys()])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_targets_of_one_table_share_its_keys():
    targets = [
        {"name": "a", "publish": "hg.dong-van/link/cap", "host": "10.0.0.1"},
        {"name": "b", "publish": "hg.meo-vac/link/cap", "host": "10.0.0.2", "every_s": 60},
    ]
    a, b = connectors({"kind": "ping", "every_s": 20, "belongs_to": "carrier", "targets": targets})
    assert (a.name, a.publish, a.every_s, a.belongs_to, a.options.host) == (
        "a", "hg.dong-van/link/cap", 20, "carrier", "10.0.0.1",
    )  # fmt: skip
    assert (b.every_s, b.options.host) == (60, "10.0.0.2")
    wrong = [targets[0], {**targets[1], "hots": "10.0.0.2"}]
    with pytest.raises(IocError, match=r"connector\[0\]\.targets\[1\]\.hots: unknown key"):
        connectors({"kind": "ping", "targets": wrong})
    with pytest.raises(IocError, match=r"connector\[0\]\.targets: unknown key"):
        connectors({"kind": "ping", "targets": "all", **targets[0]})


def test_two_of_one_name_are_refused():
    one = {"name": "x", "kind": "tcp", "publish": "hg/service/x", **PORT}
    with pytest.raises(IocError, match=r"connector\.name: 'x' stands twice"):
        connectors(one, one)
    with pytest.raises(IocError, match=r"connector\.publish: 'hg/service/x' stands twice"):
        connectors(one, {**one, "name": "y"})


# --- what is published ------------------------------------------------------------------------------------------------


def test_a_service_and_a_line_say_the_same_look_in_their_own_words():
    seen = Seen(None, 12.5, {"http_status": 200})
    service = Teller(connector("tcp", **PORT)).tell(seen, 1_000, on_battery=False)
    assert service == {
        "ts": 1_000, "up": True, "http_status": 200, "failures": 0, "latency_ms": 12.5, "error": None, "cause": None,
    }  # fmt: skip
    line = Teller(connector("tcp", publish="hg/link/x", **PORT)).tell(seen, 1_000, on_battery=False)
    assert (line["rtt_ms"], line["loss_pct"]) == (12.5, 0)


def test_it_is_down_after_so_many_failures_in_a_row_and_up_after_one_success():
    teller = Teller(connector("tcp", down_after=3, belongs_to="carrier", **PORT))
    told = [teller.tell(seen, 0, on_battery=False) for seen in (FAILED, FAILED, FAILED, FAILED, Seen(), FAILED)]
    assert [state["up"] for state in told] == [True, True, False, False, True, True]
    assert [state["failures"] for state in told] == [1, 2, 3, 4, 0, 1]
    assert [state["cause"] for state in told] == [None, None, "carrier", "carrier", None, None]
    assert [state["error"] for state in told] == ["timeout"] * 4 + [None, "timeout"]


def test_a_line_that_is_down_has_lost_everything():
    state = Teller(connector("tcp", publish="hg/link/x", **PORT)).tell(FAILED, 0, on_battery=False)
    assert (state["up"], state["loss_pct"], "rtt_ms" in state) == (False, 100, False)


@pytest.mark.parametrize("kind", ["link", "service"])
def test_every_word_published_is_one_the_kind_knows(kind):
    told = Teller(connector("tcp", publish=f"hg/{kind}/x", **PORT)).tell(FAILED, 0, on_battery=True)
    spec = kinds()[kind]
    assert {name for name, value in told.items() if isinstance(value, str)} <= set(spec.words)


def test_a_ups_on_battery_is_the_cause_until_it_says_otherwise():
    power = Power(["hg/service/ups"])
    (topic, hear), *_ = power.subscriptions().items()
    teller = Teller(connector("tcp", belongs_to="carrier", ups="hg/service/ups", **PORT))

    def cause() -> object:
        return teller.tell(FAILED, 0, on_battery=power.on_battery("hg/service/ups"))["cause"]

    assert topic == "ioc/v1/hg/service/ups/state"
    assert cause() == "carrier"
    hear(topic, b'{"up": true, "on_battery": true}', False)
    assert cause() == "electricity"
    for silent in (b'{"up": false}', b"no json", b"[]", b'{"on_battery": "maybe"}'):
        hear(topic, silent, False)
        assert cause() == "electricity"
    hear(topic, b'[{"on_battery": true}, {"on_battery": 0}]', False)
    assert cause() == "carrier"


# --- when -------------------------------------------------------------------------------------------------------------


def test_targets_are_spread_over_their_period_and_keep_it():
    firsts = []
    for n in range(2_000):
        timetable = Timetable(f"target-{n}", 30.0, began=100.0)
        assert 100 <= timetable.first() < 110, "something is known soon after a start"
        due = [timetable.next(100.0)]
        for _ in range(5):
            due.append(timetable.next(due[-1] + 0.5))
        gaps = [later - earlier for earlier, later in pairwise(due)]
        assert all(27 <= gap <= 33 for gap in gaps)
        firsts.append(due[0] - 100)
    per_second = [sum(second <= due % 30 < second + 1 for due in firsts) for second in range(30)]
    assert max(per_second) < 2 * statistics.mean(per_second)


def test_a_target_that_always_takes_its_whole_period_is_asked_every_period():
    timetable = Timetable("slow", 10.0, began=0.0)
    due = timetable.first()
    turns = []
    for _ in range(20):
        turns.append(due)
        due = max(timetable.next(due + 10.0), due + 10.0)
    assert turns[-1] - turns[0] <= 10.0 * 19 + 1.0


def test_a_first_look_that_takes_long_makes_no_second_one_late():
    for n in range(200):
        timetable = Timetable(f"target-{n}", 15.0, began=0.0)
        ended = timetable.first() + 10.0
        assert timetable.next(ended) >= ended - 1.5


def test_turns_missed_while_the_machine_slept_are_not_made_up_for():
    timetable = Timetable("x", 30.0, began=0.0)
    timetable.first()
    assert timetable.next(0.0) < 33
    after = timetable.next(86_400.0)
    assert 86_370 <= after <= 86_433
    assert timetable.next(after) >= after + 27


class Scripted:
    """Looks that answer at once, break, or never end."""

    def __init__(self):
        self.kind, self.Options = "tcp", None
        self.begun = {}

    async def look(self, options, _gear):
        self.begun.setdefault(options.host, []).append(time.monotonic())
        if options.host == "hole":
            await asyncio.sleep(3_600)
        if options.host == "broken":
            raise ZeroDivisionError
        return Seen(took_ms=1.0)


def run_for(seconds, wanted, holds=lambda _name: True, probe=None, own_fault=10.0):
    probe, told = probe or Scripted(), []

    def publish(topic, payload, *, retain):
        assert not retain
        told.append((topic, json.loads(payload)))

    runner = Runner(wanted, {"tcp": probe}, publish, FakeClock(), holds, lambda _ups: False, own_fault=own_fault)

    async def main():
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(seconds, stop.set)
        await runner.run(stop)

    asyncio.run(main())
    return probe, told, runner.figures


def test_black_holes_and_broken_probes_delay_nobody(caplog):
    def one(host, n):
        keys = {"host": host, "port": 1, "every_s": 1, "timeout_s": 0.9}
        return connector("tcp", name=f"{host}-{n}", publish=f"hg/service/{host}-{n}", **keys)

    all_of_them = [one("hole", n) for n in range(50)] + [one(f"well-{n}", n) for n in range(50)] + [one("broken", 1)]
    probe, told, figures = run_for(2.5, all_of_them)
    assert all(len(probe.begun[f"well-{n}"]) >= 2 for n in range(50))
    assert figures.worst() < 0.5
    states = {topic: state for topic, state in told}
    assert states["ioc/v1/hg/service/well-0-0/state"]["up"] is True
    assert states["ioc/v1/hg/service/hole-0/state"]["error"] == "timeout"
    assert states["ioc/v1/hg/service/broken-1/state"]["error"] == "probe failed: ZeroDivisionError"
    assert states["ioc/v1/hg/service/broken-1/state"]["failures"] >= 2
    assert "connector broken-1: its look failed" in caplog.text


def test_a_process_that_was_starved_accuses_nobody():
    class Blocked(Scripted):
        async def look(self, options, gear):
            if options.host == "hog":
                time.sleep(0.8)  # what a machine without processor time does to all of us
                return Seen()
            return await super().look(options, gear)

    def one(host):
        return connector("tcp", name=host, publish=f"hg/service/{host}", host=host, port=1, every_s=1, timeout_s=0.9)

    starved, told, figures = run_for(3.0, [one("hog"), one("hole")], probe=Blocked(), own_fault=0.25)
    assert "hole" in starved.begun
    assert figures.discarded >= 1
    assert not any(state["error"] for _topic, state in told)
    _probe, told, figures = run_for(3.0, [one("hole")])
    assert figures.discarded == 0
    assert {state["error"] for _topic, state in told} == {"timeout"}


def test_what_another_process_holds_is_left_to_it():
    mine = connector("tcp", name="mine", host="a", port=1, every_s=1)
    theirs = connector("tcp", name="theirs", host="b", port=1, every_s=1)
    probe, _told, _figures = run_for(1.2, [mine, theirs], holds=lambda name: name == "mine")
    assert set(probe.begun) == {"a"}


# --- leases -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def db(tmp_path):
    database = empty_records(tmp_path / "ioc.sqlite")
    yield database
    database.close()


def test_a_connector_has_one_holder_and_is_taken_over_when_that_falls_silent(db):
    clock = FakeClock()
    names = [f"c{n}" for n in range(1_200)]
    first, second = Leases(db, names, "a:1", clock), Leases(db, names, "b:2", clock)
    first.keep()
    second.keep()
    assert (len(first), len(second)) == (1_200, 0)
    clock.advance(TTL_S - 1)
    first.keep()
    clock.advance(TTL_S - 1)
    second.keep()
    assert len(second) == 0
    clock.advance(2)
    second.keep()
    assert second.holds("c7")
    first.keep()
    assert not first.holds("c7"), "it slept through its lease"


def test_what_is_released_need_not_be_waited_for(db):
    clock = FakeClock()
    first, second = Leases(db, ["c"], "a:1", clock), Leases(db, ["c", "d"], "b:2", clock)
    first.keep()
    second.keep()
    assert (second.holds("c"), second.holds("d")) == (False, True)
    first.release()
    second.keep()
    assert second.holds("c")


def test_processes_that_start_together_share_nothing(db):
    clock = FakeClock()
    all_leases = [Leases(db, ["a", "b", "c"], f"h:{n}", clock) for n in range(4)]
    threads = [threading.Thread(target=leases.keep) for leases in all_leases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(leases) for leases in all_leases) == 3


def test_while_the_database_is_away_looks_go_on(db, caplog):
    leases = Leases(db, ["c"], "a:1", FakeClock())
    leases.keep()
    with db.write() as conn:
        conn.exec_driver_sql("DROP TABLE lease")
    leases.keep()
    assert leases.holds("c")
    assert "were not prolonged" in caplog.text
