"""A message waits for one look at the inventory, and what an import explains is sent through again by itself."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ioc.ingest import pump as pumping
from ioc.platform.db.tables import audit, source
from tests.ingest.pumping import NOW, ORGS, Works

DONG_VAN = f"{ORGS}hg.dong-van,Huyện Đồng Văn,district,hg\n"
KIOSKS = "org,kind,source,interval_s\nhg.dong-van,queue,k1,60\n"
STATE = "hg.dong-van/queue/k1/state"


@pytest.fixture
def works(tmp_path: Path) -> Works:
    return Works(tmp_path)


def test_a_message_behind_an_import_is_stored_though_no_look_was_due(works: Works) -> None:
    works.step()
    works.import_orgs(DONG_VAN)
    works.import_sources(KIOSKS)
    works.send((STATE, {"ts": NOW, "waiting": 3}))
    works.pump.step()
    works.step()
    assert works.quarantined() == []
    assert [tuple(row) for row in works.rows(sa.select(source.c.source, source.c.status))] == [("k1", "active")]
    assert works.values("hg.dong-van/queue/k1") == {"waiting": 3}
    assert any(topic.endswith("notice") for topic, _ in works.bus.said), "the readers are told to look as well"


def test_a_dossier_of_an_org_just_imported_waits_too(works: Works) -> None:
    works.step()
    works.import_orgs(DONG_VAN)
    event = {"event_id": "e", "ts": NOW, "code": "H1", "receiving_org": "hg.dong-van"}
    works.send(("hg/dossier/mot-cua/event", event))
    works.pump.step()
    works.step()
    assert works.quarantined() == []


def test_a_source_put_back_to_work_is_heard_at_once(works: Works) -> None:
    works.import_orgs(DONG_VAN)
    works.import_sources("org,kind,source,valid_to\nhg.dong-van,queue,k1,2020-01-01\n")
    works.step()
    works.import_sources("org,kind,source,valid_to\nhg.dong-van,queue,k1,\n")
    works.send((STATE, {"ts": NOW, "waiting": 3}))
    works.pump.step()
    works.step()
    assert works.quarantined() == []


def test_a_stream_of_unknowns_costs_one_look_a_batch_and_no_reload(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    works.step()
    works.send(*[(f"mars-{i}/queue/k/state", {"ts": NOW, "waiting": 1}) for i in range(500)])
    asked: list[int] = []
    loaded: list[int] = []
    get, load = pumping.get, pumping.load
    monkeypatch.setattr(pumping, "get", lambda *given: asked.append(1) or get(*given))
    monkeypatch.setattr(pumping, "load", lambda *given: loaded.append(1) or load(*given))
    works.pump.step()
    assert (len(asked), len(loaded)) == (1, 0)
    works.step()
    assert {reason for _, reason, _ in works.quarantined()} == {"unknown_org"}
    assert len(works.quarantined()) == 500


def early(works: Works) -> None:
    """Messages of an org that nobody imported yet: a state, two events, and one that stays unknown."""
    works.send(
        (STATE, {"ts": NOW, "waiting": 1}),
        ("hg.dong-van/queue/k2/event", {"event_id": "a", "type": "ticket_issued", "ts": NOW, "ticket_id": "7"}),
        (STATE, {"ts": NOW + 1, "waiting": 2}),
        ("mars/queue/k/state", {"waiting": 1}),
        ("hg.dong-van/queue/k2/event", {"event_id": "b", "type": "ticket_called", "ts": NOW + 2, "ticket_id": "7"}),
    )
    works.step()
    assert works.explained.run() == 0


def test_what_an_import_explains_is_replayed_by_itself_and_the_counts_balance(works: Works) -> None:
    early(works)
    assert works.totals()["quarantined"] == 5
    works.import_orgs(DONG_VAN)
    works.step()
    assert works.explained.run() == 4
    assert works.explained.run() == 0, "nothing goes round in a circle"
    works.step()
    assert [(topic, replayed) for topic, _, replayed in works.quarantined()] == [
        (STATE, True),
        ("hg.dong-van/queue/k2/event", True),
        (STATE, True),
        ("mars/queue/k/state", False),
        ("hg.dong-van/queue/k2/event", True),
    ]
    assert works.values("hg.dong-van/queue/k1") == {"waiting": 2}
    assert works.values("hg.dong-van/queue/k2")["serving"] == 1
    assert works.records.world.of(("hg.dong-van", "queue", "k1")).heard_at == NOW, "with its first time of receipt"  # type: ignore[arg-type]
    totals = works.totals()
    assert (totals["received"], totals["stored"], totals["quarantined"]) == (9, 4, 5)
    assert works.balances()
    (entry,) = works.rows(sa.select(audit.c.actor, audit.c.detail).where(audit.c.action == "quarantine.explained"))
    assert (entry.actor, entry.detail) == ("ingest", {"messages": 4})


def test_killed_between_inbox_and_mark_it_changes_nothing_twice(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    early(works)
    works.import_orgs(DONG_VAN)
    works.step()

    def killed(*_given: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr("ioc.ingest.explained.audit.record", killed)
        with pytest.raises(SystemExit):
            works.explained.run()
    again = Works(works.root)
    again.step()
    assert again.explained.run() == 4
    again.step()
    assert again.values("hg.dong-van/queue/k2")["serving"] == 1
    assert again.totals()["duplicate"] == 2
    assert again.balances()


def test_after_a_start_what_an_import_explained_meanwhile_is_found(works: Works) -> None:
    early(works)
    works.import_orgs(DONG_VAN)
    later = Works(works.root)
    assert later.explained.run() == 4


def test_a_newcomer_explains_nothing_and_costs_no_look_into_the_quarantine(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    early(works)
    looked: list[int] = []
    monkeypatch.setattr(works.explained, "_resend_all", lambda: looked.append(1) or 0)
    works.send(("hg/queue/new/state", {"ts": NOW, "waiting": 1}))
    works.step()
    assert works.explained.run() == 0
    assert looked == []
