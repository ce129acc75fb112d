"""Displays: noted by their token, told what they show, each within the part of the tree of who asks."""

from typing import Any

import pytest
import sqlalchemy as sa

from ioc.domain.displays.model import Profile
from ioc.platform import displays
from ioc.platform.db.tables import audit
from tests.web.conftest import KIOSKS, NORTH, SOUTH, Province, begin_incident, raise_alert
from tests.web.test_pairing import code_of, paired
from web.displays import tell

DISPLAYS = "/api/v1/displays"
REPORT = {"build": "build-1", "scene": "toan-canh", "width": 3840, "height": 2160, "heap_mb": 41.5, "fps": 60.0}


def csrf(browser) -> dict[str, str]:
    return {"X-CSRF-Token": browser.get("/api/v1/me").json["csrf"]}


def beat(browser, name: str = "sanh-lon", **said: Any):
    return browser.post(f"{DISPLAYS}/{name}/beat", headers=csrf(browser), json=REPORT | said)


def names(province: Province, who: str) -> list[str]:
    return [one["name"] for one in province.get(DISPLAYS, who).json["items"]]


def test_a_wall_that_polls_is_noted_once_a_round_and_no_person_is(province: Province) -> None:
    for who in ("wall", "wall", "operator", "leader"):
        province.get("/api/v1/live?widgets=kpi", who)
    seen = province.site.clients.displays()
    assert seen == {"wall"}
    assert province.site.clients.displays() == set(), "until it asks again"
    displays.note(province.db, seen, province.clock.now_ms())
    province.clock.advance(60)
    displays.note(province.db, seen, province.clock.now_ms())
    with province.db.read() as conn:
        (beat,) = displays.known(conn)
    assert (beat.name, beat.seen_at - beat.first_at) == ("wall", 60_000)


def test_a_display_says_how_it_does_and_is_live_late_and_gone(province: Province) -> None:
    browser = paired(province, title="Sảnh lớn")
    assert province.get(f"{DISPLAYS}/sanh-lon").json["state"] == "never"
    assert beat(browser, errors=2, last_error="TypeError: x").json["title"] == "Sảnh lớn"
    (one,) = province.get(DISPLAYS).json["items"]
    assert (one["state"], one["age_s"], one["outdated"]) == ("live", 0, False)
    assert (one["report"]["heap_mb"], one["report"]["errors"], one["report"]["width"]) == (41.5, 2, 3840)
    states = []
    for seconds in (45, 1, 134, 1):
        province.clock.advance(seconds)
        states.append(province.get(f"{DISPLAYS}/sanh-lon").json["state"])
    assert states == ["live", "late", "late", "gone"]


def test_one_that_runs_an_older_build_is_said_to(province: Province) -> None:
    browser = paired(province)
    beat(browser, build="build-0")
    assert province.get(f"{DISPLAYS}/sanh-lon").json["outdated"]


def test_a_display_speaks_for_itself_alone(province: Province) -> None:
    browser = paired(province)
    paired(province, "hop")
    assert beat(browser, "hop").status_code == 404
    assert province.post(f"{DISPLAYS}/sanh-lon/beat", "admin", REPORT).status_code == 404


def test_a_wall_whose_token_came_from_the_command_line_is_listed_once_it_reports(province: Province) -> None:
    assert names(province, "admin") == []
    province.post(f"{DISPLAYS}/wall/beat", "wall", REPORT)
    assert names(province, "admin") == ["wall"]


def test_everybody_sees_the_displays_of_their_part(province: Province) -> None:
    paired(province, "tinh")
    paired(province, "bac", org=NORTH)
    paired(province, "nam", org=SOUTH)
    assert names(province, "leader") == ["bac", "nam", "tinh"]
    assert names(province, "leader-north") == ["bac"]
    assert province.get(DISPLAYS, "wall").status_code == 403
    for verb in ("", "/identify", "/show"):
        assert code_of(province.post(f"{DISPLAYS}/nam{verb}", "admin-north")) == "unknown_display"
    assert province.get(f"{DISPLAYS}/tinh", "admin-north").status_code == 404


def test_its_settings_are_kept_and_stand_in_the_audit(province: Province) -> None:
    browser = paired(province, org=NORTH)
    profile = {"diagonal_in": 65, "distance_m": 5, "night": None, "sound": False}
    settings = {"title": "Phòng họp", "scenes": ["toan-canh", "ho-so"], "every_s": 45, "profile": profile}
    made = province.post(f"{DISPLAYS}/sanh-lon", "admin-north", settings).json
    assert {key: made[key] for key in settings} == settings
    assert made["scale"] == pytest.approx(1.93, abs=0.01)
    assert beat(browser).json["scenes"] == ["toan-canh", "ho-so"]
    with province.db.read() as conn:
        row = conn.execute(sa.select(audit).where(audit.c.action == "display_changed")).one()
    assert (row.actor, row.org, row.detail) == ("admin-north", NORTH, settings)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"scene": "nha-may"}, "unknown_scene"),
        ({"scenes": ["toan-canh", "nha-may"]}, "unknown_scene"),
        ({"every_s": 1}, "invalid_value"),
        ({"profile": {"night": "22h"}}, "invalid_value"),
        ({"profile": {"diagonal_in": 32, "distance_m": 8}}, "too_far"),
        ({"colour": "red"}, "invalid_value"),
    ],
)
def test_settings_that_cannot_be_are_refused(province: Province, wrong: dict[str, Any], code: str) -> None:
    paired(province)
    answer = province.post(f"{DISPLAYS}/sanh-lon", "admin", wrong)
    assert (code_of(answer), answer.status_code in (404, 422)) == (code, True)


def test_what_is_too_far_says_what_would_do(province: Province) -> None:
    paired(province)
    body = {"profile": {"diagonal_in": 43, "distance_m": 6}}
    error = province.post(f"{DISPLAYS}/sanh-lon", "admin", body).json["error"]
    most, least = error["details"]["most_m"], error["details"]["least_in"]
    assert str(least) in error["message"]
    Profile(diagonal_in=43, distance_m=most).check()
    Profile(diagonal_in=least, distance_m=6).check()


@pytest.mark.parametrize(("inches", "least_px"), [(65, 85), (86, 64), (110, 50), (165, 34)])
def test_the_least_text_is_16_minutes_of_arc(inches: float, least_px: int) -> None:
    """The table of a 4K picture seen from 5 m; the wall's smallest text has 44 px there."""
    assert Profile(diagonal_in=inches, distance_m=5).scale == pytest.approx(max(1, least_px / 44), abs=0.02)


def test_a_leader_sends_a_scene_there_for_a_while(province: Province) -> None:
    browser = paired(province, org=NORTH)
    shown = province.post(f"{DISPLAYS}/sanh-lon/show", "leader-north", {"scene": "mot-cua"}).json["show"]
    assert (shown["scene"], shown["by"]) == ("mot-cua", "leader-north")
    assert beat(browser).json["show"] == shown
    province.clock.advance(5 * 60)
    assert province.get(f"{DISPLAYS}/sanh-lon").json["show"] is None
    province.post(f"{DISPLAYS}/sanh-lon/show", "leader", {"scene": "ho-so", "minutes": 60})
    assert province.post(f"{DISPLAYS}/sanh-lon/show", "leader", {}).json["show"] is None, "an empty one ends it"


def test_a_display_is_sent_no_incident_that_its_org_may_not_see(province: Province) -> None:
    paired(province, "bac", org=NORTH)
    paired(province, "tinh")
    number = begin_incident(province, KIOSKS[SOUTH])
    raise_alert(province, KIOSKS[SOUTH], incident_id=number)
    assert province.post(f"{DISPLAYS}/tinh/show", "leader", {"incident": number}).json["show"]["incident"] == number
    assert code_of(province.post(f"{DISPLAYS}/bac/show", "leader", {"incident": number})) == "unknown_incident"
    assert code_of(province.post(f"{DISPLAYS}/bac/show", "leader-north", {"incident": number})) == "unknown_incident"


def test_a_display_says_its_name_when_asked(province: Province) -> None:
    browser = paired(province)
    until = province.post(f"{DISPLAYS}/sanh-lon/identify", "leader").json["identify_until"]
    assert beat(browser).json["identify_until"] == until


def test_every_worker_is_told_of_a_change(province: Province) -> None:
    paired(province)
    before = len(province.bus.sent)
    for path, body in (("", {}), ("/show", {"scene": "ho-so"}), ("/identify", {})):
        province.post(f"{DISPLAYS}/sanh-lon{path}", "admin", body)
    assert len(province.bus.sent) == before + 3


class Line:
    """A client that takes everything."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def waiting(self) -> int:
        return 0

    def send(self, event: str) -> None:
        self.sent.append(event)

    def cut(self) -> None:
        raise AssertionError


def test_a_connected_display_is_told_once_what_is_new(province: Province) -> None:
    from ioc.domain.access import token_named
    from web.clients import Client
    from web.turns import AskingPace

    paired(province)
    line, other = Line(), Line()
    pace = AskingPace(10.0, 60, lambda: 0.0)
    with province.db.read() as conn:
        wall, person = token_named(conn, "sanh-lon", 0), token_named(conn, "leader", 0)
    assert wall is not None
    assert person is not None
    province.site.clients.add("a", Client(wall, line, pace))
    province.site.clients.add("b", Client(person, other, pace))
    for _ in range(2):
        tell(province.site)
        province.site.clients.flush(0.0)
    assert len(line.sent) == 1
    assert '["display",{"name":"sanh-lon"' in line.sent[0]
    province.post(f"{DISPLAYS}/sanh-lon/show", "leader", {"scene": "ho-so"})
    tell(province.site)
    province.site.clients.flush(0.0)
    assert '"scene":"ho-so"' in line.sent[1]
    assert other.sent == []
