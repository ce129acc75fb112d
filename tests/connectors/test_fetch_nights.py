"""Nights of many dossiers: only what changed since the last one is sent. `scripts/long fetch` has 100 000 of them."""

import os
import resource
import sys
import time

from tests.connectors.fetching import NOW, House, fetcher, nightly
from tests.long import size

ROWS = size("fetch", 2_000, 100_000)
NIGHT_S = 86_400


def test_only_what_changed_since_the_last_night_is_sent(tmp_path, capsys):
    house, drop = House(tmp_path / "data"), tmp_path / "in"
    drop.mkdir()
    told = []
    for night in range(3):
        path = drop / "hs.csv"
        path.write_text(nightly(ROWS, **({"r500": "Đã trả kết quả"} if night == 2 else {})), encoding="utf-8-sig")
        os.utime(path, (NOW / 1000 - NIGHT_S * (3 - night),) * 2)
        began = time.perf_counter()
        (outcome,), events, _states = house.turn(fetcher("folder", path=str(drop), settle_s=0))
        told.append((outcome.rows, outcome.changed, len(events), round(time.perf_counter() - began, 1)))
    with capsys.disabled():
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        sys.stdout.write(f"\n(rows, changed, sent, seconds) by night: {told}; peak {peak} MB with the test itself\n")
    assert [(rows, changed) for rows, changed, _sent, _s in told] == [(ROWS, ROWS), (ROWS, 0), (ROWS, 1)]
