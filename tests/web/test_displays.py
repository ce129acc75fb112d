"""Walls that show something are noted by their token; nobody else is."""

from ioc.platform import displays
from tests.web.conftest import Province


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
