"""What `ioc connector try` says the inventory makes of what would be published."""

from functools import partial

import pytest

from connectors.commands.connector import remarks
from ioc.core.model import SourceKey
from ioc.domain.importing.inventory import import_orgs, import_sources
from ioc.domain.inventory.records import register
from tests.connectors.probing import connector
from tests.databases import empty_records
from tests.live.worlds import kinds

NOW = 1_795_251_600_000
TARGET = {"host": "127.0.0.1", "port": 1}


@pytest.fixture
def db(tmp_path):
    database = empty_records(tmp_path / "ioc.sqlite")
    for reader, text in (
        (import_orgs, "code,name,kind,parent\nhg,Tỉnh Hà Giang,province,\n"),
        (partial(import_sources, kinds=kinds()), "org,kind,source,name,interval_s\nhg,service,portal,Cổng,60\n"),
    ):
        path = tmp_path / "file.csv"
        path.write_text(text, encoding="utf-8")
        reader(database, path, now=NOW, dry_run=False)
    with database.write() as conn:
        register(database, conn, SourceKey("hg", "service", "new"), NOW)
    yield database
    database.close()


@pytest.mark.parametrize(
    ("publish", "every_s", "said"),
    [
        ("hg/service/portal", 30, []),
        ("hg/service/portal", 300, ["! hg/service/portal promises a word every 60 s, this is one every 300 s"]),
        ("hg/service/new", 30, ["! hg/service/new counts in no figure and under no rule before"]),
        ("hg/service/unheard", 30, ["! hg/service/unheard counts in no figure and under no rule before"]),
        ("tq/service/portal", 30, ["! org tq is unknown: what is published would go to quarantine"]),
    ],
)
def test_a_state_for_nobody_is_remarked(db, publish, every_s, said):
    lines = remarks(db, kinds(), connector("tcp", publish=publish, every_s=every_s, **TARGET))
    assert len(lines) == len(said)
    assert all(line.startswith(words) for line, words in zip(lines, said, strict=True))
