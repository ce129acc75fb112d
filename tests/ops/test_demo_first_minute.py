"""A fresh demo: nothing of it in quarantine, no alert that ends by itself within a minute, and the incident it shows.

The incident is waited for by `scripts/long demo`.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ioc.platform.postbox import Postbox
from tests.long import running_long, size
from tests.ops.running import Running
from tests.servers import free_port

# on a working morning, and seconds before the close of business, when dossiers fall due; each province once
STARTS = (("tuyen-quang", "2026-11-30T09:10"), ("ha-giang", "2021-11-22T16:59:40"))
WATCHED_S = size("demo", 45, 270)  # alerts begin after 20 s, and the past is told after 35


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """Two at once, watched until their past is told and what it might have raised would have ended."""
    folders = [tmp_path_factory.mktemp(f"demo-{i}") / "data" for i in range(len(STARTS))]
    running = [
        Running(
            "demo", "--province", province, "--data-dir", str(folder), "--at", at,
            "--http-port", str(free_port()), "--mqtt-port", str(free_port()),
        )
        for folder, (province, at) in zip(folders, STARTS, strict=True)
    ]  # fmt: skip
    try:
        for one in running:
            one.ready()
        time.sleep(WATCHED_S)
        yield folders
    finally:
        for one in running:
            one.kill()


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{folder / 'ioc.sqlite'}?mode=ro", uri=True, timeout=10)) as db:
        return db.execute(query).fetchall()


@pytest.mark.parametrize("which", range(len(STARTS)))
def test_nothing_is_quarantined_and_no_alert_is_taken_back(demos: list[Path], which: int) -> None:
    folder = demos[which]
    ((received,),) = rows(folder, "SELECT n FROM counter WHERE name = 'received'")
    assert isinstance(received, int)
    assert received > 500, "it speaks"
    assert rows(folder, "SELECT topic, reason, detail FROM quarantine") == []
    taken_back = "SELECT rule, org, source FROM alert WHERE fired_at IS NOT NULL AND ended_at - fired_at < 60000"
    assert rows(folder, taken_back) == []


@pytest.mark.skipif(not running_long("demo"), reason="scripts/long demo")
@pytest.mark.parametrize("which", range(len(STARTS)))
def test_a_line_is_cut_told_within_two_minutes_and_comes_back(demos: list[Path], which: int) -> None:
    folder = demos[which]
    ((began,),) = rows(folder, "SELECT min(at) FROM audit")
    texts = [(one.at, one.text) for one in reversed(Postbox(folder / "postbox.jsonl").newest()) if one.way == "sms"]
    about = [(at, text) for at, text in texts if "Quan Ba" in text]
    told, over = (next(at for at, text in about if words in text) for words in ("NGHIEM TRONG", "DA KHAC PHUC"))
    assert isinstance(began, int)
    assert told - began < 120_000 < over - began
    assert all(text.startswith("[MO PHONG]") for _, text in about)
