"""The situation in one sentence: each figure is a list's length, stable is said by the written rule alone."""

import random
from typing import Any

import pytest
import sqlalchemy as sa

from alerts.model import AlertState
from ioc.core.model import SourceKey
from ioc.platform.db.tables import alert, incident, role_beat
from ioc.platform.db.tables import org as org_table
from ioc.platform.db.tables import source as source_table
from tests.alerts.acts import act
from tests.web.conftest import NORTH, SATURDAY, SOUTH, Province, begin_incident, raise_alert

LINES = {NORTH: SourceKey(NORTH, "link", "cap"), SOUTH: SourceKey(SOUTH, "link", "cap")}
POINTS = {org: [SourceKey(f"{org}.xa-{n}", "vc", "diem") for n in range(6)] for org in LINES}
PORTAL = SourceKey("hg", "service", "portal")


@pytest.fixture
def watched(province: Province) -> Province:
    """Two districts of six endpoints each behind a line, all well, and an engine at work."""
    with province.db.write() as conn:
        conn.execute(role_beat.insert().values(role="alerts", at=SATURDAY, ok=True, detail={}))
        conn.execute(
            org_table.insert(),
            [
                {"code": key.org, "name": f"Xã {n} {org}", "kind": "commune", "parent": org}
                for org, keys in POINTS.items()
                for n, key in enumerate(keys)
            ],
        )
        rows = [_row(line, None) for line in LINES.values()]
        rows += [_row(key, str(line)) for org, line in LINES.items() for key in POINTS[org]]
        conn.execute(source_table.insert(), rows)
    province.reload()
    say_all_is_well(province)
    province.reload()
    return province


def _row(key: SourceKey, parent: str | None) -> dict[str, Any]:
    row = {"org": key.org, "kind": key.kind, "source": key.source, "name": f"{key.kind} {key.org}", "status": "active"}
    return row | {"hours": "always", "interval_s": 60, "simulated": False, "parent": parent}


def say_all_is_well(province: Province) -> None:
    for source in province.site.world.inventory.sources.values():
        if not source.derived:
            province.say(source.key, up=True, waiting=1, in_call=False)


def lose(province: Province, key: SourceKey) -> None:
    live = province.site.world.live[key]
    live.online = (province.clock.now_ms() - 1_000, False)


def trouble(province: Province, key: SourceKey, severity: str = "critical", **values: Any) -> int:
    number = begin_incident(province, key, severity=severity)
    cause = raise_alert(province, key, incident_id=number, severity=severity, fingerprint=f"f{number}", **values)
    with province.db.write() as conn:
        conn.execute(sa.update(incident).where(incident.c.id == number).values(cause_alert=cause))
    province.reload()
    return number


def shown(province: Province, **options: Any) -> dict[str, Any]:
    payload: dict[str, Any] = province.site.widgets["incident"].snapshot(
        _sight(province), province.site.widgets["incident"].Options(**options)
    )
    return payload


def _sight(province: Province, loaded: Any = None) -> Any:
    from web.sight import Sight

    return Sight(province.site.look(province.clock.now_ms()), "hg", loaded)


def parts(province: Province) -> dict[str, dict[str, Any]]:
    return {part["what"]: part["params"] for part in shown(province)["sentence"]}


def test_all_is_well_and_says_so(watched: Province) -> None:
    assert [part["what"] for part in shown(watched)["sentence"]] == ["stable"]
    assert shown(watched)["crisis"] is False


def test_one_silent_source_is_enough_not_to_call_it_stable(watched: Province) -> None:
    watched.site.world.live.pop(POINTS[NORTH][0])
    assert parts(watched) == {"doubt": {}, "silent": {"n": 1, "of": 20}}


def test_without_an_engine_nobody_calls_it_stable(watched: Province) -> None:
    watched.clock.advance(30)
    say_all_is_well(watched)
    watched.reload()
    assert list(parts(watched)) == ["unwatched_since"]


def test_two_lines_and_scattered_endpoints_are_one_clause_each(watched: Province) -> None:
    for org, line in LINES.items():
        trouble(watched, line)
        lose(watched, line)
        for key in POINTS[org]:
            lose(watched, key)
    lose(watched, SourceKey("hg.dong-van.lung-cu", "vc", "cau-1"))
    told = parts(watched)
    assert told["critical"] == {"n": 2, "untaken": 2}
    assert told["lost"] == {"n": 13, "of": 14}
    both = {"key": "ui.situation.both", "params": {"one": "Bắc Quang", "other": "Đồng Văn"}}
    assert told["behind"] == {"n": 12, "lines": 2, "names": both}
    assert told["scattered.district"] == {"n": 1, "areas": 1}
    rows = shown(watched)["incidents"].values()
    assert [(row["cause"]["org"], row["hit"]) for row in rows] == [
        (NORTH, [{"kind": "vc", "n": 6, "of": 6}]), (SOUTH, [{"kind": "vc", "n": 6, "of": 6}])
    ]  # fmt: skip


def test_what_somebody_took_stays_with_the_name_and_is_no_crisis(watched: Province) -> None:
    number = trouble(watched, PORTAL)
    assert shown(watched)["crisis"] is True
    assert shown(watched)["takeover"]["id"] == number
    act(watched.db, "acknowledge", 1, actor="mai", now=watched.clock.now_ms())
    watched.reload()
    told = shown(watched)
    assert told["incidents"][str(number)]["owner"] == "mai"
    assert (told["crisis"], told["takeover"]) == (False, None)
    assert [part["what"] for part in told["sentence"]] == ["critical_taken", "incident"]


def test_what_hit_the_most_holds_the_walls_and_what_hit_nothing_holds_none(watched: Province) -> None:
    trouble(watched, PORTAL)
    line = LINES[NORTH]
    number = trouble(watched, line)
    lose(watched, line)
    for key in POINTS[NORTH]:
        lose(watched, key)
    assert shown(watched)["takeover"]["id"] == number


def test_an_incident_of_no_source_holds_no_wall(watched: Province) -> None:
    trouble(watched, PORTAL)
    with watched.db.write() as conn:
        conn.execute(sa.update(alert).values(kind=None, source=None))
        conn.execute(sa.update(incident).values(kind=None, source=None))
    watched.reload()
    told = shown(watched)
    assert (told["counts"]["critical"], told["takeover"]) == (1, None)


def test_a_line_takes_the_wall_before_anything_behind_it_is_known_to_be_lost(watched: Province) -> None:
    number = trouble(watched, LINES[SOUTH])
    assert shown(watched)["takeover"]["id"] == number


def test_after_five_minutes_it_leaves_the_wall_to_the_scene(watched: Province) -> None:
    trouble(watched, PORTAL)
    watched.clock.advance(300)
    assert shown(watched)["takeover"] is None


def test_alike_is_one_line_and_counted_one_by_one(watched: Province) -> None:
    numbers = [trouble(watched, key, "warning") for key in POINTS[SOUTH][:4]]
    told = shown(watched)
    (group,) = told["groups"].values()
    assert (group["incidents"], group["n"], group["of"]) == (numbers, 4, 14)
    assert (told["incidents"], told["counts"]["open"]) == ({}, 4)
    assert len(shown(watched, grouped=False)["incidents"]) == 4


def test_what_is_muted_is_on_no_wall(watched: Province) -> None:
    trouble(watched, PORTAL, state="shelved")
    assert shown(watched)["counts"]["open"] == 0


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_every_figure_is_a_list_s_length(watched: Province, seed: int) -> None:
    chance = random.Random(seed)
    for org, line in LINES.items():
        if chance.random() < 0.5:
            lose(watched, line)
            trouble(watched, line)
            for key in POINTS[org]:
                lose(watched, key)
    for key in chance.sample(POINTS[NORTH] + POINTS[SOUTH], chance.randrange(5)):
        lose(watched, key)
        trouble(watched, key, chance.choice(["warning", "critical"]))
    for key in chance.sample(POINTS[NORTH] + POINTS[SOUTH], chance.randrange(3)):
        watched.site.world.live.pop(key, None)
    with watched.db.write() as conn:
        for number in chance.sample(range(1, 20), 6):
            row = conn.execute(sa.select(alert).where(alert.c.id == number)).first()
            if row is not None:
                values = {"state": AlertState.ACKNOWLEDGED, "acknowledged_by": "mai"}
                conn.execute(sa.update(alert).where(alert.c.id == number).values(values))
                conn.execute(sa.update(incident).where(incident.c.id == row.incident_id).values(state="taken"))
    watched.reload()
    told, listed = parts(watched), watched.get("/api/v1/incidents?state=open,taken&per_page=100").json["items"]
    offline = _total(watched, "sources?org=hg&kind=vc&health=offline")
    assert told.get("lost", {"n": 0})["n"] == offline
    grave = [row for row in listed if row["severity"] == "critical"]
    assert ("critical" in told or "critical_taken" in told) == bool(grave)
    if "critical" in told:
        assert told["critical"] == {"n": len(grave), "untaken": sum(row["state"] == "open" for row in grave)}
    silent = sum(_total(watched, f"sources?org=hg&health={health}") for health in ("offline", "stale", "unknown"))
    assert ("stable" in told) == (not grave and not silent)
    if "silent" in told:
        assert told["silent"]["n"] == silent
    by_parts = [told[what]["n"] for what in told if what.startswith(("behind", "scattered"))]
    assert not by_parts or sum(by_parts) == offline
    counts, payload = shown(watched)["counts"], shown(watched, limit=200)
    assert counts["open"] == len(listed)
    assert counts["untaken"] == sum(row["state"] == "open" for row in listed)
    grouped = [one for group in payload["groups"].values() for one in group["incidents"]]
    assert sorted([*map(int, payload["incidents"]), *grouped]) == sorted(row["id"] for row in listed)


def _total(province: Province, path: str) -> int:
    answer = province.get(f"/api/v1/{path}").json
    return int(answer.get("total", len(answer["items"])))


def test_the_one_that_holds_the_wall_is_told_in_full(watched: Province) -> None:
    number = trouble(watched, LINES[NORTH])
    lose(watched, LINES[NORTH])
    for key in POINTS[NORTH][:4]:
        lose(watched, key)
    widget = watched.site.widgets["incident"]
    options = widget.Options(takeover=True)
    loaded = widget.load(watched.site, _sight(watched), options)
    full = widget.snapshot(_sight(watched, loaded), options)["full"]
    assert (full["id"], full["hit"]) == (number, [{"kind": "vc", "n": 4, "of": 6}])
    assert [one["hit"] for one in full["sources"]] == [True] * 4 + [False] * 2
    tiles = {tile["key"]: (tile["n"], tile["of"], tile["lost"]) for tile in full["map"]["tiles"]}
    assert (tiles[NORTH], tiles[SOUTH]) == ((4, 6, 4), (0, 0, 0))
    assert full["map"]["line"] == ({"from": "hg", "to": NORTH} if "hg" in tiles else None)
    assert [line["what"] for line in full["log"]] == ["began", "fired"]
    assert full["areas"] == [{"org": NORTH, "name": "Đồng Văn", "n": 4, "of": 6}]
