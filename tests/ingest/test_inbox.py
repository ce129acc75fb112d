"""The inbox keeps what was acknowledged, in order, and says when there is no room."""

from pathlib import Path

import pytest

from ioc.core.errors import IocError
from ioc.ingest.inbox import DamagedInboxError, Inbox, Received
from ioc.platform.aside import aside


def rows(first: int, n: int) -> list[Received]:
    return [Received(1_000 + i, f"t/{i}", b"x" * 100, retained=False) for i in range(first, first + n)]


def test_messages_come_back_in_arrival_order_under_the_same_identity(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox.sqlite")
    assert inbox.append(rows(0, 450)) == 1
    assert inbox.append(rows(450, 50)) == 451
    again = Inbox(tmp_path / "inbox.sqlite")
    assert again.id == inbox.id
    run = again.after(0, 1_000)
    assert (run.first, run.last) == (1, 500)
    assert [message.topic for message in run.messages] == [f"t/{i}" for i in range(500)]
    tail = again.after(448, 10)
    assert (tail.first, [message.topic for message in tail.messages[:3]]) == (449, ["t/448", "t/449", "t/450"])
    assert again.after(500, 10).messages == []


def test_a_cursor_is_kept(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox.sqlite")
    assert inbox.cursor("metrics") == 0
    inbox.advance("metrics", 7)
    assert Inbox(tmp_path / "inbox.sqlite").cursor("metrics") == 7


def test_only_done_and_old_rows_go_and_numbers_are_never_used_again(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox.sqlite")
    for i in range(0, 10, 2):
        inbox.append(rows(i, 2))
    assert inbox.prune(done=7, before=1_004) == 2
    assert (inbox.after(0, 100).first, inbox.after(0, 100).last) == (5, 10)
    assert inbox.prune(done=10, before=9_999) == 2
    assert inbox.append(rows(0, 1)) == 11
    assert inbox.newest() == 11


def test_a_full_inbox_says_so_loses_nothing_and_takes_again_when_there_is_room(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox.sqlite", max_bytes=200_000)
    kept = 0

    def fill() -> None:
        nonlocal kept
        while kept < 10_000:
            inbox.append(rows(kept, 100))
            kept += 100

    with pytest.raises(IocError, match="inbox reached 200000 bytes") as full:
        fill()
    assert full.value.transient
    assert len(inbox.after(0, 10_000).messages) == kept
    inbox.prune(done=kept, before=10**9)
    assert inbox.append(rows(0, 1)) == kept + 1


def test_a_nearly_full_disk_stops_it_before_others_cannot_write(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox.sqlite", min_free_bytes=10**18)
    with pytest.raises(IocError, match="bytes free on disk"):
        inbox.append(rows(0, 1))


def test_what_is_no_inbox_is_set_aside_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "inbox.sqlite"
    path.write_bytes(b"no database" * 1_000)
    inbox = Inbox(path)
    assert inbox.append(rows(0, 3)) == 1
    (kept,) = tmp_path.glob("inbox.sqlite.damaged-*")
    assert kept.read_bytes().startswith(b"no database")


def test_a_page_that_is_damaged_meanwhile_ends_it_once_for_all_who_have_it_open(tmp_path: Path) -> None:
    path = tmp_path / "inbox.sqlite"
    inbox = Inbox(path)
    for i in range(0, 4_000, 1_000):
        inbox.append(rows(i, 1_000))
    inbox.close()
    raw = bytearray(path.read_bytes())
    raw[4 * 4096 :] = b"\xff" * (len(raw) - 4 * 4096)
    path.write_bytes(raw)
    reader, writer = Inbox(path), Inbox(path)
    for spoilt in (reader, writer):
        with pytest.raises(DamagedInboxError):
            spoilt.after(0, 10_000)
    fresh = Inbox(path)
    assert fresh.id != reader.id
    assert fresh.append(rows(0, 1)) == 1
    assert len(aside(path)) == 1
