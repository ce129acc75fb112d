"""Two alert engines on one PostgreSQL: one works, the other takes over when the first is frozen or killed.

One round in the suite; `scripts/long ha` has ten, frozen and killed in turn.
"""

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from ioc.platform.db import Database
from ioc.platform.db.tables import alert, lease, notification, role_beat
from tests.alerts.backlog import Mailbox, fill
from tests.long import size
from tests.postgres_server import postgresql
from tests.running import Running, import_orgs, running, wait_until
from tests.servers import mosquitto

PASSWORD = "thu-nghiem"
ROUNDS = size("ha", 1, 10)
MESSAGES = size("ha", 60, 200)
TAKEN_OVER_S = 15.0
CONFIG = """
data_dir = "{data}"
[database]
url = "{url}"
[mqtt]
url = "{broker}"
[live]
key = "chung-mot-khoa-cho-hai-may-chu-00"
[alerts]
startup_grace_s = 0
group_wait_s = 0
flap_returns = 0
[[channel]]
name = "mail"
kind = "email"
host = "127.0.0.1"
port = {port}
sender = "ioc@example.vn"
[[receiver]]
name = "truc-ban"
email = ["truc@example.vn"]
[[route]]
receivers = ["truc-ban"]
channels = ["mail"]
[[rule]]
id = "he-thong"
kind = "system"
severity = "critical"
hours = "always"
hold_s = 0
"""


class SlowMailbox(Mailbox):
    """Takes its time over each message, so that a kill meets one under way."""

    async def handle_DATA(self, server, session, envelope):  # type: ignore[no-untyped-def]
        await asyncio.sleep(0.03)
        return await super().handle_DATA(server, session, envelope)


class Pair:
    """Two installations on one database, each with a data directory of its own."""

    def __init__(self, folder: Path, url: str, broker: str, port: int, stack: ExitStack) -> None:
        self.db = Database(url)
        self.serving: dict[int, Running] = {}
        self.stack = stack
        self.configs = []
        for i in range(2):
            place = folder / f"may-{i}"
            place.mkdir()
            config = place / "ioc.toml"
            text = CONFIG.format(data=place / "data", url=url, broker=broker, port=port)
            config.write_text(text, encoding="utf-8")
            self.configs.append(config)

    def start(self, i: int) -> None:
        folder = self.configs[i].parent
        self.serving[i] = self.stack.enter_context(running(self.configs[i], folder / "data", only="alerts"))

    def active(self) -> int | None:
        """Which of the two holds the duty; None while the holder is neither."""
        with self.db.read() as conn:
            holder = conn.scalar(sa.select(lease.c.holder).where(lease.c.duty == "alerts"))
        pids = {self.serving[i].pid("alerts"): i for i in self.serving}
        return pids.get(int(str(holder).rpartition(":")[2])) if holder else None

    def owed(self) -> int:
        with self.db.read() as conn:
            unsent = notification.c.state.in_(("held", "waiting", "sending"))
            return conn.scalar(sa.select(sa.func.count()).select_from(notification).where(unsent)) or 0

    def trouble(self, *, begins: bool) -> None:
        """The connectors fall silent, or are back."""
        at = 0 if begins else round(time.time() * 1000) + 3_600_000
        with self.db.write() as conn:
            conn.execute(sa.delete(role_beat).where(role_beat.c.role == "connectors"))
            conn.execute(sa.insert(role_beat).values(role="connectors", at=at, ok=True, detail={}))

    def firing(self) -> bool:
        with self.db.read() as conn:
            return bool(
                conn.scalar(
                    sa.select(sa.func.count()).select_from(alert).where(alert.c.rule == "he-thong", alert.c.open)
                )
            )


@pytest.fixture
def mailbox() -> Iterator[SlowMailbox]:
    made = SlowMailbox()
    made.become("ok")
    yield made
    made.close()


def test_the_other_takes_over_and_nothing_is_forgotten(tmp_path: Path, mailbox: SlowMailbox) -> None:
    with ExitStack() as stack:
        url = stack.enter_context(postgresql(PASSWORD))
        url = url.replace("postgresql://ioc@", f"postgresql+psycopg://ioc:{PASSWORD}@")
        broker = stack.enter_context(mosquitto(tmp_path, "allow_anonymous true\n"))
        pair = Pair(tmp_path, url, broker.url, mailbox.port, stack)
        stack.callback(pair.db.close)
        import_orgs(pair.configs[0], tmp_path)
        for i in range(2):
            pair.start(i)
        wait_until(lambda: pair.active() is not None, "an active engine")
        no_fault(pair, mailbox)
        for n in range(ROUNDS):
            taken_over(pair, mailbox, frozen=n % 2 == 0)


def no_fault(pair: Pair, mailbox: SlowMailbox) -> None:
    before = pair.active()
    fill(pair.db, MESSAGES, ["a@example.vn"], channel="mail")
    wait_until(lambda: pair.owed() == 0, "the backlog")
    assert set(Counter(ref for _, ref in mailbox.taken).values()) == {1}
    assert len(mailbox.taken) == MESSAGES
    assert pair.active() == before


def taken_over(pair: Pair, mailbox: SlowMailbox, *, frozen: bool) -> None:
    """The holder goes away in the middle of a backlog, with an alert open that ends meanwhile."""
    mailbox.taken.clear()
    pair.trouble(begins=True)
    wait_until(lambda: len(mailbox.taken) == 1, "the alert of the engine", 20)
    holder = pair.active()
    assert holder is not None
    refs = fill(pair.db, MESSAGES, ["a@example.vn"], channel="mail")
    wait_until(lambda: len(mailbox.taken) > MESSAGES // 4, "a backlog under way")
    went = time.monotonic()
    pid = pair.serving[holder].pid("alerts")
    if frozen:
        os.kill(pid, signal.SIGSTOP)
    else:
        pair.serving[holder].process.kill()  # the machine: its supervisor starts nothing again
        os.kill(pid, signal.SIGKILL)
    pair.trouble(begins=False)
    wait_until(lambda: pair.active() == 1 - holder, "the other to take over", 60)
    took = time.monotonic() - went
    wait_until(lambda: pair.owed() == 0 and not pair.firing(), "the rest of the backlog, and the end of the alert")
    if frozen:
        os.kill(pid, signal.SIGCONT)
        time.sleep(2)  # had it anything to say, it would say it now
        assert pair.active() == 1 - holder
    else:
        pair.serving.pop(holder)
        pair.start(holder)
    wait_until(lambda: pair.owed() == 0, "the end of the alert told")
    copies = Counter(ref for _, ref in mailbox.taken)
    extras = sum(copies.values()) - len(copies)
    sys.stdout.write(f"{'frozen' if frozen else 'killed'}: taken over after {took:.1f} s, {extras} extra\n")
    assert took <= TAKEN_OVER_S
    assert set(refs) <= copies.keys(), "forgotten"
    assert extras <= 1, "told twice without need"
    assert len(copies) == MESSAGES + 2, "the alert of the engine and its end, once each"
