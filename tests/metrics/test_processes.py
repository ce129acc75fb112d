"""Other processes: a writer killed at any moment, readers beside a writer."""

import signal
import subprocess
import sys
from pathlib import Path

from ioc.metrics.embedded import EmbeddedStore
from tests.metrics.stories import DAY, MINUTE, NOON, ask, counted, settle

BATCH = 300
ROUNDS = 6
WRITER = """
import sys
from pathlib import Path
from ioc.metrics.embedded import EmbeddedStore
from tests.metrics.stories import KEEP, MINUTE, NOON, sample

store = EmbeddedStore(Path(sys.argv[1]), writer=True)
turn = int(sys.argv[2])
while turn < 900:
    start = turn * 20_000  # three batches a minute: roll-ups and late readings meet
    store.write([sample(NOON + start + k * 60, 1) for k in range(300)])
    print(turn, flush=True)
    store.maintain(NOON + start, KEEP)
    turn += 1
"""


def start_writer(path: Path, turn: int) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(turn)], stdout=subprocess.PIPE, text=True)


def test_a_writer_killed_at_any_moment_loses_no_batch_and_no_roll_up(path: Path) -> None:
    done = -1
    for round_ in range(ROUNDS):
        writer = start_writer(path, done + 1)
        for _ in range(5 + 11 * round_):
            done = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read().split()
        writer.wait(10)
        done = int(rest[-1]) if rest else done

    store = EmbeddedStore(path, writer=True)
    stored = counted(store)
    assert stored in (BATCH * (done + 1), BATCH * (done + 2))  # the batch under way may have been committed unsaid
    settle(store, NOON + DAY)
    per_minute = store._own._conn.execute("SELECT t / 60000, count(*), total(v) FROM reading GROUP BY 1").fetchall()
    assert store._own._conn.execute("SELECT t / 60000, n, sum FROM m1").fetchall() == per_minute
    assert counted(store) == stored
    assert store._own._conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store.close()


def test_a_reader_beside_a_writer_sees_whole_batches(path: Path) -> None:
    reader = EmbeddedStore(path, writer=False)
    writer = start_writer(path, 0)
    seen = []
    while writer.stdout.readline():
        seen.append(counted(reader))
        if len(seen) == 60:
            break
    writer.kill()
    writer.wait(10)
    writer.stdout.close()
    assert seen == sorted(seen)
    assert all(count % BATCH == 0 for count in seen)
    assert seen[0] < seen[-1]
    reader.close()


def test_readers_do_not_keep_the_log_from_being_written_back(store: EmbeddedStore, path: Path) -> None:
    reader = EmbeddedStore(path, writer=False)
    settle(store, NOON)
    ask(reader, NOON, NOON + MINUTE)
    blocked, _, _ = store._own._conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert not blocked
    assert path.with_name(path.name + "-wal").stat().st_size == 0
    reader.close()
