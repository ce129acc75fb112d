"""When a dossier turns overdue: never later than its source can know, and live at its very instant."""

from dataclasses import replace

import pytest

from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.domain.dossiers.counting.question import Question
from ioc.domain.dossiers.counting.summary import overall
from ioc.live.dossier_sources import watermarks
from tests.alerts.conftest import ms
from tests.alerts.rules.test_threshold import OVERDUE, Registry
from tests.domain.dossiers.events import event, tell

pytestmark = pytest.mark.slow


def counts(s) -> dict[str, int]:
    """Whatever is not 0 in the summary of this year so far."""
    now = s.clock.now_ms()
    question = Question(watermarks(s.world, {}, now), ms("2026-01-01 00:00"), now, now)
    with s.db.read() as conn:
        found = overall(conn, question)
    return {bucket.value: found[bucket] for bucket in Bucket if found[bucket]}


def at(s, text):
    s.clock.advance((ms(text) - s.clock.now_ms()) / 1000)


def write(s, code, ts, **said):
    tell(s.db, event(code, ms(ts), receiving_org="xm", **said), inventory=s.world.inventory)


@pytest.fixture
def nightly(stage):
    """A system that sends a file at night. Two dossiers of it are due on Friday at 09:00."""
    s = stage(OVERDUE)
    at(s, "2026-11-19 23:10")
    registry = Registry(s, first_seen=ms("2026-11-01 00:00"))
    for code in ("done-at-0830", "forgotten"):
        write(s, code, "2026-11-16 08:00", received_at=ms("2026-11-16 08:00"), due_at=ms("2026-11-20 09:00"))
    s.hear(registry.system, as_of=ms("2026-11-19 23:00"), complete=True)
    return s, registry.system


def test_a_nightly_system_read_in_the_morning_invents_no_overdue_dossier(nightly):
    s, _ = nightly
    s.until("2026-11-20 10:00", step=300)
    assert counts(s) == {"received": 2, "due_unconfirmed": 2}
    assert s.alerts == []


def test_its_next_file_moves_what_was_done_in_time_without_a_message(nightly):
    s, system = nightly
    s.until("2026-11-20 23:10", step=300)
    assert s.alerts == []
    write(s, "done-at-0830", "2026-11-20 08:30", status=9, finished_at=ms("2026-11-20 08:30"))
    write(s, "forgotten", "2026-11-20 08:40", status=9, finished_at=ms("2026-11-20 08:40"))
    s.hear(system, as_of=ms("2026-11-20 23:00"), complete=True)
    s.run(600, 5)
    assert counts(s) == {"received": 2, "must_resolve": 2, "resolved_on_time": 2}
    assert s.alerts == []
    assert s.pocket.messages == []


def test_what_the_next_file_does_not_finish_is_overdue_and_told_once(nightly):
    s, system = nightly
    s.until("2026-11-20 23:10", step=300)
    write(s, "done-at-0830", "2026-11-20 08:30", status=9, finished_at=ms("2026-11-20 08:30"))
    s.hear(system, as_of=ms("2026-11-20 23:00"), complete=True)
    s.run(600, 5)
    assert counts(s) == {"received": 2, "must_resolve": 2, "resolved_on_time": 1, "open_overdue": 1}
    (alert,) = s.alerts
    assert (alert.org, alert.since, alert.params["new"]) == ("xm", ms("2026-11-20 09:00"), 1)
    assert len(s.pocket.messages) == 1


@pytest.fixture
def live(stage):
    """A system that speaks each minute, with a dossier due at 10:00."""
    s = stage(OVERDUE)
    at(s, "2026-11-20 09:58")
    registry = Registry(s, first_seen=ms("2026-11-01 00:00"))
    source = s.world.inventory.sources[registry.system]
    s.world.inventory.sources[registry.system] = replace(source, interval_s=60)
    write(s, "d-1", "2026-11-16 08:00", received_at=ms("2026-11-16 08:00"), due_at=ms("2026-11-20 10:00"))
    return s, registry.system


def test_a_live_system_turns_overdue_at_its_instant(live):
    s, system = live
    s.until("2026-11-20 10:00", step=10, each=lambda: s.hear(system, complete=True))
    assert counts(s) == {"received": 1, "open_in_term": 1, "near_due": 1}, "not before, nor at the instant itself"
    assert s.alerts == []
    s.clock.advance(0.001)
    assert counts(s) == {"received": 1, "must_resolve": 1, "open_overdue": 1}
    s.run(15, 5, lambda: s.hear(system, complete=True))
    (alert,) = s.alerts
    assert (str(alert.state), alert.since) == ("firing", ms("2026-11-20 10:00"))


def test_a_live_system_that_falls_silent_makes_nothing_overdue_until_it_is_back(live):
    s, system = live
    s.hear(system, complete=True)
    s.until("2026-11-20 11:00", step=30)
    assert counts(s) == {"received": 1, "due_unconfirmed": 1}
    assert s.alerts == []
    s.hear(system, complete=True)
    assert counts(s) == {"received": 1, "must_resolve": 1, "open_overdue": 1}
    s.run(15, 5, lambda: s.hear(system, complete=True))
    assert s.states == ["firing"]


def test_what_a_system_still_tells_of_its_past_is_waited_for(live):
    """It comes back from a weekend with the day's events first: what is due meanwhile may have been done long ago."""
    s, system = live
    s.until("2026-11-20 09:59", step=10)
    s.hear(system, complete=False)
    s.until("2026-11-20 10:04", step=10, each=lambda: s.hear(system))
    assert counts(s) == {"received": 1, "must_resolve": 1, "open_overdue": 1}
    assert s.alerts == []
    write(s, "d-1", "2026-11-18 09:00", status=9, finished_at=ms("2026-11-18 09:00"))
    s.hear(system, complete=True)
    s.run(60, 5, lambda: s.hear(system))
    assert s.alerts == []


def test_what_its_past_does_not_explain_is_overdue_once_it_is_told(live):
    s, system = live
    s.hear(system, complete=False)
    s.until("2026-11-20 10:04", step=10, each=lambda: s.hear(system))
    assert s.alerts == []
    s.hear(system, complete=True)
    s.run(10, 5, lambda: s.hear(system))
    (alert,) = s.alerts
    assert (str(alert.state), alert.since) == ("firing", ms("2026-11-20 10:00"))


def test_an_open_alert_stays_while_a_past_is_told_and_ends_when_it_is_over(live):
    s, system = live
    s.until("2026-11-20 10:02", step=10, each=lambda: s.hear(system, complete=True))
    assert s.states == ["firing"]
    s.hear(system, complete=False)
    s.run(60, 5, lambda: s.hear(system))
    assert s.states == ["firing"]
    write(s, "d-1", "2026-11-20 10:01", status=9, finished_at=ms("2026-11-20 10:01"))
    s.run(10, 5, lambda: s.hear(system))
    assert s.states == ["resolved_unseen"]


def test_who_never_comes_to_an_end_holds_nothing_back_for_ever(live):
    s, system = live
    s.hear(system, complete=False)
    s.until("2026-11-20 11:00", step=30, each=lambda: s.hear(system))
    assert s.states == ["firing"]
