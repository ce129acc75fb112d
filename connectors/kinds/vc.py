"""Video-conference endpoints, from the province down to the communes."""

from collections.abc import Iterator, Sequence

from ioc.core.hours import OFFICE
from ioc.core.model import Reason
from ioc.ingest import conferences
from ioc.ingest.happenings import Happened, Step
from ioc.live.deltas import Patch
from ioc.messages.events import ConferenceEvent, ConferenceEventType
from ioc.messages.kinds import MINUS_ONE, KindSpec, Member, Metric, Sort, Word
from ioc.messages.wire import Fields, Rejected, is_id, is_org

kind = "vc"

_MAX_EXPECTED = 2_000


def decode_event(fields: Fields) -> ConferenceEvent:
    step = fields.member("type", ConferenceEventType)
    scheduled = step is ConferenceEventType.CONFERENCE_SCHEDULED
    event = ConferenceEvent(
        event_id=fields.need_text("event_id"),
        type=step,
        ts=fields.need_time("ts"),
        conference_id=fields.need_text("conference_id"),
        title=fields.text("title", limit=512),
        starts_at=fields.need_time("starts_at") if scheduled else None,
        ends_at=fields.time("ends_at"),
        expected=_expected(fields),
        confidential=fields.flag("confidential") is True,
        reason=fields.text("reason", limit=200),
    )
    if event.starts_at is not None and event.ends_at is not None and event.ends_at <= event.starts_at:
        raise Rejected(Reason.BAD_VALUE, "ends_at must be after starts_at")
    return event


def _expected(fields: Fields) -> tuple[str, ...]:
    value = fields.obj.get("expected", [])
    if not isinstance(value, list) or len(value) > _MAX_EXPECTED:
        raise Rejected(Reason.WRONG_TYPE, f"expected: an array of at most {_MAX_EXPECTED} ORG/SOURCE")
    for item in value:
        org, _, source = item.partition("/") if isinstance(item, str) else ("", "", "")
        if not is_org(org) or not is_id(source):
            raise Rejected(Reason.BAD_VALUE, "expected: each must be ORG/SOURCE")
    return tuple(value)


def apply_events(step: Step, happened: Sequence[Happened[ConferenceEvent]]) -> Iterator[Patch]:
    """Meetings are kept as announced; who enters or leaves one is in a call or not."""
    for key, _received_at, event in happened:
        conferences.apply(step.db, step.conn, key, [event])
        if (patch := conferences.presence(key, event)) is not None:
            yield patch


# thresholds as practised by video vendors: loss 1 and 5 %, jitter 30 and 100 ms, round trip 250 and 450 ms
SPEC = KindSpec(
    kind=kind,
    hours=OFFICE,
    foremost=("in_call", "loss_rx_pct", "rtt_ms"),
    rank=10,
    examples={
        "hg.dong-van/vc/cau-1/state": {"registered": True, "in_call": True, "loss_rx_pct": 0.4, "rtt_ms": 38},
    },
    metrics={
        "registered": Metric(boolean=True),
        "in_call": Metric(boolean=True),
        "duration_s": Metric(unit="s", low=0, not_known=MINUS_ONE),
        "rx_kbps": Metric(unit="kbit/s", low=0, not_known=MINUS_ONE),
        "tx_kbps": Metric(unit="kbit/s", low=0, not_known=MINUS_ONE),
        "loss_rx_pct": Metric(unit="%", low=0, high=100, warning_above=1, critical_above=5, not_known=MINUS_ONE),
        "loss_tx_pct": Metric(unit="%", low=0, high=100, warning_above=1, critical_above=5, not_known=MINUS_ONE),
        "jitter_ms": Metric(unit="ms", low=0, warning_above=30, critical_above=100, not_known=MINUS_ONE),
        "rtt_ms": Metric(unit="ms", low=0, warning_above=250, critical_above=450, not_known=MINUS_ONE),
        "fps": Metric(unit="1/s", low=0, not_known=MINUS_ONE),
        "mos": Metric(low=0, high=5, warning_below=3.6, critical_below=3.1, not_known=MINUS_ONE),
        "mic_muted": Metric(boolean=True),
        "camera_ok": Metric(boolean=True, critical_when=False),
        "display_ok": Metric(boolean=True, critical_when=False),
        "cpu_pct": Metric(unit="%", low=0, high=100, warning_above=90, not_known=MINUS_ONE),
        "temp_c": Metric(unit="°C", low=-60, high=200, warning_above=75, gauge=True),
    },
    words={"conference_id": Word(), "role": Word()},
    decode_event=decode_event,
    apply_events=apply_events,
    event={
        "type": Member(required=True, words=tuple(ConferenceEventType)),
        "conference_id": Member(required=True),
        "title": Member(),
        "starts_at": Member(Sort.TIME),
        "ends_at": Member(Sort.TIME),
        "expected": Member(Sort.TEXTS),
        "confidential": Member(Sort.FLAG),
        "reason": Member(),
    },
)
