"""Whatever happens in whatever order: nothing goes out inside a mute that holds it, nothing is lost because of one."""

import contextlib
import itertools
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from alerts.model import NotificationType
from alerts.mutes import silences
from alerts.mutes.silences import Silence
from ioc.config.alerting import MuteMatch
from ioc.core.errors import Code, IocError
from ioc.core.model import SourceKey
from ioc.platform.db.tables import notification
from tests.alerts.conftest import OFFLINE, ROUTES, Stage, ms

CONFIG = """
hold_s = 10
[[maintenance]]
name = "bao-tri"
match = { org = "mv" }
hours = "09:20-09:40"
"""
WINDOW = (ms("2026-11-20 09:20"), ms("2026-11-20 09:40"))
PATHS = ("xm/queue/kiosk-1", "mv/queue/kiosk-2")
MATCHES = ({"org": "xm"}, {"kind": "queue"}, {"source": "kiosk-2"}, {"rule": "offline"}, {"severity": "critical"})
SETTLED_S = 50  # the hold, the wait of a group, two tries that fail, and a tick or two
TICKS_S = (1, 11, 12, 3, 6, 10)  # it is seen, the hold runs out, groups are sent, tried again

EVENT = st.one_of(
    st.tuples(st.sampled_from(["down", "up"]), st.sampled_from(PATHS)),
    st.tuples(st.just("silence"), st.sampled_from(MATCHES), st.integers(0, 3), st.integers(1, 12)),
    st.tuples(st.just("end"), st.integers(0, 9)),
    st.tuples(st.just("restart")),
    st.tuples(st.just("fail"), st.integers(1, 2)),
)
# a story takes a second: one that fails is told as it is, for a search for the shortest takes longer than reading it
UNHURRIED = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
STORY = st.lists(st.tuples(st.sampled_from([1, 4, 13, 60, 240]), EVENT), min_size=3, max_size=9)


@dataclass
class Story:
    """A stage that notes when each source was down and muted, in seconds since the start."""

    stage: Stage
    began: int
    down: dict[str, list[list[float]]] = field(default_factory=lambda: {path: [] for path in PATHS})
    silences: list[Silence] = field(default_factory=list)

    @property
    def now(self) -> float:
        return (self.stage.clock.now_ms() - self.began) / 1000

    def wait(self, seconds: float, every: float = 10_000) -> None:
        """Let time pass; the engine ticks when something may be due: at once, and around every edge of a mute."""
        if seconds > every:
            self.wait(every)
            self.wait(seconds - every, every)
            return
        until = self.now + seconds
        edges = [edge for path in PATHS for span in self.mutes(path) for edge in span]
        due = {at + after for at in (self.now, *edges) for after in itertools.accumulate(TICKS_S)}
        for at in sorted({at for at in due if self.now < at < until} | {until}):
            self.stage.run(at - self.now, step=at - self.now)

    def play(self, event: tuple) -> None:
        match event:
            case ("down", path) if not self.is_down(path):
                self.stage.leaves(SourceKey.parse(path))
                self.down[path].append([self.now, float("inf")])
            case ("up", path) if self.is_down(path):
                self.stage.returns(SourceKey.parse(path))
                self.down[path][-1][1] = self.now
            case ("silence", match, after, minutes):
                self.silence(match, after * 60_000, minutes * 60_000)
            case ("end", n) if n < len(self.silences):
                with self.stage.db.write() as conn:
                    self.silences[n] = silences.end(conn, self.silences[n], "lan", self.stage.clock.now_ms())
            case ("fail", n):
                self.stage.pocket.failures = [IocError(Code.GATEWAY_UNAVAILABLE, "busy")] * n
            case ("restart",):
                self.stage.start()

    def silence(self, match: dict[str, str], after: int, lasts: int) -> None:
        now = self.stage.clock.now_ms()
        wanted = Silence(0, MuteMatch(**match), now + after, now + after + lasts, "lan", "sửa", now)
        with self.stage.db.write() as conn:
            made = silences.add(conn, wanted, now)
        if made.id not in {one.id for one in self.silences}:
            self.silences.append(made)

    def is_down(self, path: str) -> bool:
        return bool(self.down[path]) and self.down[path][-1][1] == float("inf")

    def mutes(self, path: str) -> list[tuple[float, float]]:
        """When what is known of a source's mutes holds it back."""
        org, kind, source = path.split("/")
        own = {"org": org, "kind": kind, "source": source, "rule": "offline", "severity": "critical"}
        spans = [
            (one.starts_at, one.ends_at)
            for one in self.silences
            if one.starts_at < one.ends_at
            and all(own[name] == value for name, value in silences.named(one.match).items())
        ]
        spans += [WINDOW] if org == "mv" else []
        return [((start - self.began) / 1000, (end - self.began) / 1000) for start, end in spans]

    def told(self, path: str, what: NotificationType, receiver: str = "truc-ban") -> list[float]:
        """When each message about a source was delivered to somebody."""
        with self.stage.db.read() as conn:
            rows = conn.execute(sa.select(notification).where(notification.c.what == what)).mappings().all()
        return sorted(
            (row["delivered_at"] - self.began) / 1000
            for row in rows
            if row["state"] == "delivered"
            and row["receiver"] == receiver
            and any(line["subject"] == path for line in row["payload"]["lines"])
        )

    def loud(self, path: str, since: float, until: float) -> list[tuple[float, float]]:
        """The parts of a span in which nothing mutes a source."""
        edges = sorted({since, until, *(edge for span in self.mutes(path) for edge in span if since < edge < until)})
        spans = [
            (a, b) for a, b in itertools.pairwise(edges) if not any(start <= a < end for start, end in self.mutes(path))
        ]
        joined: list[tuple[float, float]] = []
        for a, b in spans:
            joined = [*joined[:-1], (joined[-1][0], b)] if joined and joined[-1][1] == a else [*joined, (a, b)]
        return joined


@contextlib.contextmanager
def told(events: list, every: float = 10_000, until: float = 3_600, base: str = ROUTES) -> Story:
    """Play a story to some time after its last event; `every` so many seconds the engine ticks anyway."""
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder), OFFLINE + CONFIG, base=base)
        for path in PATHS:
            stage.returns(stage.add(path, interval_s=0))
        story = Story(stage, stage.clock.now_ms())
        stage.tick()
        for gap, event in events:
            story.wait(gap, every)
            story.play(event)
            story.wait(sum(TICKS_S))
        story.wait(until, every)
        yield story
        stage.db.close()


def check_muted(story: Story, path: str, *messages: float) -> None:
    for at in messages:
        assert not any(start <= at < end for start, end in story.mutes(path)), f"{path}: told at {at} inside a mute"


def check(story: Story, path: str) -> None:
    firing, resolved = story.told(path, NotificationType.FIRING), story.told(path, NotificationType.RESOLVED)
    check_muted(story, path, *firing)
    for since, until in story.down[path]:
        _check_one(story, path, (since, min(until, story.now)), firing)
        ends = [at for at in resolved if until <= at and not any(until < again <= at for again, _ in story.down[path])]
        heard = [at for at in firing if since <= at <= until]
        assert len(ends) <= 1
        if until < float("inf"):
            assert bool(ends) == bool(heard), f"{path}: heard at {heard}, ended {until}, resolved at {resolved}"
    assert len(resolved) <= len(story.down[path])


def _check_one(story: Story, path: str, down: tuple[float, float], firing: list[float]) -> None:
    """Of one time that it was down: told once in each stretch that nothing mutes, if it is long enough to be known."""
    stretches = story.loud(path, *down)
    for a, b in stretches:
        heard = [at for at in firing if a <= at < b]
        assert len(heard) <= 1, f"{path}: told {heard} in {a}..{b}"
        if b - a > SETTLED_S:
            assert heard, f"{path}: nothing told in {a}..{b}"
    inside = [at for at in firing if down[0] <= at < down[1]]
    assert len(inside) <= len(stretches)


@settings(UNHURRIED, max_examples=10)
@given(STORY)
def test_no_message_inside_a_mute_and_none_lost_because_of_one(events):
    with told(events) as story:
        for path in PATHS:
            check(story, path)
