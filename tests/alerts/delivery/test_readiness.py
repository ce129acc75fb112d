"""Readiness: every org and severity has somebody who would be told now, or says what is in the way."""

import tomllib
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec import Struct

from alerts.delivery import readiness
from alerts.delivery.readiness import Obstacle
from ioc.config import read
from ioc.core.hours import Hours
from ioc.core.model import Severity, SourceKey, SourceStatus
from ioc.domain.inventory import Inventory, Org, OrgTree, Source


class NoOptions(Struct):
    """Of a channel that is never used."""


TZ = ZoneInfo("Asia/Ho_Chi_Minh")
ADDRESSES = {"sms": "phone", "mail": "email"}
PEOPLE = """
[[receiver]]
name = "lan"
phone = ["0912345678"]
[[receiver]]
name = "hung"
email = ["hung@example.vn"]
[[rota]]
name = "truc"
org = "hg"
shifts = [
  { days = "mon-sun", hours = "07:00-19:00", who = ["lan"] },
  { days = "mon-sun", hours = "19:00-07:00", who = ["hung"] },
]
"""
EVERYTHING = '[[route]]\norg = "hg"\nreceivers = ["truc"]\nchannels = ["sms", "mail"]\n'
ORGS = [Org("hg", "Hà Giang", "province"), Org("xm", "Xín Mần", "district", "hg")]


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=TZ).timestamp() * 1000)


def survey(config: str, at: str = "2026-11-20 09:00", failing: frozenset[str] = frozenset()):
    channels = '[[channel]]\nname = "sms"\nkind = "x"\n[[channel]]\nname = "mail"\nkind = "x"\n'
    table = {"data_dir": "d", **tomllib.loads(channels + config)}
    book = read.parse(table, {"rule": {}, "channel": {"x": NoOptions}}, {}).book
    inventory = Inventory(OrgTree(ORGS))
    key = SourceKey("xm", "vc", "cau-1")
    inventory.sources[key] = Source(1, key, "Điểm cầu", SourceStatus.ACTIVE, 60, Hours.parse("always"))
    found = readiness.survey(book, ADDRESSES, inventory, failing, ms(at))
    return {(each.org, each.severity): each for each in found.of(inventory.orgs.reach(None))}


def test_who_is_on_duty_is_reached_over_the_channel_that_has_an_address():
    by_day, by_night = survey(PEOPLE + EVERYTHING), survey(PEOPLE + EVERYTHING, "2026-11-20 21:00")
    for found, person in ((by_day, "lan"), (by_night, "hung")):
        (line,) = found["xm", Severity.CRITICAL].now
        assert (line.receiver, line.persons, line.obstacle) == ("truc", (person,), None)
        assert found["xm", Severity.CRITICAL].ready


def test_a_channel_that_fails_now_is_an_obstacle_to_those_who_have_no_other():
    found = survey(PEOPLE + EVERYTHING, failing=frozenset({"sms"}))["hg", Severity.CRITICAL]
    assert [line.obstacle for line in found.now] == [Obstacle.CHANNEL_FAILING]
    assert not found.ready
    assert survey(PEOPLE + EVERYTHING, "2026-11-20 21:00", frozenset({"sms"}))["hg", Severity.CRITICAL].ready


def test_no_route_for_a_kind_is_told_where_that_kind_is():
    route = EVERYTHING + 'kind = ["link"]\n'
    found = survey(PEOPLE + route)
    assert found["hg", Severity.WARNING].uncovered == ("",)
    assert found["xm", Severity.WARNING].uncovered == ("", "vc")


def test_a_severity_that_no_route_takes_is_not_ready():
    found = survey(PEOPLE + EVERYTHING + 'severity = ["critical"]\n')
    assert found["xm", Severity.CRITICAL].ready
    assert not found["xm", Severity.WARNING].ready


def test_a_planted_gap_in_a_rota_is_found_a_week_ahead():
    hole = 'dates = [ { date = "2026-11-24", hours = "09:00-19:00", who = ["lan"] } ]\nshifts'
    found = survey(PEOPLE.replace("shifts", hole) + EVERYTHING)
    gaps = {(gap.rota, gap.start, gap.obstacle) for each in found.values() for gap in each.gaps}
    assert gaps == {("truc", ms(f"2026-11-24 {at}"), Obstacle.NOBODY) for at in ("07:00", "19:00")}


def test_a_gap_of_eight_days_on_is_not_yet_told():
    rota = PEOPLE.replace("shifts", 'dates = [ { date = "2026-11-28", hours = "09:00-19:00", who = ["lan"] } ]\nshifts')
    assert all(each.gaps == () for each in survey(rota + EVERYTHING).values())


def test_a_later_step_counts_where_the_first_reaches_nobody():
    ladder = """
[[escalation]]
name = "su-co"
steps = [
  { after_min = 0, receivers = ["truc"], channels = ["sms"] },
  { after_min = 15, receivers = ["hung"], channels = ["mail"] },
]
[[route]]
org = "hg"
escalation = "su-co"
"""
    found = survey(PEOPLE + ladder, "2026-11-20 21:00")["hg", Severity.CRITICAL]
    assert [(line.step, line.obstacle) for line in found.now] == [(1, Obstacle.NO_ADDRESS), (2, None)]
    assert found.ready


@pytest.mark.parametrize(
    ("after", "untold"),
    [
        (EVERYTHING, []),
        (EVERYTHING.replace('org = "hg"', 'org = "xm"'), ["hg", "hg"]),
        (EVERYTHING + 'severity = ["warning"]\n', ["hg", "xm"]),
    ],
)
def test_a_change_says_whom_it_leaves_without(after, untold):
    lost = readiness.lost(survey(PEOPLE + EVERYTHING).values(), survey(PEOPLE + after).values())
    assert [each.org for each in lost] == untold
