"""The board of feeds: what each promised, and how well it keeps it, from what ingest kept."""

from typing import Any

import pytest
import sqlalchemy as sa

from ioc.core.model import SourceKey
from ioc.domain.importing.inventory import import_sources
from ioc.live.feed_scores import DAY_MS
from ioc.platform.db.tables import feed_day, feed_delivery
from ioc.platform.db.tables import source as source_table
from tests.live.worlds import kinds
from tests.web.conftest import SATURDAY, Province

HOUR_MS = 3_600_000
FEEDS = """org,kind,source,name,cadence,cut_off,owner,contact
hg,dossier,dem,Một cửa (đêm),wd,07:00,so-tttt,0219 386 0000
hg,feed,par,Chỉ số CCHC,y+31d,,so-nv,
hg.dong-van,dossier,song,Một cửa (trực tiếp),60s,,ubnd-dv,
hg.dong-van,dossier,moi,Một cửa mới,,,,
"""


@pytest.fixture
def board(province: Province) -> Province:
    import_sources(province.db, FEEDS, kinds(), SATURDAY, False)
    with province.db.read() as conn:
        ids = {row.source: row.id for row in conn.execute(sa.select(source_table))}
    today = SATURDAY // DAY_MS
    with province.db.write() as conn:
        came = [
            {
                "source_id": ids["dem"],
                "at": SATURDAY - days * DAY_MS,
                "as_of": SATURDAY - days * DAY_MS,
                "bad_rows": bad,
            }
            for days, bad in ((2, 3), (4, 0), (5, 0))
        ]
        conn.execute(sa.insert(feed_delivery), came)
        counted = [
            {"source_id": ids["dem"], "day": today - 2, "stored": 90, "lenient": 9, "quarantined": 7},
            {"source_id": ids["dem"], "day": today - 1, "stored": 0, "lenient": 0, "quarantined": 0},
            {"source_id": ids["dem"], "day": today - 40, "stored": 5_000, "lenient": 5_000, "quarantined": 5_000},
        ]
        conn.execute(sa.insert(feed_day), counted)
    province.reload()
    return province


def feeds(province: Province, query: str = "", who: str = "admin") -> dict[str, Any]:
    items = province.get(f"/api/v1/feeds{query}", who).get_json()["items"]
    return {one["source"]: one for one in items}


def test_each_score_says_what_it_is_of(board: Province) -> None:
    night = feeds(board)["dem"]
    assert night["scores"] == {
        "correct": {"pct": 90.0, "numerator": 90, "denominator": 100, "severity": "warning"},
        # since the first, on Monday: due on Tuesday to Friday, and on Wednesday nobody delivered for Thursday
        "complete": {"pct": 75.0, "numerator": 3, "denominator": 4, "severity": "warning"},
        "clean": {"pct": 90.0, "numerator": 81, "denominator": 90, "severity": "warning"},
        "alive": {"pct": 100.0, "numerator": 1, "denominator": 1, "severity": "ok"},
    }
    assert night["delivered_at"] == "2026-11-19T10:00:00+07:00"
    assert (night["owner"], night["cadence"], night["cut_off"]) == ("so-tttt", "wd", "07:00")


def test_what_is_not_known_is_null_not_zero(board: Province) -> None:
    new = feeds(board)["moi"]
    assert {name: share["pct"] for name, share in new["scores"].items()} == {
        "correct": None, "complete": None, "clean": None, "alive": None,
    }  # fmt: skip
    assert (new["due_at"], new["late_since"], new["as_of"]) == (None, None, None)


def test_a_feed_in_seconds_is_alive_while_it_is_heard(board: Province) -> None:
    live = SourceKey("hg.dong-van", "dossier", "song")
    assert feeds(board)["song"]["interval_s"] == 60
    board.say(live, as_of=SATURDAY)
    assert feeds(board)["song"]["scores"]["alive"] == {"pct": 100.0, "numerator": 1, "denominator": 1, "severity": "ok"}
    board.clock.advance(600)
    dead = feeds(board)["song"]
    assert dead["scores"]["alive"]["pct"] == 0.0
    assert dead["late_since"] == "2026-11-21T10:02:00+07:00"


def test_the_late_ones_come_first_and_everybody_sees_his_own(board: Province) -> None:
    board.clock.advance(3 * 86_400)
    never, late = board.get("/api/v1/feeds").get_json()["items"][:2]
    assert (never["source"], never["scores"]["alive"]["numerator"]) == ("song", 0)
    assert never["late_since"] == "2026-11-21T10:02:00+07:00", "two intervals after it was imported"
    assert (late["source"], late["scores"]["alive"]["numerator"]) == ("dem", 0)
    assert late["late_since"] == "2026-11-23T07:00:00+07:00"
    assert set(feeds(board, "?org=hg.dong-van")) == {"song", "moi"}
    assert "par" in feeds(board, "?kind=feed")
    assert board.get("/api/v1/feeds?kind=queue").status_code in (400, 422)
    assert board.get("/api/v1/feeds", "wall").status_code == 403
