"""A kind of source brings its own interval, hours and what its events do; one that is gone stops nothing."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from ioc.core.hours import Hours
from ioc.core.model import SourceKey
from ioc.domain.inventory.records import load
from ioc.ingest.decode import Decoder
from ioc.ingest.happenings import Happened, Step
from ioc.live.deltas import Patch
from ioc.messages.kinds import KindSpec, Metric
from ioc.messages.wire import Fields
from ioc.platform.db.tables import source
from tests.ingest.test_records import NOW, Line
from tests.live.worlds import kinds

METER = SourceKey("hg", "meter", "m1")


class Opened(NamedTuple):
    event_id: str
    ts: int


def decode_event(fields: Fields) -> Opened:
    return Opened(fields.need_text("event_id"), fields.need_time("ts"))


def apply_events(_step: Step, happened: Sequence[Happened[Opened]]) -> Iterator[Patch]:
    for key, _received_at, event in happened:
        yield Patch(key, {"opened": (event.ts, True)})


SPEC = KindSpec(
    "meter", 900, "06:00-22:00", metrics={"kwh": Metric("kWh"), "opened": Metric(boolean=True)},
    decode_event=decode_event, apply_events=apply_events,
)  # fmt: skip


def metered(path: Path) -> Line:
    line = Line(path)
    known = {**kinds(), "meter": SPEC}
    line.records.world.kinds = known
    line.decoder = Decoder(known, line.records.world.inventory)
    return line


def test_a_new_kind_is_recorded_by_what_its_own_file_says(tmp_path: Path) -> None:
    line = metered(tmp_path / "ioc.sqlite")
    line.take(("ioc/v1/hg/meter/m1/state", {"ts": NOW, "kwh": 17.5}))
    line.take(("ioc/v1/hg/meter/m1/event", {"ts": NOW, "event_id": "a"}))
    line.flush()
    found = line.records.world.inventory.sources[METER]
    assert (found.interval_s, found.hours) == (900, Hours.parse("06:00-22:00"))
    assert line.records.world.of(METER).values() == {"kwh": 17.5, "opened": True}


def test_an_event_that_comes_twice_is_applied_once(tmp_path: Path) -> None:
    line, told = metered(tmp_path / "ioc.sqlite"), []
    spec = KindSpec(
        "meter", decode_event=decode_event, apply_events=lambda _step, happened: told.extend(happened) or ()
    )
    line.records.world.kinds = {"meter": spec}
    for _ in range(2):
        line.take(("ioc/v1/hg/meter/m1/event", {"ts": NOW, "event_id": "a"}))
        line.flush()
    assert [one.event.event_id for one in told] == ["a"]


def test_a_source_of_a_kind_that_is_gone_stays_and_owes_nothing(tmp_path: Path) -> None:
    line = metered(tmp_path / "ioc.sqlite")
    line.take(("ioc/v1/hg/meter/m1/state", {"ts": NOW, "kwh": 17.5}))
    line.flush()
    with line.db.read() as conn:
        assert conn.scalar(sa.select(source.c.kind)) == "meter"
        found = load(conn, "2026-11-21", kinds()).sources[METER]
    assert (found.interval_s, found.hours.text) == (0, "always")
