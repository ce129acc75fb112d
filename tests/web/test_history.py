"""A metric with the alerts of its time: the course of `trend`, and what was found wrong meanwhile."""

from typing import Any

from ioc.core.model import SourceKey
from tests.web.conftest import KIOSKS, NORTH, SATURDAY, SOUTH, Province, raise_alert
from web.sight import Moment
from web.subject import Request, subject

HOUR = 3_600_000


def shown(province: Province, **options: Any) -> dict[str, Any]:
    site = province.site
    wanted = subject(site.widgets, Request("w", "history", options), site.orgs.scope(None), "hg")
    look = Moment(site.world, site.facts.value, site.clock.now_ms())
    return wanted.snapshot(look, site.loaded(wanted, look))


def test_alerts_of_the_time_are_drawn_the_earliest_first(province: Province) -> None:
    now = raise_alert(province, KIOSKS[NORTH], since=SATURDAY - HOUR)
    over = raise_alert(
        province, KIOSKS[SOUTH], state="resolved", open=False, severity="warning", since=SATURDAY - 9 * HOUR,
        ended_at=SATURDAY - 8 * HOUR, title="alert.silent",
    )  # fmt: skip
    raise_alert(province, SourceKey(SOUTH, "vc", "cau-2"), fingerprint="other kind")
    raise_alert(province, KIOSKS[SOUTH], fingerprint="held", state="pending", fired_at=None)
    raise_alert(
        province, KIOSKS[SOUTH], fingerprint="before", state="resolved", open=False, since=SATURDAY - 60 * HOUR,
        ended_at=SATURDAY - 50 * HOUR,
    )  # fmt: skip
    found = shown(province)
    assert [one["id"] for one in found["alerts"]] == [over, now]
    assert (found["alerts_total"], found["sources"]) == (2, 2)
    assert found["alerts"][0] | {"title": 0, "source_name": 0} == {
        "id": over, "severity": "warning", "open": False, "since": SATURDAY - 9 * HOUR, "until": SATURDAY - 8 * HOUR,
        "org_name": "Huyện Bắc Quang", "parent_name": None, "source_name": 0, "title": 0, "owner": None,
    }  # fmt: skip
    assert len(shown(province, span="7d")["alerts"]) == 3


def test_of_one_source_only_its_own_are_drawn_with_the_values_that_are_too_much(province: Province) -> None:
    for key in KIOSKS.values():
        raise_alert(province, key)
    province.say(KIOSKS[SOUTH], longest_wait_s=100)
    found = shown(province, source=str(KIOSKS[SOUTH]), metric="longest_wait_s")
    assert [one["org_name"] for one in found["alerts"]] == ["Huyện Bắc Quang"]
    metric = province.site.world.kinds["queue"].metrics["longest_wait_s"]
    assert found["limits"] == {"warning": metric.warning_above, "critical": metric.critical_above}
    assert shown(province)["limits"] == {}, "a sum of many has no such value"


def test_a_week_is_asked_in_no_more_steps_than_a_screen_has_room_for(province: Province) -> None:
    found = shown(province, span="7d")
    assert 100 <= len(found["points"]) <= 150
    assert found["points"][-1][0] - found["points"][0][0] >= 7 * 24 * HOUR - 2 * HOUR


def test_what_was_never_found_wrong_shows_a_course_alone(province: Province) -> None:
    found = shown(province)
    assert (found["alerts"], found["alerts_total"]) == ([], 0)
    assert found["metric"] == "waiting"
