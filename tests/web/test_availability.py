"""How much of the last day a source was there."""

from typing import Any

from ioc.model import SourceKey
from ioc.store import Point, RangeQuery
from tests.web.conftest import NORTH, Province

KIOSK = f"/api/v1/sources/{NORTH}/queue/kiosk-1"
PORTAL = "/api/v1/sources/hg/service/portal"


def asked(province: Province, path: str, values: list[float | None]) -> dict[str, Any]:
    """The answer when the store holds nothing but `values` in the last slots of the day."""

    def points(query: RangeQuery) -> list[Point]:
        starts = range(query.start, query.end, query.step_ms)
        padded = [None] * (len(starts) - len(values)) + values
        return list(zip(starts, padded, strict=True))

    province.store.range = points
    answer = province.get(path, "admin")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()["availability"]
    return found


def test_a_silent_slot_counts_from_the_first_reading_on(province: Province) -> None:
    found = asked(province, KIOSK, [2.0, None, 2.0, 1.0])
    assert (found["pct"], found["heard"], found["of"]) == (75.0, 3, 4)


def test_a_service_counts_as_far_as_it_was_up(province: Province) -> None:
    province.say(SourceKey("hg", "service", "portal"), up=True)
    found = asked(province, PORTAL, [1.0, 0.5, 0.0, None])
    assert (found["pct"], found["heard"], found["of"]) == (37.5, 3, 4)


def test_nothing_heard_is_null_and_never_zero(province: Province) -> None:
    assert asked(province, KIOSK, [])["pct"] is None
