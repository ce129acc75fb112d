"""Spellings of time, numbers and topics: understood exactly, or refused by name, never guessed."""

import json
from zoneinfo import ZoneInfo

import pytest

from ioc.core.clock import rfc3339
from ioc.core.model import Leniency, Reason, SourceKey
from ioc.messages.wire import MAX_PAYLOAD, Fields, Rejected, Unusable, parse_json, parse_time, parse_topic

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
INSTANT = 1_795_222_800_000  # 2026-11-21T08:00:00+07:00

UNDERSTOOD = [
    ("2026-11-21T08:00:00+07:00", set()),
    ("2026-11-21t08:00:00+07:00", set()),
    ("2026-11-21T01:00:00Z", set()),
    ("2026-11-21T01:00:00z", set()),
    ("2026-11-21T01:00:00+00:00", set()),
    ("2026-11-20T20:00:00-05:00", set()),
    ("2026-11-21T08:00:00.000+07:00", set()),
    ("2026-11-21T08:00:00.000000000+07:00", set()),
    ("2026-11-21T08:00:00,0+07:00", set()),
    ("2026-11-21T08:00+07:00", set()),
    (" 2026-11-21T08:00:00+07:00 ", set()),
    ("2026-11-21T08:00:00+0700", {Leniency.COMPACT_OFFSET}),
    ("2026-11-21T08:00:00+07", {Leniency.COMPACT_OFFSET}),
    ("2026-11-21T08:00:00", {Leniency.NO_OFFSET}),
    ("2026-11-21T08:00", {Leniency.NO_OFFSET}),
    ("2026-11-21 08:00:00", {Leniency.NO_OFFSET, Leniency.SPACE_SEPARATOR}),
    ("2026-11-21 08:00:00 +07:00", {Leniency.SPACE_SEPARATOR}),
    ("2026-11-21 08:00:00+0700", {Leniency.SPACE_SEPARATOR, Leniency.COMPACT_OFFSET}),
    (INSTANT, set()),
    (float(INSTANT), set()),
    (INSTANT // 1000, {Leniency.EPOCH_SECONDS}),
    (INSTANT / 1000, {Leniency.EPOCH_SECONDS}),
    (str(INSTANT), {Leniency.TIME_AS_TEXT}),
    (str(INSTANT // 1000), {Leniency.TIME_AS_TEXT, Leniency.EPOCH_SECONDS}),
    ("1.7952228e12", {Leniency.TIME_AS_TEXT}),
    ("202611210800", {Leniency.COMPACT_TIME, Leniency.NO_OFFSET}),
    ("20261121080000", {Leniency.COMPACT_TIME, Leniency.NO_OFFSET}),
    ("20261121080000000", {Leniency.COMPACT_TIME, Leniency.NO_OFFSET}),
    (202611210800, {Leniency.COMPACT_TIME, Leniency.NO_OFFSET}),
    (20261121080000, {Leniency.COMPACT_TIME, Leniency.NO_OFFSET}),
    ("20261121T080000", {Leniency.COMPACT_TIME, Leniency.NO_OFFSET}),
    ("20261121T010000Z", {Leniency.COMPACT_TIME}),
    ("20261121T080000+0700", {Leniency.COMPACT_TIME, Leniency.COMPACT_OFFSET}),
]
REFUSED = [
    "21/11/2026 08:00:00", "11-21-2026 08:00", "2026-11-21", "08:00:00", "2026-W47-6T08:00:00", "2026-13-21T08:00:00",
    "2026-11-31T08:00:00", "2026-11-21T24:30:00", "2026-11-21T08:60:00", "2026-11-21T08:00:00+25:00", "now", "",
    "2026-11-21T08:00:00 ICT", "20261121", True, None, [], {}, 0, -1, 12.5, 20261121, INSTANT * 1000, "nan",
    "202613210800", 202611310800, "197611302345", 99_999_999_999, 199_999_999_999, 788_918_399, 4_102_444_800_000,
]  # fmt: skip


@pytest.mark.parametrize(("spelling", "leniencies"), UNDERSTOOD)
def test_thirty_spellings_of_one_instant_land_on_it(spelling: object, leniencies: set[Leniency]) -> None:
    assert parse_time(spelling, HANOI) == (INSTANT, leniencies)


@pytest.mark.parametrize("spelling", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_an_instant_at_the_end_of_the_calendar_is_one_in_every_zone(spelling: str) -> None:
    at, _ = parse_time(spelling, HANOI)
    assert {rfc3339(at, ZoneInfo(zone))[:4] for zone in ("Asia/Ho_Chi_Minh", "Pacific/Honolulu")} == {spelling[:4]}


@pytest.mark.parametrize("spelling", [946_659_600_000, "946659600000", 946_659_600, "2000-01-01T00:00:00+07:00"])
def test_an_old_instant_in_milliseconds_has_as_many_digits_as_a_compact_one(spelling: object) -> None:
    assert parse_time(spelling, HANOI)[0] == 946_659_600_000


@pytest.mark.parametrize("spelling", REFUSED)
def test_a_time_that_could_mean_two_things_is_refused(spelling: object) -> None:
    with pytest.raises(Rejected) as why:
        parse_time(spelling, HANOI)
    assert why.value.reason is Reason.BAD_TIME


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("ioc/v1/hg/queue/kiosk-1", Reason.BAD_TOPIC),
        ("ioc/v2/hg/queue/kiosk-1/state", Reason.BAD_TOPIC),
        ("ioc/v1/hg/queue/kiosk-1/telemetry", Reason.BAD_TOPIC),
        ("ioc/v1/hg/queue/kiosk 1/state", Reason.BAD_ID),
        ("ioc/v1/hg/queue//state", Reason.BAD_ID),
        ("ioc/v1/hg/queue/kiosk-1\n/state", Reason.BAD_ID),
        ("ioc/v1/h g/queue/kiosk-1/state", Reason.BAD_ID),
        ("ioc/v1/hg/queue/" + "k" * 65 + "/state", Reason.BAD_ID),
    ],
)
def test_a_wrong_topic_is_named(topic: str, reason: Reason) -> None:
    with pytest.raises(Rejected) as why:
        parse_topic(topic)
    assert why.value.reason is reason


def test_a_right_topic_is_its_source_and_channel() -> None:
    assert parse_topic("ioc/v1/hg.dong-van/vc/cau_1/state") == (SourceKey("hg.dong-van", "vc", "cau_1"), "state")


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", Reason.BAD_JSON),
        (b'{"a":', Reason.BAD_JSON),
        (b'{"a": "\xff"}', Reason.BAD_JSON),
        (b'{"a": "\\ud800"}', Reason.BAD_JSON),
        (b'{"a": NaN}', Reason.NOT_FINITE),
        (b'{"a": -Infinity}', Reason.NOT_FINITE),
        (b'{"a": 1e999}', Reason.NOT_FINITE),
        (b"[" * 100_000, Reason.TOO_DEEP),
        (b'{"a":' * 9 + b"1" + b"}" * 9, Reason.TOO_DEEP),
        (b'"' + b"x" * MAX_PAYLOAD + b'"', Reason.TOO_LARGE),
        (b"[" + b",".join([b"{}"] * 1001) + b"]", Reason.TOO_LARGE),
    ],
)
def test_what_is_not_usable_json_is_named(payload: bytes, reason: Reason) -> None:
    with pytest.raises(Rejected) as why:
        parse_json(payload)
    assert why.value.reason is reason


def test_brackets_inside_text_are_not_depth() -> None:
    assert parse_json(json.dumps({"a": '[[[[[[[[[[{{{{\\"[['}).encode())[0] == [{"a": '[[[[[[[[[[{{{{\\"[['}]


def test_not_a_number_spoils_its_own_element_only() -> None:
    (good, bad), _ = parse_json(b'[{"a": 1.5}, {"a": NaN, "b": "\xc4\x91"}]')
    assert good == {"a": 1.5}
    assert isinstance(bad, Unusable)
    assert bad.why.reason is Reason.NOT_FINITE
    with pytest.raises(Rejected, match="NaN"):
        parse_json(bad.raw)
    with pytest.raises(Rejected, match="nested deeper"):
        parse_json(b"[NaN, " + b"[" * 9 + b"]" * 9 + b"]")
    with pytest.raises(Rejected, match="NaN"):
        parse_json(b'[{"a": NaN}, {"a"')


def test_a_byte_order_mark_is_forgiven_and_counted() -> None:
    assert parse_json(b"\xef\xbb\xbf{}") == ([{}], {Leniency.BOM})


def test_numbers_and_flags_as_text_are_understood_and_counted() -> None:
    fields = Fields({"n": " 12 ", "x": "-1.5e3", "up": "ON", "ok": 1}, HANOI)
    assert fields.number("n") == 12
    assert fields.number("x") == -1500.0
    assert fields.flag("up") is True
    assert fields.flag("ok") is True
    assert fields.leniencies == {Leniency.NUMBER_AS_TEXT, Leniency.BOOLEAN_AS_TEXT, Leniency.BOOLEAN_AS_NUMBER}


@pytest.mark.parametrize("value", ["12 phút", "1,5", "", "0x10", "١٢", True, [1], {"v": 1}])
def test_what_is_not_a_number_is_not_made_one(value: object) -> None:
    with pytest.raises(Rejected) as why:
        Fields({"n": value}, HANOI).number("n")
    assert why.value.reason is Reason.WRONG_TYPE


def test_text_is_composed_and_must_be_printable() -> None:
    fields = Fields({"name": "Đo\u0302\u0300ng Va\u0306n", "bad": "a\x00b", "empty": ""}, HANOI)
    assert fields.text("name") == "Đồng Văn"
    assert fields.leniencies == {Leniency.NOT_NFC}
    for name in ("bad", "empty"):
        with pytest.raises(Rejected) as why:
            fields.text(name)
        assert why.value.reason is Reason.BAD_VALUE
