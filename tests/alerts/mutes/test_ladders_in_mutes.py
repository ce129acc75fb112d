"""A mute covers every later step of a ladder and every reminder; the ladder goes on where it stood."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.model import AlertState, NotificationType
from ioc.core.errors import IocError
from tests.alerts.acts import act
from tests.alerts.mutes.test_mute_properties import MATCHES, PATHS, UNHURRIED, check_muted
from tests.alerts.mutes.test_mute_properties import told as played

ROUTES = """
[alerts]
startup_grace_s = 0
[[channel]]
name = "mail"
kind = "pocket"
[[receiver]]
name = "truc-ban"
email = ["truc@example.vn"]
[[receiver]]
name = "lanh-dao"
email = ["lanh-dao@example.vn"]
[[escalation]]
name = "su-co"
repeat_min = 3
steps = [
  { after_min = 0, receivers = ["truc-ban"], channels = ["mail"] },
  { after_min = 4, receivers = ["lanh-dao"], channels = ["mail"], keep = true },
]
[[route]]
escalation = "su-co"
"""
XM, MV = PATHS
SECOND_STEP_S = 240.0
HOLD_S = 10.0
SLACK_S = 100.0  # ticks that lie apart, at each edge of a mute, and the wait of a group
TOLD = (NotificationType.FIRING, NotificationType.REMINDER)
EVENT = st.one_of(
    st.tuples(st.just("down"), st.sampled_from(PATHS)),
    st.tuples(st.just("silence"), st.sampled_from(MATCHES), st.integers(0, 2), st.integers(1, 6)),
    st.tuples(st.just("end"), st.integers(0, 4)),
    st.tuples(st.just("restart")),
)
EVENTS = st.lists(st.tuples(st.sampled_from([4, 40, 150]), EVENT), min_size=2, max_size=5)


def story(*events, until=1):
    """One that begins with a source that goes down."""
    return played([(4, ("down", XM)), *events], every=45, until=until, base=ROUTES)


def all_told(story, path):
    return [at for who in ("truc-ban", "lanh-dao") for what in TOLD for at in story.told(path, what, who)]


@settings(UNHURRIED, max_examples=4)
@given(EVENTS)
def test_no_step_inside_a_mute_and_none_left_out_because_of_one(events):
    with story(*events, until=600) as told:
        for path in PATHS:
            check_muted(told, path, *all_told(told, path))
            for since, _ in told.down[path]:
                second = told.told(path, NotificationType.FIRING, "lanh-dao")
                loud = sum(b - a for a, b in told.loud(path, since + HOLD_S, told.now))
                assert second or loud < SECOND_STEP_S + SLACK_S, f"{path}: loud for {loud} s and no second step"
                if second:
                    before = sum(b - a for a, b in told.loud(path, since + HOLD_S, second[0]))
                    assert before >= SECOND_STEP_S - SLACK_S, f"{path}: the second step after {before} s"


def taken(told):
    with told.stage.db.read() as conn:
        ids = [row.id for row in conn.exec_driver_sql("select id from alert where open")]
    act(told.stage.db, "acknowledge", *ids, now=told.stage.clock.now_ms())


def test_a_kept_step_of_what_somebody_has_waits_for_the_end_of_the_mute():
    with story((60, ("restart",))) as told:
        taken(told)
        told.wait(1)
        told.play(("silence", {"org": "xm"}, 0, 10))
        told.wait(590, every=30)
        assert told.told(XM, NotificationType.FIRING, "lanh-dao") == []
        assert told.stage.alerts[0].state is AlertState.SUPPRESSED
        told.wait(240, every=30)
        assert told.stage.alerts[0].state is AlertState.ACKNOWLEDGED
        assert len(told.told(XM, NotificationType.FIRING, "lanh-dao")) == 1
        assert len(told.told(XM, NotificationType.FIRING)) == 1


def test_an_acknowledgement_that_runs_out_inside_is_loud_at_the_end_one_level_up():
    with story((60, ("restart",))) as told:
        taken(told)
        told.play(("silence", {"org": "xm"}, 0, 90))
        told.wait(80 * 60, every=600)
        assert [alert.state for alert in told.stage.alerts] == [AlertState.SUPPRESSED]
        assert len(all_told(told, XM)) == 1
        told.wait(11 * 60, every=60)
        alert = told.stage.alerts[0]
        assert (alert.state, alert.level) == (AlertState.FIRING, 1)
        assert len(all_told(told, XM)) > 1


def test_a_reminder_that_a_person_asked_for_is_not_sent_inside():
    with story((60, ("restart",))) as told:
        taken(told)
        told.play(("silence", {"org": "xm"}, 0, 10))
        told.wait(5)
        alert = told.stage.alerts[0]
        with pytest.raises(IocError, match="held back"):
            act(told.stage.db, "remind", alert.id, now=told.stage.clock.now_ms())
        told.wait(60)
        check_muted(told, XM, *all_told(told, XM))
