"""Every short cut of ingest comes to what the long way comes to."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioc.core.model import SourceKey
from ioc.domain.inventory import Inventory, OrgTree
from ioc.ingest.decode import Batch, Decoder, decoder
from ioc.ingest.inbox import Received, Run
from ioc.ingest.metrics import Handover, samples_of
from ioc.ingest.own_words import OwnWords
from ioc.ingest.patches import join
from ioc.ingest.sinks import latest
from ioc.ingest.sinks.latest import Latest
from ioc.live.deltas import Patch
from ioc.live.world import Live, World
from ioc.messages.kinds import KindSpec, Metric, Word
from ioc.messages.wire import is_no_date, nodate
from tests.live.worlds import ORGS, kinds, source

pytestmark = pytest.mark.slow
NOW = 1_795_222_800_000
HOUR_MS = 3_600_000
# beside our own kinds one whose figures may be doubted and tell no period
KINDS = {
    **kinds(),
    "meter": KindSpec(
        "meter",
        metrics={"kwh": Metric("kWh", low=0), "share": Metric("%")},
        words={"mode": Word()},
        doubts=lambda metrics, _length: [name for name in metrics if metrics[name] > 100],
    ),
}
KEYS = [SourceKey("hg", kind, name) for kind in ("queue", "meter", "link") for name in ("a", "b")]
INVENTORY = Inventory(OrgTree(ORGS), {key: source(key, n + 1) for n, key in enumerate(KEYS)}, rev=1)

NUMBERS = st.one_of(
    st.integers(-5, 120),
    st.integers(-(2**70), 2**70),
    st.sampled_from([2**31 - 1, -(2**31), 2**53, -1, 0, True, False, 1e308, -0.0]),
    st.floats(),
)
TIMES = st.one_of(
    st.integers(NOW - 2 * HOUR_MS, NOW + HOUR_MS),
    st.integers(NOW - 9 * 24 * HOUR_MS, NOW - 6 * 24 * HOUR_MS),
    st.sampled_from([str(NOW), NOW / 1000, NOW + 0.5, None, "2026-11-21T08:00:00+07:00"]),
)
VALUES = st.one_of(NUMBERS, NUMBERS, st.sampled_from(["ok", "out", None, [], {}]))
# mostly figures that the kind declares, since those take the short cut
BODIES = {
    kind: st.dictionaries(st.sampled_from([*KINDS[kind].metrics, *KINDS[kind].words, "x"]), VALUES, max_size=5)
    | st.dictionaries(st.sampled_from(sorted(KINDS[kind].metrics)), st.integers(0, 120), min_size=1, max_size=3)
    for kind in ("queue", "meter", "link")
}


@st.composite
def messages(draw: st.DrawFn) -> Received:
    """A state mostly; now and then a status, retained or not."""
    key, received_at = draw(st.sampled_from(KEYS)), NOW + draw(st.integers(-HOUR_MS, HOUR_MS))
    retained = draw(st.integers(0, 9)) == 0
    if draw(st.integers(0, 9)) == 0:
        status = draw(st.sampled_from([b"online", b"offline"]))
        return Received(received_at, f"ioc/v1/{key}/status", status, retained)
    body = draw(BODIES[key.kind])
    if draw(st.integers(0, 9)):
        body = {"ts": draw(TIMES), **body}
    return Received(received_at, f"ioc/v1/{key}/state", json.dumps(body).encode(), retained)


@contextmanager
def the_long_way() -> Iterator[None]:
    with (
        mock.patch.object(decoder, "plain_state", return_value=None),
        mock.patch.object(latest, "_is_plain", return_value=False),
    ):
        yield


def decoded(run: list[Received]) -> Batch:
    batch = Decoder(KINDS, INVENTORY).batch(Run(1, run))
    return batch._replace(good=[good._replace(leniencies=frozenset(good.leniencies)) for good in batch.good])


@given(st.lists(messages(), max_size=8))
def test_a_plain_state_is_decoded_as_any_other(run: list[Received]) -> None:
    with the_long_way():
        slow = decoded(run)
    # repr, since NaN is not equal to itself and 1 is equal to True
    assert repr(decoded(run)) == repr(slow)


class Readers:
    """The live state of ingest, and of somebody who merges the patches it tells."""

    def __init__(self) -> None:
        self.ingest, self.wall = World(INVENTORY, KINDS), World(INVENTORY, KINDS)
        self.sink = Latest(self.ingest, OwnWords())

    def take(self, batches: list[Batch], told_after: set[int]) -> tuple[Any, ...]:
        for n, batch in enumerate(batches):
            self.sink.take(batch)
            if n in told_after:
                self.wall.merge(self.sink.drain())
        self.wall.merge(self.sink.drain())
        return self.ingest.live, self.wall.live


@given(st.lists(st.lists(messages(), max_size=4), max_size=8), st.sets(st.integers(0, 7)))
def test_a_plain_state_changes_the_live_state_as_any_other(runs: list[list[Received]], told_after: set[int]) -> None:
    batches = [decoded(run) for run in runs]
    fast = Readers().take(batches, told_after)
    with the_long_way():
        assert repr(fast) == repr(Readers().take(batches, told_after))


def test_what_cannot_be_true_stays_out_of_the_live_state_without_a_period_too() -> None:
    key, sink = SourceKey("hg", "meter", "a"), Latest(World(INVENTORY, KINDS), OwnWords())
    for at, share in ((NOW, 40), (NOW + 1, 140)):
        body = json.dumps({"ts": at, "share": share, "kwh": at - NOW}).encode()
        sink.take(decoded([Received(NOW, f"ioc/v1/{key}/state", body, retained=False)]))
    assert sink.world.of(key).values() == {"share": 40, "kwh": 1}


INSTANTS = st.integers(NOW, NOW + 3)
PATCHES = st.builds(
    Patch,
    st.just(KEYS[0]),
    st.dictionaries(st.sampled_from(["waiting", "serving"]), st.tuples(INSTANTS, st.integers(0, 3))),
    st.dictionaries(st.just("paper"), st.tuples(INSTANTS, st.sampled_from(["ok", "out"]))),
    st.none() | st.tuples(INSTANTS, st.booleans()),
    st.none() | INSTANTS,
)


@given(PATCHES, st.lists(PATCHES, min_size=1, max_size=4))
def test_joined_patches_say_what_they_say_one_by_one(before: Patch, patches: list[Patch]) -> None:
    one_by_one, at_once = Live(), Live()
    for live in (one_by_one, at_once):
        live.merge(before)
    for patch in patches:
        one_by_one.merge(patch)
    first, *rest = (Patch(p.key, dict(p.metrics), dict(p.texts), p.online, p.heard_at) for p in patches)
    for patch in rest:
        join(first, patch)
    at_once.merge(first)
    assert at_once == one_by_one


@given(st.lists(st.lists(messages(), min_size=1, max_size=4), min_size=1, max_size=6), st.integers(0, 5))
def test_samples_handed_over_are_those_the_inbox_holds(runs: list[list[Received]], written: int) -> None:
    handover, first = Handover(), 1
    for run in runs:
        handover.put(first, decoded(run)._replace(last=first + len(run) - 1))
        first += len(run)
    position = sum(map(len, runs[:written]))
    waiting = [message for run in runs[written:] for message in run]
    handed = handover.after(position)
    if not waiting:
        assert handed is None
        return
    assert (handed.first, handed.last) == (position + 1, first - 1)
    assert repr(handed.samples) == repr(samples_of(decoded(waiting)))


DAYS = st.one_of(st.dates(), st.sampled_from(sorted(nodate.DAYS)))
SPELLINGS = [
    "{0:04}-{1:02}-{2:02}", "{0:04}/{1:02}/{2:02}", "{0:04}{1:02}{2:02}", "{2:02}/{1:02}/{0:04}", "{2}-{1}-{0:04}",
    "{0:04}-{1:02}-{2:02}T00:00:00Z", "{2:02}/{1:02}/{0:04} 07:00", "{0:04}{1:02}{2:02}0000",
]  # fmt: skip


@given(DAYS, st.sampled_from(SPELLINGS))
def test_a_day_stands_for_none_however_it_is_spelled(day: date, spelling: str) -> None:
    expected = day in nodate.DAYS
    assert is_no_date(spelling.format(day.year, day.month, day.day)) is expected
    assert is_no_date(day) is expected


@pytest.mark.parametrize("text", ["20", "2026-11-21", "20/11/2026", "2000-01-01", "20991231"])
def test_days_of_this_century_are_dates(text: str) -> None:
    assert not is_no_date(text)
