"""The embedded store answers every question as the plain reference does, however its levels stand."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ioc.core.model import Sample, SeriesKey
from ioc.metrics import RangeQuery, Retention
from ioc.metrics.embedded import EmbeddedStore
from tests.metrics.questions import (
    SPAN,
    Written,
    alike,
    any_question,
    batches,
    hour_question,
    instants,
    minute_question,
    numbers,
)
from tests.metrics.reference import Reference
from tests.metrics.stories import DAY, HOUR, KEEP, KIOSK, NOON, settle

thorough = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


class Pair:
    """Both stores, given the same samples."""

    def __init__(self, folder: str) -> None:
        self.store = EmbeddedStore(Path(folder) / "metrics.sqlite", writer=True)
        self.reference = Reference()
        self.written = Written()

    def write(self, samples: list[Sample]) -> None:
        assert self.store.write(samples) == sum(len(sample.values) for sample in samples)
        self.reference.write(samples)
        self.written.add(samples)

    def agree(self, asked: list[RangeQuery]) -> None:
        for query in asked:
            alike(self.store.range(query), self.reference.range(query), query, self.written.behind(query))


@thorough
@given(batches, st.lists(st.integers(0, SPAN + HOUR), max_size=3), st.lists(any_question, min_size=1, max_size=8))
def test_gaps_late_and_repeated_readings_between_roll_ups(written, maintained, asked) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(folder)
        for turn, samples in enumerate(written):
            pair.write(samples)
            if turn < len(maintained):
                pair.store.maintain(NOON + maintained[turn], KEEP)
            pair.agree(asked)
        settle(pair.store, NOON + 2 * SPAN)
        pair.agree(asked)
        pair.store.close()


@thorough
@given(batches, st.integers(0, SPAN), st.lists(minute_question | hour_question, min_size=1, max_size=8))
def test_readings_deleted_answers_stay(written, deleted, asked) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(folder)
        for samples in written:
            pair.write(samples)
        settle(pair.store, NOON + deleted + DAY, Retention(1, 400, 1830))
        pair.agree(asked)
        pair.store.close()


@thorough
@given(
    batches,
    st.lists(st.builds(lambda t, v: (NOON + t, v), instants, numbers), max_size=8, unique_by=lambda late: late[0]),
    st.lists(hour_question, min_size=1, max_size=8),
    st.sampled_from([Retention(1, 400, 1830), Retention(1, 1, 1830)]),
)
def test_late_readings_are_folded_into_what_is_left(written, late, asked, keep) -> None:
    """After the readings (and then the minutes too) are gone, a reading never seen before still counts."""
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(folder)
        for samples in written:
            pair.write(samples)
        settle(pair.store, NOON + SPAN + 2 * DAY, keep)
        seen = pair.reference.readings.get(SeriesKey(KIOSK, "waiting"), {})
        for t, value in late:
            if t not in seen:
                pair.write([Sample(KIOSK, t, {"waiting": value})])
        pair.agree(asked)
        settle(pair.store, NOON + SPAN + 2 * DAY, keep)
        pair.agree(asked)
        pair.store.close()
