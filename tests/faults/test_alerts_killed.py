"""Engine and outbox killed at every step of decide, commit, claim, send, mark: each alert told, extras at most kills.

A point is a place where a process can end with something different on disk or at the gateway: before and after each
commit, before the gateway was asked and after it took the message. The short run kills once at each of them;
`scripts/long alerts-killed` also twice, at every pair within a stretch.
"""

from collections import Counter
from contextlib import contextmanager

from tests.alerts.conftest import OFFLINE, Stage
from tests.long import running_long

RULES = OFFLINE + "hold_s = 2\n"
SECOND = """
[[receiver]]
name = "lanh-dao"
email = ["chief@example.vn"]
[[route]]
receivers = ["lanh-dao"]
channels = ["mail"]
"""
TICKS = 14  # of 5 s: it fires, is told, ends, and the end is told


class Killed(BaseException):
    """kill -9: nothing after it runs."""


class Kills:
    """Counts the points that are passed, and kills at those that were chosen."""

    def __init__(self, at=()):
        self.at = frozenset(at)
        self.passed = 0
        self.struck = 0

    def point(self):
        self.passed += 1
        if self.passed in self.at:
            self.struck += 1
            raise Killed


class Story:
    """A kiosk that leaves and returns, and whatever number of kills on the way."""

    def __init__(self, folder, config, kills):
        folder.mkdir()
        self.stage, self.kills = Stage(folder, config), kills
        self.stage.db.write = self._watched(self.stage.db.write)
        self.stage.pocket.send = self._sent(self.stage.pocket.send)
        self.kiosk = self.stage.add("xm/queue/k1")

    def _watched(self, write):
        @contextmanager
        def watched(**options):
            with write(**options) as conn:
                yield conn
                self.kills.point()
            self.kills.point()

        return watched

    def _sent(self, send):
        def sent(options, message):
            self.kills.point()
            receipt = send(options, message)
            self.kills.point()
            return receipt

        return sent

    def play(self):
        self.stage.leaves(self.kiosk)
        for i in range(TICKS):
            if i == TICKS // 2:
                self.stage.returns(self.kiosk)
            self.stage.clock.advance(5)
            if i > TICKS // 2:
                self.stage.hear(self.kiosk)
            self._alive(self.stage.tick)
        return self

    def _alive(self, work):
        """Do it, in as many lives as it takes; only what the database and the gateway hold outlives a kill."""
        while True:
            try:
                return work()
            except Killed:
                self._alive(self.stage.start)

    def copies(self):
        """How often each notification came, by its id; each belongs to one address."""
        return Counter((message.ref, message.address) for message in self.stage.pocket.messages)

    def told(self):
        """What each address was told, each notification once, in order."""
        first = {message.ref: message for message in reversed(self.stage.pocket.messages)}
        found = {}
        for message in sorted(first.values(), key=lambda message: message.at):
            found.setdefault(message.address, []).append(str(message.event))
        return found


def played(folder, config, at=()):
    """The story with kills at these points, once it is over; its extras."""
    kills = Kills(at)
    story = Story(folder, config, kills).play()
    story.stage.db.close()
    return kills, story, sum(story.copies().values()) - len(story.copies())


def test_killed_at_every_step(tmp_path):
    config = RULES + SECOND
    quiet, story, extras = played(tmp_path / "no-fault", config)
    expected = story.told()
    assert extras == 0, "an extra without a kill"
    assert set(map(tuple, expected.values())) == {("firing", "resolved")}
    assert quiet.passed > 20
    most = 0
    for at in chosen(quiet.passed):
        kills, story, extras = played(tmp_path / "-".join(map(str, at)), config, at)
        assert kills.struck == len(at), at
        assert extras <= kills.struck, at
        assert story.told() == expected, at
        most = max(most, extras)
    assert most > 0, "no kill hit between gateway and mark"


def chosen(n):
    once = [(i,) for i in range(1, n + 1)]
    if not running_long("alerts-killed"):
        return once
    return once + [(i, j) for i in range(1, n) for j in range(i + 1, min(n, i + 12))]
