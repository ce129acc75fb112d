"""Contract, MQTT: what devices send, as REST shows it a moment later."""

import json
import sqlite3
import time
from contextlib import closing
from datetime import datetime, timedelta, timezone

import httpx2
import pytest

from tests.flow.conftest import House, until

ZONE = timezone(timedelta(hours=7))


def now() -> str:
    return datetime.now(ZONE).isoformat(timespec="milliseconds")


def test_a_state_is_shown_with_its_figures_words_and_time(house: House) -> None:
    at = now()
    house.publish("hg.dong-van/queue/k1/state", {"ts": at, "waiting": 7, "longest_wait_s": 61.5, "paper": "low"})
    told = house.source("hg.dong-van/queue/k1", waiting=7)
    assert told["metrics"]["longest_wait_s"] == 61.5
    assert told["texts"] == {"paper": "low"}
    assert told["health"] == "warning"
    assert datetime.fromisoformat(told["as_of"]) == datetime.fromisoformat(at)
    assert told["as_of"].endswith("+07:00")
    assert 0 <= told["age_s"] < 15
    assert {"org", "kind", "source", "name", "online", "alerts", "availability", "leniencies"} <= told.keys()


def test_an_unseen_source_registers_itself_as_pending(house: House) -> None:
    house.publish("hg.dong-van/queue/newcomer/state", {"ts": now(), "waiting": 2})
    told = house.source("hg.dong-van/queue/newcomer", waiting=2)
    assert told["health"] == "pending"
    listed = house.get("/sources", health="pending", org="hg.dong-van")
    assert "newcomer" in [item["source"] for item in listed["items"]]
    assert listed["total"] == len(listed["items"])
    board = house.get("/live", widgets="queue_board")["items"][0]["payload"]
    counted = [s for s in house.get("/sources", kind="queue")["items"] if s["health"] != "pending"]
    assert board["totals"]["reporting"]["expected"] == len(counted), "a pending source is in no denominator"
    assert house.post("/sources/hg.dong-van/queue/newcomer/confirm").status_code == 200
    assert house.source("hg.dong-van/queue/newcomer", status="active")["health"] in ("ok", "closed")


def test_what_a_state_says_beyond_its_kind(house: House) -> None:
    body = {"ts": now(), "waiting": 1, "humidity": 55.5, "door_open": True, "remark": "ghi chú", "nested": {"a": 1}}
    house.publish("hg.dong-van/queue/extra/state", body)
    told = house.source("hg.dong-van/queue/extra", waiting=1)
    assert told["metrics"] == {"waiting": 1, "humidity": 55.5, "door_open": True}
    assert told["texts"] == {}
    until(lambda: house.source("hg.dong-van/queue/extra")["leniencies"].get("ignored_text"), "counted as ignored")


def test_an_array_is_as_many_objects_and_a_bad_one_is_alone(house: House) -> None:
    before, topic = settled(house), "hg.dong-van/queue/array/state"
    start = round(time.time() * 1000) - 5_000
    items = [{"ts": start + i, "waiting": i} for i in range(5)]
    items[2] = {"ts": start, "waiting": "many"}
    house.publish(topic, items)
    assert house.source("hg.dong-van/queue/array", waiting=4)
    after = settled(house, before["received"] + 5)
    grown = {name: after[name] - n for name, n in before.items()}
    assert grown["received"] >= 5, "our own counts of dossiers may come in between"
    assert (grown["received"] - grown["stored"], grown["quarantined"]) == (1, 1)
    (bad,) = house.quarantined(topic)
    assert (bad["reason"], bad["element"], json.loads(bad["payload"])) == ("wrong_type", 2, items[2])


def settled(house: House, at_least: float = 0) -> dict[str, float]:
    """The counters once they have taken everything in; they always balance."""

    def same() -> dict[str, float] | None:
        first = house.counts()
        assert first["received"] == first["stored"] + first["quarantined"] + first["refused"]
        time.sleep(1.3)
        return first if first == house.counts() and first["received"] >= at_least else None

    return until(same, "counters at rest")


SPELLINGS = {
    "no_offset": lambda at: at.strftime("%Y-%m-%dT%H:%M:%S.%f"),
    "compact_offset": lambda at: at.strftime("%Y-%m-%dT%H:%M:%S.%f%z"),
    "epoch_seconds": lambda at: at.timestamp(),
    "space_separator": lambda at: at.isoformat(sep=" "),
    "time_as_text": lambda at: str(round(at.timestamp() * 1000)),
}


@pytest.fixture(scope="module")
def spelt(house: House) -> datetime:
    at = datetime.now(ZONE).replace(microsecond=0) - timedelta(seconds=7)
    for leniency, spell in SPELLINGS.items():
        house.publish(f"hg.dong-van/queue/time-{leniency}/state", {"ts": spell(at), "waiting": 3})
    return at


@pytest.mark.parametrize("leniency", SPELLINGS)
def test_a_time_as_devices_spell_it_is_understood_and_counted(house: House, spelt: datetime, leniency: str) -> None:
    at, key = spelt, f"hg.dong-van/queue/time-{leniency}"
    assert datetime.fromisoformat(house.source(key, waiting=3)["as_of"]) == at
    assert until(lambda: house.source(key)["leniencies"], "the leniency") == {leniency: 1}


def test_other_leniencies_are_counted_too(house: House) -> None:
    key = "hg.dong-van/queue/lenient"
    house.publish(f"{key}/state", b"\xef\xbb\xbf" + json.dumps({"waiting": " 12 "}).encode())
    assert house.source(key, waiting=12)
    told = until(lambda: house.source(key)["leniencies"], "leniencies")
    assert told == {"bom": 1, "missing_ts": 1, "number_as_text": 1}


@pytest.mark.parametrize(
    ("off", "leniency"), [(timedelta(minutes=6), "clock_ahead"), (-timedelta(days=8), "clock_behind")]
)
def test_a_clock_that_cannot_be_right_counts_as_receipt(house: House, off: timedelta, leniency: str) -> None:
    key = f"hg.dong-van/queue/{leniency}"
    house.publish(f"{key}/state", {"ts": (datetime.now(ZONE) + off).isoformat(), "waiting": 1})
    told = house.source(key, waiting=1)
    assert told["age_s"] < 10
    assert until(lambda: house.source(key)["leniencies"], "the leniency") == {leniency: 1}


def test_status_and_its_plain_words(house: House) -> None:
    key = "hg.dong-van/vc/cau-1"
    house.publish(f"{key}/status", {"online": True}, retain=True)
    house.publish(f"{key}/state", {"ts": now(), "registered": True, "in_call": False, "loss_rx_pct": 7})
    assert house.source(key, online=True, registered=True)["health"] == "critical"
    house.publish(f"{key}/status", "offline", retain=True)
    assert house.source(key, online=False)["health"] == "offline"
    house.publish(f"{key}/status", "online", retain=True)
    assert house.source(key, online=True)["health"] == "critical"


def test_the_topics_of_a_closed_org_count_for_its_successor(house: House) -> None:
    house.publish("hg.cu/queue/moved/state", {"ts": now(), "waiting": 9})
    assert house.source("hg.meo-vac/queue/moved", waiting=9)
    assert until(lambda: house.source("hg.meo-vac/queue/moved")["leniencies"], "flag") == {"closed_org": 1}


def test_events_alone_are_enough(house: House) -> None:
    key, at = "hg.dong-van/queue/events", datetime.now(ZONE)
    steps = [
        ("counter_opened", None), ("ticket_issued", "A1"), ("ticket_issued", "A2"), ("ticket_issued", "A3"),
        ("ticket_called", "A1"), ("service_started", "A1"), ("ticket_called", "A2"), ("no_show", "A2"),
    ]  # fmt: skip
    events = [
        {"event_id": f"e{i}", "type": step, "ts": (at - timedelta(seconds=60 - i)).isoformat(), "counter_id": "Q1"}
        | ({"ticket_id": ticket, "ticket_no": ticket} if ticket else {})
        for i, (step, ticket) in enumerate(steps)
    ]
    for _ in range(2):  # a doubled delivery changes nothing
        house.publish(f"{key}/event", events)
    told = house.source(key, waiting=1, serving=1, no_show_today=1)["metrics"]
    assert (told["issued_today"], told["open_counters"]) == (3, 1)


REASONS = {
    "bad_topic": ("hg.dong-van/queue/q/nonsense", {"waiting": 1}),
    "bad_json": ("hg.dong-van/queue/q-json/state", '{"waiting": 1'),
    "too_large": ("hg.dong-van/queue/q-large/state", [{"waiting": 1}] * 1_001),
    "too_deep": ("hg.dong-van/queue/q-deep/state", '{"a":' * 40 + "1" + "}" * 40),
    "not_finite": ("hg.dong-van/queue/q-nan/state", '{"waiting": NaN}'),
    "missing_field": ("hg.dong-van/queue/q-field/event", {"type": "ticket_issued", "ticket_id": "1"}),
    "wrong_type": ("hg.dong-van/queue/q-type/state", {"waiting": "many"}),
    "bad_value": ("hg.dong-van/queue/q-value/state", {"waiting": -1}),
    "bad_time": ("hg.dong-van/queue/q-time/state", {"waiting": 1, "ts": "hôm qua"}),
    "unknown_org": ("hg.khong-co/queue/q/state", {"waiting": 1}),
    "unknown_kind": ("hg.dong-van/lift/q/state", {"waiting": 1}),
    "bad_id": ("hg.dong-van/queue/kiosk-số-1/state", {"waiting": 1}),
    "bad_status": ("hg.dong-van/queue/q-status/status", {"online": "maybe"}),
}


@pytest.fixture(scope="module")
def unusable(house: House) -> None:
    for topic, body in REASONS.values():
        house.publish(topic, body)


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.usefixtures("unusable")
def test_what_cannot_be_used_is_kept_under_its_reason(house: House, reason: str) -> None:
    topic, _body = REASONS[reason]
    kept = until(lambda: house.quarantined(topic), reason)
    assert [row["reason"] for row in kept] == [reason]
    assert kept[0]["detail"]
    assert kept[0]["received_at"].endswith("+07:00")


def test_what_was_kept_comes_through_once_its_org_is_known(house: House, tmp_path) -> None:
    house.publish("hg.quan-ba/queue/late/state", {"waiting": 5, "ts": now()})
    until(lambda: house.quarantined("hg.quan-ba/queue/late/state"), "quarantine")
    from tests.running import import_orgs

    import_orgs(house.config, tmp_path, "code,name,kind,parent\nhg.quan-ba,Huyện Quản Bạ,district,hg\n")
    until(lambda: house.call("GET", "/orgs/hg.quan-ba").status_code == 200, "the new org")
    time.sleep(1.2)  # ingest looks at the inventory once a second
    assert house.post("/quarantine/replay", who="operator").status_code == 403
    assert house.post("/quarantine/replay", reason="unknown_org").json()["sent"] >= 1
    assert house.source("hg.quan-ba/queue/late", waiting=5)
    assert all(row["replayed_at"] for row in house.quarantined("hg.quan-ba/queue/late/state"))


PRIVATE = {"ho_ten": "Nguyễn Bí Mật", "CCCD": "012345678901", "so_dien_thoai": "0987650123", "name": "Trần Bí Mật"}


@pytest.mark.parametrize("body", [
    {"waiting": 1, "remark": "x", **PRIVATE},
    {"waiting": -1, **PRIVATE},
    [{"waiting": 1, "deep": {"list": [PRIVATE]}}],
    '{"waiting": 1, "ho_ten": "Nguyễn Bí Mật", "cccd": "012345678901", "phone": "0987650123", "name": "Trần Bí Mật"',
    {"waiting": 1, **PRIVATE, "pad": "x" * 300_000},
], ids=["stored", "quarantined", "nested", "broken", "too large"])  # fmt: skip
def test_what_names_a_person_is_written_nowhere(house: House, body: object, request: pytest.FixtureRequest) -> None:
    key = f"hg.dong-van/queue/private-{request.node.callspec.id.replace(' ', '-')}"
    house.publish(f"{key}/state", body)
    until(lambda: house.call("GET", f"/sources/{key}").status_code == 200 or house.quarantined(f"{key}/state"), key)
    for path in house.data.glob("*.sqlite*"):
        raw = path.read_bytes()
        assert b"\xad\xc3\xad M\xe1\xba\xadt" not in raw
        for secret in ("Bí Mật", "012345678901", "0987650123"):
            assert secret.encode() not in raw, f"{secret} in {path.name}"


def test_too_large_is_called_so_whatever_it_holds(house: House) -> None:
    """Even where a private key made us throw its content away."""
    topic = "hg.dong-van/queue/large-private/state"
    house.publish(topic, {"waiting": 1, "phone": "0987650123", "pad": "x" * 300_000})
    (row,) = until(lambda: house.quarantined(topic), "quarantine")
    assert row["reason"] == "too_large"


def test_250_kib_passes_and_300_kib_is_refused_by_name_alone(house: House) -> None:
    for kib in (250, 300):
        body = json.dumps({"waiting": kib, "pad": ""})
        padded = body[:-2] + "x" * (kib * 1024 - len(body)) + body[-2:]
        assert len(padded) == kib * 1024
        house.publish(f"hg.dong-van/queue/big-{kib}/state", padded)
    house.publish("hg.dong-van/queue/after-big/state", {"ts": now(), "waiting": 1})
    assert house.source("hg.dong-van/queue/big-250", waiting=250)
    assert house.source("hg.dong-van/queue/after-big", waiting=1)
    (row,) = until(lambda: house.quarantined("hg.dong-van/queue/big-300/state"), "quarantine")
    assert row["reason"] == "too_large"
    assert house.client.is_connected(), "nobody was cut off"


def test_an_empty_payload_is_refused_and_counted(house: House) -> None:
    before = settled(house)
    house.publish("hg.dong-van/queue/k1/state", b"")
    assert until(lambda: house.counts()["refused"] == before["refused"] + 1, "refused")
    settled(house)


def test_retained_or_not_a_reader_of_the_database_sees_the_latest(house: House) -> None:
    house.publish("hg.meo-vac/queue/k1/state", {"ts": now(), "waiting": 31}, retain=True)
    house.source("hg.meo-vac/queue/k1", waiting=31)

    def written() -> bool:
        with closing(sqlite3.connect(f"file:{house.data / 'ioc.sqlite'}?mode=ro", uri=True)) as db:
            row = db.execute(
                "SELECT metrics FROM latest JOIN source ON source.id = source_id WHERE org = ? AND source = ?",
                ("hg.meo-vac", "k1"),
            ).fetchone()
        return bool(row) and json.loads(row[0])["waiting"][1] == 31

    assert until(written, "the latest value in the database")


def test_dossier_events_come_in_any_order(house: House) -> None:
    at, topic, code = datetime.now(ZONE), "hg/dossier/mot-cua/event", "000.00.15.H22-261121-0001"
    first = {
        "event_id": "d1", "ts": (at - timedelta(hours=2)).isoformat(), "code": code, "procedure": "2.000488",
        "status": "accepted", "receiving_org": "hg.dong-van", "due_at": (at - timedelta(hours=1)).isoformat(),
    }  # fmt: skip
    later = {"event_id": "d2", "ts": at.isoformat(), "code": code, "status": 4, "assignee": "Một cửa số 2"}
    for event in (later, first, later):
        house.publish(topic, event)
    path = f"/dossiers/{code}"
    told = until(
        lambda: (a := house.call("GET", path)).status_code == 200 and a.json().get("procedure") and a.json(), code
    )
    assert (told["status"], told["receiving_org"], told["due_state"]) == (4, "hg.dong-van", "open_overdue")
    assert told["due_at"].endswith("+07:00")
    assert told["history"]
    listed = house.get("/dossiers", org="hg.dong-van", q=code)
    assert (listed["total"], listed["page"], listed["items"][0]["code"]) == (1, 1, code)


def test_a_feed_keeps_its_figures(house: House) -> None:
    body = {"ts": now(), "period": "2026-10", "values": {"index766": 81.25, "rank": 12}}
    house.publish("hg/feed/par-index/state", body)
    told = house.source("hg/feed/par-index", rank=12)
    assert (told["metrics"]["index766"], told["texts"]) == (81.25, {"period": "2026-10"})


def test_the_door_for_posting_leads_where_mqtt_leads(house: House) -> None:
    answer: httpx2.Response = house.post("/ingest/hg.dong-van/queue/posted/state", waiting=4)
    assert answer.status_code == 202, answer.text
    assert house.source("hg.dong-van/queue/posted", waiting=4)["health"] == "pending"
    refused: httpx2.Response = house.post("/ingest/hg.dong-van/queue/posted/state", who="leader", waiting=4)
    assert refused.status_code == 403
