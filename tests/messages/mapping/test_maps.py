"""Vendors' messages under maps: what they become, and how what cannot be used ends."""

import pytest

from ioc.config.settings import PRIVATE_KEYS
from ioc.core.model import Leniency, Reason, Refusal
from ioc.messages.mapping.maps import Maps
from ioc.messages.privacy import Privacy
from tests.live.worlds import kinds
from tests.messages.mapping.vendors import NOW, captured, decoded, decoder, plain, rule, shipped

ID = "hg.dong-van/queue/k1"


def only(batch):
    assert batch.bad == []
    (good,) = batch.good
    return good


def why(batch) -> tuple[Reason, str]:
    assert batch.good == []
    (bad,) = batch.bad
    return bad.reason, bad.detail


def test_a_kiosk_with_local_time_and_numbers_as_text():
    topic, payload = captured("kiosk-text")[0]
    good = only(decoded(shipped("kiosk-text"), payload, topic))
    assert str(good.key) == "hg.dong-van/queue/K07"
    assert good.metrics == {"waiting": 12, "serving": 3, "open_counters": 4, "longest_wait_s": 450}
    assert good.texts == {"paper": "low"}
    assert good.t == NOW - 1_000


def test_an_array_of_counters_with_words():
    topic, payload = captured("counters-array")[0]
    batch = decoded(shipped("counters-array"), payload, topic)
    assert batch.received == 3
    assert {str(good.key): good.metrics for good in batch.good} == {
        "hg.meo-vac/queue/quay-1": {"waiting": 5, "longest_wait_s": 310, "serving": 1, "open_counters": 1},
        "hg.meo-vac/queue/quay-2": {"waiting": 0, "longest_wait_s": 0, "serving": 0, "open_counters": 0},
        "hg.meo-vac/queue/quay-3": {"waiting": 0, "longest_wait_s": 0, "serving": 0, "open_counters": 0},
    }
    assert {good.t for good in batch.good} == {NOW - 2_000}


def test_a_line_of_keys_and_values():
    topic, payload = captured("line-keyvalue")[0]
    good = only(decoded(shipped("line-keyvalue"), payload, topic))
    assert str(good.key) == "hg.dong-van/link/cap-1"
    assert good.metrics == {"up": True, "rtt_ms": 12.4, "loss_pct": 0.4}
    assert good.t == NOW - 2_000


def test_rows_of_csv_with_and_without_a_header():
    named = plain(topic="csv", org="hg.{don_vi}", source="{ma}", format="csv", fields={"waiting": "cho"})
    batch = decoded(named, "\ufeffdon_vi;ma;cho\ndong-van;k1;3\nmeo-vac;k2;4\n".encode(), "csv")
    assert [(str(g.key), g.metrics["waiting"]) for g in batch.good] == [(ID, 3), ("hg.meo-vac/queue/k2", 4)]
    bare = plain(format="csv", columns=["w"], fields={"waiting": "w"})
    assert only(decoded(bare, b"7\r\n")).metrics == {"waiting": 7}


def test_a_row_alone_and_a_pair_a_line():
    row = plain(format="csv", source="{[0]}", fields={"waiting": "[2]"})
    good = only(decoded(row, b"k7;2026;12"))
    assert (good.key.source, good.metrics) == ("k7", {"waiting": 12})
    pairs = plain(format="keyvalue", source="{ma}", fields={"waiting": "cho", "serving": "pv"})
    assert only(decoded(pairs, b"ma=k1\r\ncho=3\r\npv=1\r\n")).metrics == {"waiting": 3, "serving": 1}
    assert only(decoded(pairs, b"ma=k1 cho=3 pv=1")).metrics == {"waiting": 3, "serving": 1}
    batch = decoded(pairs, b"ma=k1,cho=3,pv=1\nma=k2,cho=4,pv=1\n")
    assert [g.key.source for g in batch.good] == ["k1", "k2"]


def test_the_map_of_the_contract():
    contract = rule("""
[[map]]
topic = "vendor/+site/+dev/tele"
org = "hg.{site}"
kind = "queue"
source = "{dev}"
channel = "state"
format = "json"
time = { path = "t", format = "%d/%m/%Y %H:%M:%S" }
[map.fields]
waiting = "q.wait"
longest_wait_s = { path = "q.max_min", scale = 60 }
paper = { path = "giay", words = { "Còn" = "ok", "Sắp hết" = "low", "Hết" = "out" } }
""")
    message = {"t": "21/11/2026 08:00:06", "q": {"wait": "4", "max_min": 12.5}, "giay": "Sắp hết"}
    good = only(decoded(contract, message, "vendor/dong-van/k1/tele"))
    assert (good.metrics, good.texts, good.t) == ({"waiting": 4, "longest_wait_s": 750}, {"paper": "low"}, NOW)


def test_members_of_an_object_have_names():
    by_name = plain(each="@", source="{key}")
    batch = decoded(by_name, {"q1": {"w": 1}, "q2": {"w": 2}})
    assert [g.key.source for g in batch.good] == ["q1", "q2"]


def test_an_event_is_named_by_what_it_tells():
    fields = {
        "event_id": {"template": "{phieu}-{viec}"},
        "type": {"path": "viec", "words": {"Gọi": "ticket_called", "Cấp": "ticket_issued"}},
        "ticket_id": "phieu",
        "counter_id": {"template": "{dev}"},
    }
    good = only(decoded(plain(channel="event", fields=fields), {"phieu": 17, "viec": "gọi"}))
    assert (good.event.event_id, good.event.type, good.event.ticket_id) == ("17-gọi", "ticket_called", "17")
    assert good.event.counter_id == "k1"


@pytest.mark.parametrize("none", ["0000-00-00 00:00", "01/01/0001 00:00", "NULL", "", "9999-12-31T23:59:59"])
def test_a_word_for_no_date_is_left_out_under_a_format_too(none):
    form = {"path": "hen", "format": "%d/%m/%Y %H:%M", "zone": "Asia/Ho_Chi_Minh"}
    fields = {"event_id": "id", "code": "id", "status": "tt", "due_at": form}
    given = plain(kind="dossier", channel="event", source="mc", fields=fields)
    good = only(decoded(given, {"id": "7", "tt": 4, "hen": none}))
    assert good.event.fields == {"status": 4}


def test_instants_and_nested_fields_of_a_dossier():
    fields = {
        "event_id": {"template": "{so}-{gio}"}, "code": "so",
        "term.value": "han", "term.unit": {"const": "working_day"},
        "due_at": {"path": "hen", "format": "%d/%m/%Y %H:%M", "zone": "Asia/Ho_Chi_Minh"},
    }  # fmt: skip
    message = {"so": "H22-1", "gio": 1, "han": "5", "hen": "28/11/2026 17:00"}
    good = only(decoded(plain(kind="dossier", channel="event", fields=fields), message))
    assert good.event.fields["due_at"] == 1_795_860_000_000
    assert good.event.fields["term"] == {"value": 5, "unit": "working_day"}


@pytest.mark.parametrize(("given", "t"), [
    ({"path": "t", "format": "%d/%m/%Y %H:%M:%S"}, NOW),
    ({"path": "t", "format": "%d/%m/%Y %H:%M:%S", "zone": "UTC"}, NOW + 7 * 3_600_000),
])  # fmt: skip
def test_a_zone_is_the_orgs_unless_told(given, t):
    batch = decoded(plain(time=given), {"w": 1, "t": "21/11/2026 08:00:06"}, at=t)
    assert only(batch).t == t


def test_a_status_of_words_and_a_retained_one():
    online = plain(channel="status", fields={"online": {"path": "s", "words": {"bật": True, "tắt": False}}})
    good = only(decoded(online, {"s": "Tắt"}, retained=True))
    assert (good.online, good.retained) == (False, True)


@pytest.mark.parametrize(("payload", "reason", "told"), [
    (b'{"w": 1, "x"', Reason.BAD_JSON, ""),
    ('{"w": 1, "x": "Đ"}'.encode("latin-1", "replace").replace(b"?", b"\xd0"), Reason.BAD_JSON, "utf-8"),
    (b'{"w": NaN}', Reason.NOT_FINITE, ""),
    (b'{"w": "nan"}', Reason.WRONG_TYPE, "waiting"),
    (b'{"w": -1}', Reason.BAD_VALUE, "waiting"),
    (b'{"w": {"a": 1}}', Reason.WRONG_TYPE, "waiting"),
    (b'{"x": 1}', Reason.MISSING_FIELD, "none of the fields"),
    (b'{"w": 1, "t": "31/02/2026"}', Reason.BAD_TIME, "31/02/2026"),
    (b"[" * 3_000, Reason.TOO_DEEP, ""),
    (b'"w"' + b" " * 300_000, Reason.TOO_LARGE, ""),
    (b'{"w": 1, "paper": "xanh"}', Reason.BAD_VALUE, "'xanh' is none of the words"),
])  # fmt: skip
def test_what_cannot_be_used_keeps_the_vendors_topic_and_payload(payload, reason, told):
    fields = {"waiting": "w", "paper": {"path": "paper", "words": {"Hết": "out"}}}
    batch = decoded(plain(time={"path": "t", "format": "%d/%m/%Y"}, fields=fields), payload)
    got, detail = why(batch)
    assert (got, told in detail) == (reason, True), detail
    assert batch.bad[0].topic == "v/dong-van/k1"
    assert payload.startswith(batch.bad[0].payload)


def test_a_bad_member_is_quarantined_alone_and_can_be_read_again():
    counters = plain(each="a.quay", source="q{so}", time="$.t")
    message = {"t": NOW, "a": {"x": 1, "quay": [{"so": 1, "w": 3}, {"so": 2, "w": "?"}, {"so": 3, "w": 4}]}}
    batch = decoded(counters, message)
    assert [g.key.source for g in batch.good] == ["q1", "q3"]
    (bad,) = batch.bad
    assert (bad.element, bad.reason) == (1, Reason.WRONG_TYPE)
    again = decoded(plain(each="a.quay", source="q{so}", fields={"waiting": {"const": 0}}), bad.payload)
    assert only(again).key.source == "q2"


@pytest.mark.parametrize(("given", "payload"), [
    ({"format": "csv"}, "so;w\n1;3\n2;4;9\n3;5\n"),
    ({"format": "keyvalue"}, "so=1 w=3\nmất kết nối\nso=3 w=5\n"),
    ({"each": "quay"}, '{"quay": [{"so": 1, "w": 3}, {"so": 2, "w": NaN}, {"so": 3, "w": 5}], "x": Infinity}'),
    ({"each": "@"}, '[{"so": 1, "w": 3}, {"so": 2, "w": NaN}, {"so": 3, "w": 5}]'),
    ({}, '[{"so": 1, "w": 3}, {"so": 2, "w": 1e999}, {"so": 3, "w": 5}]'),
    ({"each": "@"}, '{"a": {"so": 1, "w": 3}, "b": {"so": 2, "w": NaN}, "c": {"so": 3, "w": 5}}'),
])  # fmt: skip
def test_a_spoilt_part_of_a_message_takes_no_other_source_with_it(given, payload):
    many = plain(source="q{so}", **given)
    batch = decoded(many, payload.encode())
    assert [(g.key.source, g.metrics["waiting"]) for g in batch.good] == [("q1", 3), ("q3", 5)]
    (bad,) = batch.bad
    assert (batch.received, bad.element) == (3, 1)
    again = decoded(many, bad.payload)
    assert [(other.reason, other.payload) for other in again.bad] == [(bad.reason, bad.payload)]


def test_a_comma_for_decimals_is_no_delimiter_and_a_point_is_not_guessed_at():
    gauge = plain(kind="service", format="csv", fields={"level": {"path": "[0]", "decimal": ","}})
    assert only(decoded(gauge, b"23,5\n")).metrics == {"level": 23.5}
    assert only(decoded(gauge, b"1.234,5")).metrics == {"level": 1234.5}
    assert only(decoded(gauge, b"-7")).metrics == {"level": -7}
    for text in (b"23.5", b"1,234.5", b"1.23,4", b"nan"):
        assert why(decoded(gauge, text))[0] is Reason.BAD_VALUE, text


def test_a_clock_in_1970_is_flagged_and_stored_under_receipt():
    good = only(decoded(plain(time={"path": "t", "format": "%Y-%m-%d"}), {"w": 1, "t": "1970-01-01"}))
    assert good.t == NOW
    assert Leniency.CLOCK_BEHIND in good.leniencies


def test_a_name_of_theirs_that_is_no_id_says_where_to_give_it_one():
    reason, detail = why(decoded(plain(source="{ten}"), {"w": 1, "ten": "Quầy 1"}))
    assert reason is Reason.BAD_ID
    assert "names" in detail
    named = plain(source="{ten}", names={"ten": {"Quầy 1": "q1"}})
    assert only(decoded(named, {"w": 1, "ten": "Quầy 1"})).key.source == "q1"


def test_a_map_may_be_meant_for_some_messages_only():
    batch = decoded(plain(when="loai == 'tt'"), {"w": 1, "loai": "heartbeat"})
    assert (batch.received, batch.good, batch.refused) == (1, [], [Refusal.NOT_MEANT])
    assert only(decoded(plain(when="loai == 'tt'"), {"w": 1, "loai": "tt"})).metrics == {"waiting": 1}


def test_nought_is_something_to_be_meant_by():
    meant = plain(when="w")
    assert only(decoded(meant, {"w": 0})).metrics == {"waiting": 0}
    for nothing in (None, False, "", [], {}):
        assert decoded(meant, {"w": nothing}).refused == [Refusal.NOT_MEANT], nothing


@pytest.mark.parametrize("text", ["21/11/2026 8:00:06 SA", "21/11/2026 8:00:06 am", "20/11/2026 8:00:06 CH"])
def test_a_vietnamese_windows_writes_morning_and_afternoon(text):
    good = only(decoded(plain(time={"path": "t", "format": "%d/%m/%Y %I:%M:%S %p"}), {"w": 1, "t": text}))
    assert good.t == NOW - (43_200_000 if text.endswith("CH") else 0)


def test_two_maps_may_read_one_topic():
    both = decoder(plain(), plain(kind="service", fields={"queue_depth": "w"}))
    batch = decoded(both, {"w": 4})
    assert batch.received == 2
    assert {good.key.kind for good in batch.good} == {"queue", "service"}


def test_a_map_may_read_our_own_topics_and_so_what_was_posted():
    own = plain(topic="ioc/v1/+org/queue/+dev/state", org="{org}", source="{dev}", fields={"waiting": "hang.cho"})
    assert only(decoded(own, {"hang": {"cho": 5}}, f"ioc/v1/{ID}/state")).metrics == {"waiting": 5}
    assert Maps([own, plain()], kinds()).filters == ["v/+/+"]


def test_a_partition_passes_over_what_is_another_ones():
    batch = decoded(decoder(plain(), orgs=("hg.meo-vac",)), {"w": 4})
    assert (batch.received, batch.good, batch.bad) == (0, [], [])


def test_ten_times_the_agreed_rate_is_refused_by_source():
    reader = decoder(plain(per_minute=6))
    got = {"k1": 0, "k2": 0}
    refused = 0
    for second in range(120):
        busy = decoded(reader, {"w": second}, "v/dong-van/k1", at=NOW + second * 1_000)
        got["k1"] += len(busy.good)
        refused += busy.refused.count(Refusal.RATE_LIMITED)
        assert [str(key) for key in busy.limited] == [ID] * len(busy.refused)
        if second % 10 == 0:
            got["k2"] += len(decoded(reader, {"w": 1}, "v/dong-van/k2", at=NOW + second * 1_000).good)
    assert got["k2"] == 12
    assert 12 <= got["k1"] <= 18
    assert got["k1"] + refused == 120


def test_our_own_door_can_be_limited_too_and_events_never_are():
    reader = decoder(limit=2)
    states = [decoded(reader, {"waiting": i}, f"ioc/v1/{ID}/state") for i in range(5)]
    assert sum(len(batch.good) for batch in states) == 2
    assert sum(batch.refused.count(Refusal.RATE_LIMITED) for batch in states) == 3
    events = [
        decoded(reader, {"event_id": str(i), "type": "no_show", "ticket_id": "1"}, f"ioc/v1/{ID}/event")
        for i in range(5)
    ]
    assert sum(len(batch.good) for batch in events) == 5


@pytest.mark.parametrize(("given", "payload", "kept"), [
    ({"format": "keyvalue"}, "w=1;hostname=x;name=x\n", "w=1;hostname=x;name="),
    ({"format": "keyvalue", "separator": ","}, "w=1,sdt=0912345678,m=2", "w=1,sdt=,m=2"),
    ({"format": "csv"}, "w;ho_ten\n1;Vừ Mí Kẻ\n", "w;ho_ten\n1;\n"),
    ({"format": "csv", "columns": ["w", "phone"]}, "1,0912345678\n", "1,\n"),
    ({"encoding": "cp1258"}, '{"w":1,"hoTen":"Ha","x":"\u0102"}', '{"w":1,"x":"\u0102"}'),
])  # fmt: skip
def test_private_values_are_dropped_in_every_format(given, payload, kept):
    rule = plain(**given)
    encoding = rule.encoding
    stripped = Maps([rule], kinds()).strip("v/dong-van/k1", payload.encode(encoding), Privacy(PRIVATE_KEYS))
    assert stripped.decode(encoding) == kept


def test_what_is_nobodys_stays_as_it_was_byte_for_byte():
    for given, payload in (({"format": "keyvalue"}, b" a=1 ; b=2\r\n\nc=3"), ({"format": "csv"}, b'w,"x"\r\n1,2')):
        assert Maps([plain(**given)], kinds()).strip("v/a/b", payload, Privacy(PRIVATE_KEYS)) is payload
