"""Jobs keep running after a failure, beats tell late from dead, log lines stay one line of JSON."""

import json
import logging
import threading

from ioc.core.errors import Code, IocError
from ioc.platform.beat import LATE_MS, Beat, pulses
from ioc.platform.db import Database
from ioc.platform.jobs import Jobs
from ioc.platform.logs import JsonLines
from ioc.platform.observed import spans
from tests.clock import FakeClock


def test_a_failing_job_runs_again(caplog):
    ran, twice = [], threading.Event()

    def work():
        ran.append(1)
        if len(ran) == 2:
            twice.set()
        raise ValueError("broken")

    jobs = Jobs()
    jobs.every(0.05, "fragile", work)
    jobs.start()
    assert twice.wait(5)
    jobs.stop()
    assert "job fragile failed" in caplog.text
    count = len(ran)
    assert not threading.Event().wait(0.15)
    assert len(ran) == count, "no run starts after stop"


def test_a_job_that_says_what_is_wrong_is_one_line(caplog):
    ran = threading.Event()

    def work():
        ran.set()
        raise IocError(Code.STORE_UNAVAILABLE, "http://db:8086: not reached")

    jobs = Jobs()
    jobs.every(0.05, "roll-ups", work)
    jobs.start()
    assert ran.wait(5)
    jobs.stop()
    assert "job roll-ups: http://db:8086: not reached" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_slow_job_is_not_doubled():
    running, most, lock, seen = [], [], threading.Lock(), threading.Event()

    def work():
        with lock:
            running.append(1)
            most.append(len(running))
        threading.Event().wait(0.2)
        with lock:
            running.pop()
        if len(most) >= 3:
            seen.set()

    jobs = Jobs()
    jobs.every(0.05, "slow", work)
    jobs.start()
    assert seen.wait(5)
    jobs.stop()
    assert max(most) == 1


def test_a_beat_carries_what_was_said_and_grows_late(db: Database):
    clock = FakeClock()
    beat = Beat(db, "ingest", clock)
    beat.say(False, {"reason": "broker away"})
    beat.write()
    with db.read() as conn:
        (pulse,) = pulses(conn, clock.now_ms())
        assert (pulse.role, pulse.ok, pulse.alive, pulse.detail) == ("ingest", False, True, {"reason": "broker away"})
        clock.advance(LATE_MS / 1000 + 1)
        assert not pulses(conn, clock.now_ms())[0].alive


def test_a_beat_notes_how_long_its_role_has_heard(db: Database):
    clock = FakeClock()
    beat, began = Beat(db, "ingest", clock), clock.now_ms()
    for hears, seconds in ((False, 2), (True, 2), (True, 2), (False, 60), (True, 1)):
        beat.say(True, {}, hears=hears)
        beat.write()
        clock.advance(seconds)
    with db.read() as conn:
        found = spans(conn, "ingest", began, clock.now_ms())
    assert [(since - began, until - began) for since, until in found] == [(2_000, 4_000), (66_000, 66_000)]


def test_a_running_beat_writes_at_once(db: Database):
    beat = Beat(db, "web", FakeClock())
    beat.start()
    beat.stop()
    with db.read() as conn:
        assert [pulse.role for pulse in pulses(conn, FakeClock().now_ms())] == ["web"]


def test_a_beat_vouches_for_nothing_that_hangs(db: Database):
    beat = Beat(db, "alerts", FakeClock(), lives=lambda: False)
    beat.start()
    beat.stop()
    with db.read() as conn:
        assert pulses(conn, FakeClock().now_ms()) == []


def test_json_lines_are_one_line_with_the_error_in_it():
    broken = ValueError("two\nlines")
    trace = (ValueError, broken, None)
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "hồ sơ %s", ("7",), trace)
    text = JsonLines("ingest").format(record)
    assert "\n" not in text
    line = json.loads(text)
    assert (line["role"], line["level"], line["message"]) == ("ingest", "error", "hồ sơ 7")
    assert "ValueError: two" in line["error"]
