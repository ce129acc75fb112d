"""A dossier is received in the name of an org that its source speaks for: nobody else raises a sibling's overdue."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from ioc.config.read import one_map
from ioc.core.errors import UsageError
from ioc.core.model import Reason, SourceKey, SourceStatus
from ioc.domain.importing.inventory import import_orgs, import_sources
from ioc.domain.inventory import Inventory, Org, OrgTree, Source
from ioc.domain.inventory.records import load
from ioc.ingest.decode import Decoder
from ioc.ingest.inbox import Received, Run
from ioc.messages.mapping.maps import Maps
from ioc.platform.db import Database, migrate, sqlite_url
from tests.databases import empty_records
from tests.live.worlds import kinds, source

NOW = 1_795_222_800_000
OURS, SIBLING, BELOW, FORMER = "hg.dv", "hg.bq", "hg.dv.lc", "hg.dv.cu"
TREE = [
    Org("hg", "Tỉnh", "province"),
    Org(OURS, "Đồng Văn", "district", "hg"),
    Org(SIBLING, "Bắc Quang", "district", "hg"),
    Org(BELOW, "Lũng Cú", "commune", OURS),
    Org(FORMER, "Xã cũ", "commune", SIBLING, valid_to="2025-06-30", successor=BELOW),
]
KEY = SourceKey(OURS, "dossier", "mot-cua")
MAP = {"topic": "lsx/+dev", "org": OURS, "kind": "dossier", "source": "{dev}", "channel": "event",
       "fields": {"event_id": "id", "code": "ma", "receiving_org": "nhan"}}  # fmt: skip


def told(topic: str, known: Source | None = None, **fields: str) -> Reason | None:
    """Why it is in quarantine; None where it was taken."""
    inventory = Inventory(OrgTree(TREE, day="2026-11-21"), {} if known is None else {known.key: known})
    rule, problems = one_map(MAP)
    assert rule is not None, problems
    body = {"event_id": "1", "ts": NOW, "code": "H22-1", **fields}
    batch = Decoder(kinds(), inventory, Maps([rule], kinds())).batch(
        Run(1, [Received(NOW, topic, json.dumps(body).encode(), retained=False)])
    )
    assert len(batch.good) + len(batch.bad) == 1
    return batch.bad[0].reason if batch.bad else None


EVENT = f"ioc/v1/{KEY}/event"


@pytest.mark.parametrize("known", [None, source(KEY, 1), source(KEY, 1, serves=(BELOW,))])
def test_in_a_siblings_name_nothing_is_taken(known: Source | None) -> None:
    assert told(EVENT, known, receiving_org=SIBLING) is Reason.NOT_SERVED
    assert told(EVENT, known, receiving_org="hg") is Reason.NOT_SERVED, "nor in that of the province"


@pytest.mark.parametrize("org", [OURS, BELOW, FORMER])
def test_in_its_own_name_and_of_all_below_it_is(org: str) -> None:
    assert told(EVENT, receiving_org=org) is None


def test_who_handles_it_may_be_anybody() -> None:
    assert told(EVENT, receiving_org=OURS, handling_org=SIBLING) is None
    assert told(EVENT, handling_org="hg") is None


def test_a_source_that_serves_them_may() -> None:
    assert told(EVENT, source(KEY, 1, serves=(SIBLING,)), receiving_org=SIBLING) is None


def test_a_vendors_topic_is_held_to_it_too() -> None:
    fields = {"id": "1", "ma": "H22-1"}
    assert told("lsx/x", **fields, nhan=SIBLING) is Reason.NOT_SERVED
    assert told("lsx/x", **fields, nhan=OURS) is None


def test_the_inventory_says_whom_a_source_serves(tmp_path: Path) -> None:
    db = empty_records(tmp_path / "x.sqlite")
    import_orgs(db, "code,name,parent\nhg,Tỉnh,\nhg.dv,Đồng Văn,hg\nhg.bq,Bắc Quang,hg\n", NOW, dry_run=False)
    head = "org,kind,source,serves\n"
    import_sources(db, f"{head}hg.dv,dossier,mot-cua,hg.bq; hg\n", kinds(), NOW, dry_run=False)
    with db.read() as conn:
        assert load(conn, "2026-11-21", kinds()).sources[KEY].serves == ("hg.bq", "hg")
    with pytest.raises(UsageError, match="serves: 'mars' is not in the tree"):
        import_sources(db, f"{head}hg.dv,dossier,mot-cua,mars\n", kinds(), NOW, dry_run=False)
    db.close()


def test_what_a_source_served_before_it_goes_on_serving(tmp_path: Path) -> None:
    """At the upgrade: two dossiers of a district's system, one of them in the name of its sibling."""
    db = Database(sqlite_url(tmp_path / "old.sqlite"))
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    values = {"handling_org": "hg", "history": "[]", "online": 0, "undated": 0, "is_open": 1, "changed_at": 1}
    with db.write() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0036")
        conn.execute(sa.text("INSERT INTO org (code, name, parent) VALUES ('hg', 'T', NULL), ('hg.dv', 'D', 'hg')"))
        conn.execute(
            sa.text("INSERT INTO org (code, name, parent) VALUES ('hg.bq', 'B', 'hg'), ('hg.dv.lc', 'L', 'hg.dv')")
        )
        row = {"id": 1, **KEY._asdict(), "status": str(SourceStatus.ACTIVE), "simulated": 0}
        for table, rows in {
            "source": [row],
            "dossier": [{**values, "source_id": 1, "code": code, "receiving_org": code} for code in (BELOW, SIBLING)],
        }.items():
            conn.execute(sa.insert(sa.table(table, *map(sa.column, rows[0]))), rows)
    migrate.upgrade(db)
    with db.read() as conn:
        assert conn.scalar(sa.text("SELECT serves FROM source")) == SIBLING
    db.close()
