"""Who is there: what a status, a reading and what the broker kept can say of it, in any order."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from ioc.ingest.decode import Decoder
from ioc.ingest.inbox import Received, Run
from ioc.ingest.metrics import samples_of
from ioc.ingest.own_words import OwnWords
from ioc.ingest.patches import join, patch_of
from ioc.live.deltas import Patch
from ioc.live.world import Live
from tests.ingest.test_records import NOW, Line, line
from tests.live.worlds import KIOSK, inventory, kinds

__all__ = ["line"]
DAY_MS = 86_400_000


class Watcher:
    """What ingest makes of one source, message by message; `slot` is what the broker keeps."""

    def __init__(self) -> None:
        self.decoder = Decoder(kinds(), inventory())
        self.own, self.live = OwnWords(), None
        self.now, self.slot = NOW, None

    def hear(self, channel: str, body: object, *, retained: bool = False) -> None:
        message = Received(self.now, f"ioc/v1/{KIOSK}/{channel}", json.dumps(body).encode(), retained)
        (good,) = self.decoder.batch(Run(1, [message])).good
        patch = patch_of(good, self.live, self.own.kept(KIOSK))
        if good.online is not None:
            self.own.hear_status(KIOSK, online=good.online, retained=good.retained)
        self.live = self.live or Live()
        self.live.merge(patch)

    def says(self, online: bool, *, keeps: bool) -> None:
        self.slot = online if keeps else self.slot
        self.hear("status", {"online": online})

    def measures(self) -> None:
        self.hear("state", {"waiting": 3})

    def subscribes_again(self) -> None:
        if self.slot is not None:
            self.hear("status", {"online": self.slot}, retained=True)

    @property
    def there(self) -> bool | None:
        return self.live.online[1] if self.live and self.live.online else None


STEPS = {
    "birth": lambda w: w.says(True, keeps=True),
    "birth that is not kept": lambda w: w.says(True, keeps=False),
    "will": lambda w: w.says(False, keeps=True),
    "will that is not kept": lambda w: w.says(False, keeps=False),
    "reading": Watcher.measures,
    "ingest again": Watcher.subscribes_again,
}


def lived(steps: list[str]) -> Watcher:
    watcher = Watcher()
    for step in steps:
        watcher.now += 1_000
        STEPS[step](watcher)
    watcher.now += 1_000
    return watcher


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
@settings(deadline=None)
def test_what_the_broker_kept_changes_nothing_that_was_heard_since(steps: list[str]) -> None:
    watcher = lived(["reading", *steps])
    before = (watcher.live.online, watcher.live.heard_at)
    watcher.subscribes_again()
    watcher.subscribes_again()
    assert (watcher.live.online, watcher.live.heard_at) == before


@given(
    st.lists(st.sampled_from(sorted(STEPS)), max_size=8),
    st.lists(st.sampled_from(["will", "will that is not kept", "ingest again"]), max_size=8),
)
@settings(deadline=None)
def test_only_data_or_true_bring_back_who_was_called_gone(before: list[str], after: list[str]) -> None:
    watcher = lived([*before, "will"])
    gone = watcher.live.online
    assert watcher.there is False
    for step in [*after, "will"]:
        watcher.now += 1_000
        STEPS[step](watcher)
        assert watcher.live.online == gone, step
    watcher.now += 1_000
    STEPS["reading"](watcher)
    assert watcher.there is True


def test_a_will_that_comes_twice_is_no_return_and_no_sign_of_life() -> None:
    watcher = lived(["birth", "reading"])
    heard = watcher.live.heard_at
    for _ in range(3):
        watcher.now += 9_000
        STEPS["will"](watcher)
        assert watcher.there is False
    assert watcher.live.heard_at == heard


def test_a_kept_word_of_another_kind_than_was_kept_before_is_news() -> None:
    watcher = lived(["birth", "reading", "ingest again"])
    watcher.slot = False  # it died while nobody listened, and the session was lost
    watcher.subscribes_again()
    assert watcher.there is False
    watcher.slot = True
    watcher.subscribes_again()
    assert watcher.there is True


def test_a_kept_word_with_a_time_of_its_own_counts_against_what_is_older() -> None:
    watcher = lived(["reading"])
    watcher.now += 60_000
    watcher.hear("status", {"online": False, "ts": NOW}, retained=True)
    assert watcher.there is None
    watcher.hear("status", {"online": False, "ts": watcher.now - 10 * DAY_MS}, retained=True)
    assert watcher.there is None, "a time before our days is no time of its own"
    watcher.hear("status", {"online": False, "ts": watcher.now - 1_000}, retained=True)
    assert watcher.there is False


def test_a_kept_word_is_all_there_is_of_a_source_never_heard() -> None:
    watcher = Watcher()
    watcher.slot = False
    watcher.subscribes_again()
    assert watcher.there is False
    assert watcher.live.heard_at is None


def test_a_retained_state_of_no_known_age_is_no_reading_and_replaces_none() -> None:
    topic = f"ioc/v1/{KIOSK}/state"
    bodies = [{"waiting": 9}, {"ts": NOW - 10 * DAY_MS, "waiting": 9}, {"ts": NOW - 1, "waiting": 4}]
    messages = [Received(NOW, topic, json.dumps(body).encode(), retained=True) for body in bodies]
    batch = Decoder(kinds(), inventory()).batch(Run(1, messages))
    assert [sample.t for sample in samples_of(batch)] == [NOW - 1]
    live = Live({"waiting": (NOW - 5, 3)})
    for good in batch.good[:2]:
        live.merge(patch_of(good, live))
    assert live.metrics == {"waiting": (NOW - 5, 3)}


def test_a_replayed_hour_makes_nobody_older_than_it_is() -> None:
    newer, older = Patch(KIOSK, online=(NOW, False), heard_at=NOW), Patch(KIOSK, online=(NOW - 9, True), heard_at=5)
    join(newer, older)
    assert (newer.online, newer.heard_at) == ((NOW, False), NOW)


def test_replayed_readings_do_not_set_back_when_a_source_was_heard(line: Line) -> None:
    line.take((f"ioc/v1/{KIOSK}/state", {"ts": NOW, "waiting": 1}))
    heard = line.records.world.of(KIOSK).heard_at
    body = json.dumps({"ts": NOW - 3_600_000, "waiting": 2}).encode()
    line.records.take(
        line.decoder.batch(Run(line.seq + 1, [Received(NOW - 3_600_000, f"ioc/v1/{KIOSK}/state", body, False)]))
    )
    assert line.records.world.of(KIOSK).heard_at == heard
    assert line.records.live.patches[KIOSK].heard_at == heard


def test_a_kept_will_beats_no_newer_reading_after_a_restart(line: Line) -> None:
    status, state = f"ioc/v1/{KIOSK}/status", f"ioc/v1/{KIOSK}/state"
    line.take((status, b"offline"), retained=True)
    line.take((state, {"ts": NOW + 400_000, "waiting": 3}))
    assert line.records.world.of(KIOSK).online[1] is True
    line.flush()
    for _ in range(2):
        line = Line(line.path)
        line.take((status, b"offline"), retained=True)
        assert line.records.world.of(KIOSK).online[1] is True
        line.flush()


def test_a_will_kept_instead_of_a_birth_counts_after_a_restart(line: Line) -> None:
    status = f"ioc/v1/{KIOSK}/status"
    line.take((status, b"online"), (f"ioc/v1/{KIOSK}/state", {"ts": NOW, "waiting": 3}))
    line.take((status, b"online"), retained=True)
    line.flush()
    line = Line(line.path)
    line.take((status, b"offline"), retained=True)
    assert line.records.world.of(KIOSK).online[1] is False
