"""Readers hear up to when a system's records are known once those records are there, never before."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from ioc.live.deltas import DELTA_TOPIC, Delta, unseal
from ioc.platform.db.tables import dossier
from tests.ingest.pumping import KEY, NOW, Works


@pytest.mark.parametrize("said", [{"as_of": NOW, "complete": True}, {"complete": True}, {"complete": False}])
def test_a_delivery_is_committed_before_its_end_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: dict[str, object]
) -> None:
    works = Works(tmp_path)
    works.step()
    there: list[int] = []

    def publish(topic: str, payload: bytes, **_how: object) -> None:
        delta = unseal(KEY, payload, Delta) if topic == DELTA_TOPIC else None
        if delta and any("complete" in patch.metrics for patch in delta.patches):
            there.extend(works.rows(sa.select(sa.func.count()).select_from(dossier))[0])

    monkeypatch.setattr(works.bus, "publish", publish)
    events = [("hg/dossier/mot-cua/event", {"event_id": f"e{i}", "ts": NOW, "code": f"H{i}"}) for i in range(50)]
    works.send(*events, ("hg/dossier/mot-cua/state", {"ts": NOW, **said}))
    works.clock.advance(0.3)
    works.pump.step()
    assert there == [50]
