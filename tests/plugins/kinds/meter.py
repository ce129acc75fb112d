"""Electricity meters."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ioc.ingest.happenings import Happened, Step
from ioc.live.deltas import Patch
from ioc.messages.kinds import KindSpec, Member, Metric
from ioc.messages.wire import Fields

kind = "meter"


class Opened(NamedTuple):
    """Somebody opened its case."""

    event_id: str
    ts: int


def decode_event(fields: Fields) -> Opened:
    return Opened(fields.need_text("event_id"), fields.need_time("ts"))


def apply_events(_step: Step, happened: Sequence[Happened[Opened]]) -> Iterator[Patch]:
    for key, _received_at, event in happened:
        yield Patch(key, {"opened": (event.ts, True)})


SPEC = KindSpec(
    kind=kind,
    interval_s=900,
    hours="always",
    rank=45,
    metrics={"kwh": Metric(unit="kWh", low=0), "opened": Metric(boolean=True, warning_when=True)},
    decode_event=decode_event,
    apply_events=apply_events,
    event={"type": Member(required=True, words=("opened",))},
)
TEXTS = {
    "vi": {"kind.meter": "Công tơ điện", "metric.meter.kwh": "Điện năng", "metric.meter.opened": "Nắp bị mở"},
    "en": {"kind.meter": "Electricity meter", "metric.meter.kwh": "Energy", "metric.meter.opened": "Case opened"},
}
