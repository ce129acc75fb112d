"""Ten thousand broken payloads between valid ones: nothing crashes, all is counted, every valid one is stored."""

import json
import random
import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ioc.config.settings import InboxOptions
from ioc.core.model import Reason
from ioc.ingest.inbox import Received, Run
from ioc.ingest.metrics import samples_of
from ioc.messages.privacy import Privacy
from ioc.metrics.embedded import EmbeddedStore
from tests.ingest.test_records import Line

NOW = 1_795_222_800_000
BATCHES, PER_BATCH = 100, 100
# what Python's own parser lets through or chokes on, and what devices really send
SEEDS = [
    b'{"ts": NaN, "waiting": 1}', b'{"waiting": 1e999}', b'{"waiting": -Infinity}', b'{"waiting": 1, "waiting": 2}',
    b'{"waiting": true}', b'{"paper": "\\ud800"}', b'{"paper": "a\\u0000b"}', b"[" * 3000, b'{"a":' * 3000,
    b'{"waiting": ' + b"9" * 5000 + b"}", b'{"waiting": 9223372036854775808}', b'{"lux": 1e308, "x": -1e308}',
    b'{"ts": 99999999999999999999, "waiting": 1}', b'{"ts": "0000-00-00T00:00:00Z", "waiting": 1}', b"\xff\xfe{}",
    b'\xef\xbb\xbf{"waiting": "3"}', b'{"waiting": "ba"}', b"null", b"[]", b"[[]]", b"[null, 1, {}]", b'"online"', b"",
    b'{"event_id": "1", "type": "ticket_issued", "ticket_id": "\xc4\x90"}', b'{"event_id": "", "type": "no_show"}',
    b'{"event_id": "x", "code": "H22/1", "status": 99}', b'{"online": 2}', b"online", b'{"values": {"a": {"b": 1}}}',
    b'{"event_id": "d", "code": "c", "term": {"value": -1, "unit": "day"}}', b'{"expected": ["x"], "event_id": "1"}',
    b'{"event_id": "r", "type": "rating_given", "ticket_id": "t", "rating": 6}', b'{"ts": 1e300, "up": true}',
    b"[" * 600 + b"]" * 600, b'{"ho_ten":' * 700 + b"1" + b"}" * 700, b'{"as_of": 1795222800000, "rows": 1e300}',
    b'{"values": {"diem so": 1, "x": null, "rows": 1e300}, "period": 2020}', b'{"values": {"as_of": 1e300}}',
    b'{"waiting": 1.7976931348623157e308}',
]  # fmt: skip
TOPICS = [
    "ioc/v1/hg/queue/k/state", "ioc/v1/hg/queue/k/event", "ioc/v1/hg/queue/k/status", "ioc/v1/hg/vc/c/state",
    "ioc/v1/hg/vc/c/event", "ioc/v1/hg/dossier/d/event", "ioc/v1/hg/feed/f/state", "ioc/v1/hg/link/l/state",
    "ioc/v1/hg/dossier/d/state", "ioc/v1/hg/service/s/state",
    "ioc/v1/nowhere/queue/k/state", "ioc/v1/hg/queue/state", "ioc/v1/hg/queue/\ud7ff/state", "ioc/v1///" + "/state",
]  # fmt: skip
KEYS = ["ts", "waiting", "paper", "event_id", "type", "ticket_id", "code", "status", "values", "online", "due_at", "x",
        "as_of", "rows", "period", "complete", "term", "apology", "totals", "conference_id", "starts_at", "expected",
        "receiving_org", "rating", "ho_ten"]  # fmt: skip
VALUES = [
    None, True, False, 0, -1, 3, 2**53 + 1, 2**63, -(2**64), 1.5, 1e308, float("nan"), float("inf"), "", "3", "ok",
    "x" * 200, "Đồng Văn", "a\x00b", "\ud800", [], {}, [1], {"a": 1}, NOW, str(NOW), "1/2/26",
]  # fmt: skip


def mutated(chance: random.Random) -> bytes:
    """A seed or a made-up object, with a few bytes cut, doubled or replaced."""
    if chance.random() < 0.5:
        raw = chance.choice(SEEDS)
    else:
        made = {chance.choice(KEYS): chance.choice(VALUES) for _ in range(chance.randrange(6))}
        raw = json.dumps([made] * chance.randrange(3) or made).encode("utf-8", "surrogatepass")
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(raw) + 1)
        raw = raw[:at] + chance.randbytes(chance.randrange(4)) + raw[at + chance.randrange(3) :]
    return raw


class Totals:
    """What was put in, over all batches."""

    def __init__(self) -> None:
        self.mutated = self.valid = 0


@pytest.fixture(scope="module")
def totals() -> Totals:
    return Totals()


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Line:
    return Line(tmp_path_factory.mktemp("payloads") / "ioc.sqlite")


@pytest.fixture(scope="module")
def store_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("payloads") / "metrics.sqlite"


@pytest.fixture(scope="module")
def store(store_path: Path) -> EmbeddedStore:
    return EmbeddedStore(store_path, writer=True)


PRIVACY = Privacy(InboxOptions().private_keys)


@pytest.mark.slow
@settings(max_examples=BATCHES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_broken_payloads_never_harm_valid_ones(seed: int, line: Line, store: EmbeddedStore, totals: Totals) -> None:
    chance = random.Random(seed)
    messages = []
    for _ in range(PER_BATCH):
        messages.append(Received(NOW, chance.choice(TOPICS), PRIVACY.strip(mutated(chance))[0], retained=False))
        valid = f'{{"ts": {NOW - totals.valid}, "serial": {totals.valid}}}'.encode()
        messages.append(Received(NOW, "ioc/v1/hg/service/canary/state", valid, retained=False))
        totals.valid += 1
    totals.mutated += PER_BATCH
    batch = line.decoder.batch(Run(line.seq + 1, messages))
    assert not [bad for bad in batch.bad if bad.reason is Reason.NOT_UNDERSTOOD], "no fault of ours"
    line.seq = batch.last
    line.records.take(batch)
    store.write(samples_of(batch))
    line.flush(NOW)
    counts = Counter()
    for (name, _label), n in line.counts().items():
        counts[name] += n
    assert counts["received"] == counts["stored"] + counts["quarantined"] + counts["refused"]


@pytest.mark.slow
def test_every_valid_one_between_them_was_stored(store: EmbeddedStore, store_path: Path, totals: Totals) -> None:
    assert totals.mutated >= BATCHES * PER_BATCH
    store.close()
    query = "SELECT count(*), count(DISTINCT v) FROM reading JOIN series ON series.id = s WHERE source = 'canary'"
    assert sqlite3.connect(store_path).execute(query).fetchone() == (totals.valid, totals.valid)
