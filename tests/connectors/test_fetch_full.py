"""A night of 100 000 dossiers, twice; takes half a minute, so it runs with IOC_FULL=1 only."""

import os
import resource
import sys
import time

import pytest

from tests.connectors.fetching import NOW, House, fetcher, nightly

ROWS = 100_000
NIGHT_S = 86_400

pytestmark = pytest.mark.skipif(os.environ.get("IOC_FULL") != "1", reason="IOC_FULL=1 runs it")


def test_a_hundred_thousand_rows_twice(tmp_path, capsys):
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
