"""How much of the last day a source was there, as far as we were there to hear it."""

from typing import Any

import pytest
from msgspec import structs

from ioc.config.settings import Connector
from ioc.core.errors import Code, IocError
from ioc.core.model import SourceKey
from ioc.metrics import Point, RangeQuery
from ioc.ops.roles import CONNECTORS, INGEST
from ioc.platform import observed
from ioc.platform.db.tables import observed as spans
from tests.web.conftest import NORTH, SATURDAY, Province

KIOSK = f"/api/v1/sources/{NORTH}/queue/kiosk-1"
PORTAL = "/api/v1/sources/hg/service/portal"
DAY, MINUTE = 86_400_000, 60_000
STEP = 2 * MINUTE  # of the kiosk and the portal: twice their interval
SLOTS = DAY // STEP


def listened(province: Province, since: int, until: int = SATURDAY, role: str = INGEST) -> None:
    with province.db.write() as conn:
        conn.execute(spans.insert().values(role=role, since=since, until=until))


def asked(province: Province, path: str, values: list[float | None], *, before: float | None = None) -> dict[str, Any]:
    """The answer when the store holds nothing but `values` in the day's last slots, and `before` the days before."""

    def points(query: RangeQuery) -> list[Point]:
        starts = range(query.start, query.end, query.step_ms)
        if query.step_ms == DAY:
            return [(start, before) for start in starts]
        padded = [None] * (len(starts) - len(values)) + values
        return list(zip(starts, padded, strict=True))

    province.store.range = points
    answer = province.get(path, "admin")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()["availability"]
    return found


def figures(found: dict[str, Any]) -> tuple[Any, ...]:
    return found["pct"], found["heard"], found["of"], found["observed_pct"]


def why(found: dict[str, Any]) -> str:
    """The reason's code, where there is no figure."""
    assert found["pct"] is None
    code: str = found["reason"]["code"]
    return code


def test_a_silent_slot_counts_from_the_first_reading_on(province: Province) -> None:
    listened(province, SATURDAY - 2 * DAY)
    found = asked(province, KIOSK, [2.0, None, 2.0, 1.0])
    assert figures(found) == (75.0, 3, 4, round(400 / SLOTS, 2))
    assert found["reason"] is None


def test_a_source_that_was_known_before_the_day_is_missed_all_day(province: Province) -> None:
    """Heard last week, silent since yesterday but for one reading: 100 % since that reading would be a lie."""
    listened(province, SATURDAY - 2 * DAY)
    assert figures(asked(province, KIOSK, [2.0], before=30.0)) == (round(100 / SLOTS, 2), 1, SLOTS, 100.0)
    assert figures(asked(province, KIOSK, [], before=30.0)) == (0.0, 0, SLOTS, 100.0)


def test_a_service_counts_as_far_as_it_was_up(province: Province) -> None:
    listened(province, SATURDAY - 2 * DAY)
    province.say(SourceKey("hg", "service", "portal"), up=True)
    found = asked(province, PORTAL, [1.0, 0.5, 0.0, None])
    assert figures(found)[:3] == (37.5, 3, 4)


def test_the_minutes_after_the_first_start_are_not_a_day_of_silence(province: Province) -> None:
    """A past of a reading every ten minutes was brought along, and we have listened for eight minutes."""
    listened(province, SATURDAY - 8 * MINUTE)
    past: list[float | None] = [1.0 if slot % 5 == 0 else None for slot in range(SLOTS - 4)]
    assert figures(asked(province, KIOSK, [*past, 1.0, 1.0, 1.0, 1.0])) == (100.0, 4, 4, round(400 / SLOTS, 2))


def test_time_in_which_we_were_blind_is_in_no_denominator(province: Province) -> None:
    """Away from the middle of a slot to the middle of another: all three slots it touches are unknown, heard or not."""
    listened(province, SATURDAY - 2 * DAY, SATURDAY - 9 * MINUTE)
    listened(province, SATURDAY - 5 * MINUTE)
    values: list[float | None] = [*[1.0] * (SLOTS - 6), None, 1.0, None, 1.0, None, 1.0]
    found = asked(province, KIOSK, values)
    assert (found["heard"], found["of"]) == (SLOTS - 6 + 1, SLOTS - 3)


def test_what_we_ask_ourselves_is_blind_without_the_connectors(province: Province) -> None:
    listened(province, SATURDAY - 2 * DAY)
    listened(province, SATURDAY - 4 * MINUTE, role=CONNECTORS)
    province.say(SourceKey("hg", "service", "portal"), up=True)
    values: list[float | None] = [1.0, None, None, 1.0, 0.0]
    assert figures(asked(province, PORTAL, values))[:3] == (40.0, 3, 5)
    ours = Connector(name="portal", kind="http", publish="hg/service/portal")
    structs.force_setattr(province.site.context.settings, "connector", (ours,))
    assert figures(asked(province, PORTAL, values))[:3] == (50.0, 2, 2)


@pytest.mark.parametrize(
    ("values", "since", "code"),
    [([], SATURDAY - 2 * DAY, "never_heard"), ([1.0, 1.0], SATURDAY, "not_watched")],
)
def test_no_figure_is_null_with_its_reason(
    province: Province, values: list[float | None], since: int, code: str
) -> None:
    listened(province, since)
    assert why(asked(province, KIOSK, values)) == code


def test_a_store_that_is_away_leaves_the_rest_of_the_source(province: Province) -> None:
    listened(province, SATURDAY - 2 * DAY)
    before = province.get(KIOSK).get_json()
    province.store.trouble = IocError(Code.STORE_UNAVAILABLE, "not now")
    answer = province.get(KIOSK)
    assert answer.status_code == 200
    found = answer.get_json()
    assert figures(found["availability"]) == (None, None, None, None)
    assert found["availability"]["reason"] == {
        "code": "store_unavailable",
        "message": "Kho số liệu tạm thời không dùng được; hãy thử lại.",
        "details": {},
    }
    assert {**found, "availability": None} == {**before, "availability": None}


def test_spans_of_listening_grow_end_and_are_forgotten(province: Province) -> None:
    with province.db.write() as conn:
        for second in (0, 2, 4, 13, 30, 32):
            observed.listen(conn, INGEST, SATURDAY + second * 1000)
        observed.listen(conn, CONNECTORS, SATURDAY)
        found = observed.spans(conn, INGEST, SATURDAY, SATURDAY + DAY)
        assert [(since - SATURDAY, until - SATURDAY) for since, until in found] == [(0, 13_000), (30_000, 32_000)]
        observed.listen(conn, INGEST, SATURDAY + 31_000)
        assert observed.spans(conn, INGEST, SATURDAY, SATURDAY + DAY) == found, "a clock that goes back takes nothing"
        observed.forget(conn, SATURDAY + 20_000)
        assert observed.spans(conn, INGEST, 0, SATURDAY + DAY) == found[1:]
    second = SATURDAY + 1000
    assert observed.covered(SATURDAY, second, [found])
    assert not observed.covered(SATURDAY, second, [found, []])
    assert not observed.covered(SATURDAY + 12_000, SATURDAY + 14_000, [found])
