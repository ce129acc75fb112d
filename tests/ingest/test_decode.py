"""From a message to values: what is kept, what is forgiven, what is named and put aside."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ioc.core.clock import local
from ioc.core.model import Leniency, Reason, Refusal, SourceKey, SourceStatus
from ioc.ingest.decode import Decoder
from ioc.ingest.inbox import Received, Run
from ioc.messages.events import DossierEvent, TicketEvent
from ioc.messages.wire import Fields
from tests.live.worlds import KIOSK, inventory, kinds, source

NOW = 1_795_222_800_000


def decode(payload: object, topic: str = f"ioc/v1/{KIOSK}/state", *, retained: bool = False, received: int = NOW):
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Decoder(kinds(), inventory()).batch(Run(1, [Received(received, topic, raw, retained)]))


def reason(payload: object, topic: str = f"ioc/v1/{KIOSK}/state") -> Reason:
    (bad,) = decode(payload, topic).bad
    return bad.reason


def test_a_state_is_its_figures_and_words() -> None:
    (good,) = decode({"ts": NOW - 5, "waiting": 7, "longest_wait_s": 61.5, "paper": "low", "lux": 3}).good
    assert good.key == KIOSK
    assert good.t == NOW - 5
    assert good.metrics == {"waiting": 7, "longest_wait_s": 61.5, "lux": 3}
    assert good.texts == {"paper": "low"}
    assert not good.leniencies


def test_extra_text_is_ignored_and_counted() -> None:
    (good,) = decode({"ts": NOW, "waiting": 1, "firmware": "2.1", "tên": 4}).good
    assert good.metrics == {"waiting": 1}
    assert set(good.leniencies) == {Leniency.IGNORED_TEXT}


UPS = "ioc/v1/hg.dong-van/service/ups/state"


@pytest.mark.parametrize("unknown", [-1, 255, 2_147_483_647, 4_294_967_295, "n/a", "-1"])
@pytest.mark.parametrize("name", ["battery_min", "battery_pct", "ups_load_pct"])
def test_what_a_ups_does_not_know_is_unknown_and_costs_no_other_figure(name: str, unknown: object) -> None:
    (good,) = decode({"ts": NOW, "on_battery": True, "latency_ms": 4, name: unknown}, UPS).good
    assert good.metrics == {"on_battery": True, "latency_ms": 4}
    assert set(good.leniencies) >= {Leniency.NOT_KNOWN}


def test_a_ups_that_knows_is_believed() -> None:
    (good,) = decode({"ts": NOW, "battery_min": 254, "battery_pct": 100, "ups_load_pct": 0, "temp_c": -1}, UPS).good
    assert good.metrics == {"battery_min": 254, "battery_pct": 100, "ups_load_pct": 0, "temp_c": -1}
    assert not good.leniencies


def test_an_endpoint_outside_a_call_that_says_minus_one_keeps_its_other_figures() -> None:
    topic = "ioc/v1/hg.dong-van/vc/cau/state"
    (good,) = decode(
        {"ts": NOW, "registered": True, "rtt_ms": -1, "jitter_ms": -1, "mos": -1, "temp_c": 255}, topic
    ).good
    assert good.metrics == {"registered": True}
    assert reason({"rtt_ms": -1}, topic) is Reason.BAD_VALUE, "a message that knows nothing is kept, not lost"
    assert reason({"registered": True, "rtt_ms": -7}, topic) is Reason.BAD_VALUE


def test_a_payload_that_ends_in_nul_is_read_and_counted() -> None:
    batch = decode(b'{"waiting": 3}\0\0\r\n\0')
    assert [(good.metrics, set(good.leniencies)) for good in batch.good] == [
        ({"waiting": 3}, {Leniency.TRAILING_NUL, Leniency.MISSING_TS})
    ]
    (plain,) = decode(b"online\0", f"ioc/v1/{KIOSK}/status").good
    assert plain.online is True
    assert set(plain.leniencies) >= {Leniency.TRAILING_NUL, Leniency.PLAIN_STATUS}
    assert reason(b'{"waiting": \0 3}') is Reason.BAD_JSON
    assert reason(b"\0") is Reason.BAD_JSON


def test_a_bad_element_is_put_aside_alone() -> None:
    batch = decode([{"ts": NOW, "waiting": 1}, {"ts": NOW, "waiting": -1}, 3, {"ts": NOW, "waiting": 2}])
    assert batch.received == 4
    assert [good.metrics["waiting"] for good in batch.good] == [1, 2]
    assert [(bad.element, bad.reason) for bad in batch.bad] == [(1, Reason.BAD_VALUE), (2, Reason.WRONG_TYPE)]
    assert json.loads(batch.bad[0].payload) == {"ts": NOW, "waiting": -1}


def test_not_a_number_is_put_aside_alone() -> None:
    batch = decode(b'[{"waiting": 1}, {"waiting": NaN}, {"waiting": 1e999}, {"waiting": 2}]')
    assert batch.received == 4
    assert [good.metrics["waiting"] for good in batch.good] == [1, 2]
    assert [(bad.element, bad.reason, bad.payload) for bad in batch.bad] == [
        (1, Reason.NOT_FINITE, b'{"waiting": NaN}'), (2, Reason.NOT_FINITE, b'{"waiting": Infinity}'),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("payload", "topic", "expected"),
    [
        ({"waiting": "nhiều"}, None, Reason.WRONG_TYPE),
        ({"paper": "empty"}, None, Reason.BAD_VALUE),
        ({"ts": "hôm qua", "waiting": 1}, None, Reason.BAD_TIME),
        ({"ts": NOW}, None, Reason.MISSING_FIELD),
        (b'{"waiting": 1e400}', None, Reason.NOT_FINITE),
        ({"waiting": 1}, "ioc/v1/nowhere/queue/k/state", Reason.UNKNOWN_ORG),
        ({"waiting": 1}, "ioc/v1/hg/toaster/k/state", Reason.UNKNOWN_KIND),
        ({"online": "perhaps"}, f"ioc/v1/{KIOSK}/status", Reason.BAD_STATUS),
        (b"Offline!", f"ioc/v1/{KIOSK}/status", Reason.BAD_JSON),
        ({"type": "ticket_issued", "ticket_id": "1"}, f"ioc/v1/{KIOSK}/event", Reason.MISSING_FIELD),
        ({"type": "lunch", "event_id": "1"}, f"ioc/v1/{KIOSK}/event", Reason.BAD_VALUE),
        ({"x": 1}, "ioc/v1/hg/link/l/event", Reason.BAD_TOPIC),
    ],
)
def test_what_cannot_be_used_has_a_name(payload: object, topic: str | None, expected: Reason) -> None:
    assert reason(payload, topic or f"ioc/v1/{KIOSK}/state") is expected


@pytest.mark.parametrize(
    ("payload", "online"), [(b"online", True), (b"Offline\n", False), (b'{"online":false}', False)]
)
def test_a_status_may_be_plain(payload: bytes, online: bool) -> None:
    (good,) = decode(payload, f"ioc/v1/{KIOSK}/status").good
    assert good.online is online


def test_a_time_of_digits_alone_is_no_instant_of_1976() -> None:
    minute = NOW // 60_000 * 60_000
    written = local(minute, ZoneInfo("Asia/Ho_Chi_Minh")).strftime("%Y%m%d%H%M")
    for ts in (written, int(written), f"{written}00"):
        (good,) = decode({"ts": ts, "waiting": 1}).good
        assert (good.t, set(good.leniencies)) == (minute, {Leniency.COMPACT_TIME, Leniency.NO_OFFSET})
    (bad,) = decode({"ts": "197611302345", "waiting": 1}).bad
    assert (bad.reason, "197611302345: neither epoch milliseconds nor a day of our time" in bad.detail) == (
        "bad_time",
        True,
    )


def test_a_clock_that_cannot_be_right_gives_way_to_the_receipt() -> None:
    for ts, leniency in ((NOW + 301_000, Leniency.CLOCK_AHEAD), (NOW - 8 * 86_400_000, Leniency.CLOCK_BEHIND)):
        (good,) = decode({"ts": ts, "waiting": 1}).good
        assert good.t == NOW
        assert set(good.leniencies) == {leniency}
    (good,) = decode({"waiting": 1}).good
    assert (good.t, set(good.leniencies)) == (NOW, {Leniency.MISSING_TS})


def test_events_may_be_late_by_years() -> None:
    years_ago = NOW - 3 * 365 * 86_400_000
    payload = {"event_id": "1", "ts": years_ago, "code": "H22-1", "due_at": years_ago + 5, "status": 4}
    (good,) = decode(payload, "ioc/v1/hg/dossier/motcua/event").good
    assert good.event == DossierEvent("1", years_ago, "H22-1", {"due_at": years_ago + 5, "status": 4})


def test_a_ticket_event() -> None:
    payload = {"event_id": "9", "ts": NOW, "type": "ticket_issued", "ticket_id": "t1", "ticket_no": "A001"}
    (good,) = decode(payload, f"ioc/v1/{KIOSK}/event").good
    assert isinstance(good.event, TicketEvent)
    assert good.event.ticket_no == "A001"


def test_a_kiosk_that_knows_a_ticket_by_its_number_alone() -> None:
    topic, payload = f"ioc/v1/{KIOSK}/event", {"event_id": "9", "ts": NOW, "type": "ticket_issued"}
    (good,) = decode({**payload, "ticket_no": "A001"}, topic).good
    assert isinstance(good.event, TicketEvent)
    assert good.event.ticket_id == "A001"
    assert reason(payload, topic) is Reason.MISSING_FIELD


def test_a_dossier_for_an_org_nobody_knows_goes_to_quarantine() -> None:
    payload = {"event_id": "1", "ts": NOW, "code": "H22-1", "receiving_org": "mars"}
    assert reason(payload, "ioc/v1/hg/dossier/motcua/event") is Reason.UNKNOWN_ORG


def test_topics_of_a_closed_org_count_for_its_successor() -> None:
    (good,) = decode({"ts": NOW, "waiting": 1}, "ioc/v1/hg.old/queue/kiosk-1/state").good
    assert good.key == KIOSK
    assert Leniency.CLOSED_ORG in good.leniencies


def test_a_source_from_before_the_closure_stays_one_source() -> None:
    moved = KIOSK._replace(org="hg.old", source="kiosk-9")

    def leads_to(status: SourceStatus) -> tuple[SourceKey, bool]:
        decoder = Decoder(kinds(), inventory(source(moved, 9, status=status)))
        (good,) = decoder.batch(Run(1, [Received(NOW, f"ioc/v1/{moved}/state", b'{"waiting":1}', retained=False)])).good
        assert Leniency.CLOSED_ORG in good.leniencies
        return good.key, good.source is not None

    assert leads_to(SourceStatus.ACTIVE) == (moved, True)
    assert leads_to(SourceStatus.RETIRED) == (moved._replace(org="hg.dong-van"), False)


def test_a_retired_source_is_put_aside_not_lost() -> None:
    decoder = Decoder(kinds(), inventory(source(KIOSK, 1, status=SourceStatus.RETIRED)))
    (bad,) = decoder.batch(Run(1, [Received(NOW, f"ioc/v1/{KIOSK}/state", b'{"waiting":1}', retained=False)])).bad
    assert bad.reason is Reason.RETIRED_SOURCE


def test_what_breaks_us_is_put_aside_whole_and_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    known = kinds()

    def breaks(fields: Fields) -> TicketEvent:
        if fields.obj["event_id"] == "poison":
            raise ZeroDivisionError
        return known["queue"].decode_event(fields)

    topic = f"ioc/v1/{KIOSK}/event"
    told = [{"event_id": name, "type": "counter_opened", "counter_id": "1", "ts": NOW} for name in ("a", "poison")]
    messages = [Received(NOW, topic, json.dumps(body).encode(), retained=False) for body in (told, told[0])]
    decoder = Decoder({**known, "queue": replace(known["queue"], decode_event=breaks)}, inventory())
    batch = decoder.batch(Run(1, messages))
    assert (batch.received, len(batch.good)) == (2, 1)
    (bad,) = batch.bad
    assert (bad.seq, bad.reason, bad.payload) == (1, Reason.NOT_UNDERSTOOD, messages[0].payload)


def test_what_a_device_wrote_does_not_reach_the_detail_unprinted() -> None:
    (bad,) = decode({"values": {"a\u0000b" + "c" * 5_000: "x"}}, "ioc/v1/hg/feed/f/state").bad
    assert bad.detail.isprintable()
    assert len(bad.detail) <= 400


def test_clearing_a_retained_message_is_refused_and_counted() -> None:
    batch = decode(b"")
    assert batch.refused == [Refusal.CLEARED]
    assert batch.received == 1


def test_feed_values_lie_flat() -> None:
    payload = {"ts": NOW, "period": "2020", "values": {"score": 81.42, "rank": 27, "rank_total": 63}, "complete": True}
    (good,) = decode(payload, "ioc/v1/hg/feed/par/state").good
    assert good.metrics == {"score": 81.42, "rank": 27, "rank_total": 63, "complete": True}
    assert good.texts == {"period": "2020"}
    (good,) = decode({**payload, "period": 2020}, "ioc/v1/hg/feed/par/state").good
    assert good.texts == {"period": "2020"}, "a year may come as a number"


@pytest.mark.parametrize(
    "period", ["2027-W53", "2026-W00", "2026-02-30", "2026-13", "2026-Q5", "2026-H3", "0000", "1026", "nay", "2027-01"]
)
def test_a_period_that_cannot_be_or_has_not_begun_is_refused(period: str) -> None:
    (bad,) = decode({"ts": NOW, "period": period, "values": {"x": 1}}, "ioc/v1/hg/feed/f/state").bad
    assert (bad.reason, bad.detail.startswith(f"period {period}")) == (Reason.BAD_VALUE, True)


@pytest.mark.parametrize(
    ("said", "kept"), [("2026Q3", "2026-Q3"), ("202610", "2026-10"), (" 2026-W47", "2026-W47"), (2020, "2020")]
)
def test_a_period_is_kept_under_one_spelling(said: object, kept: str) -> None:
    (good,) = decode({"ts": NOW, "period": said, "values": {"x": 1}}, "ioc/v1/hg/feed/f/state").good
    assert good.texts == {"period": kept}


def test_a_figure_that_cannot_be_is_flagged_and_costs_no_other() -> None:
    values = {"rank": 70, "rank_total": 63, "par_index": 81.4}
    (good,) = decode({"ts": NOW, "period": "2020", "values": values}, "ioc/v1/hg/feed/par/state").good
    assert good.metrics == values, "kept as it was said"
    assert (good.credible, list(good.leniencies)) == ({"rank_total": 63, "par_index": 81.4}, ["impossible_figure"])
    assert datetime.fromtimestamp(good.as_of / 1000, UTC).isoformat() == "2020-12-31T16:59:59+00:00"


def test_an_error_that_is_over_is_cleared() -> None:
    (good,) = decode({"ts": NOW, "up": True, "error": None}, "ioc/v1/hg/service/portal/state").good
    assert good.texts == {"error": ""}
