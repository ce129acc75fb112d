"""A night's file laid into a folder, through real processes: records, figures, and up to when they are known."""

import os
import time
from pathlib import Path

import pytest

from tests.connectors.fetching import HEAD, row
from tests.flow.test_contract_processes import Installation
from tests.running import ioc, rows, running, wait_until

SOURCES = "org,kind,source,name\nhg,dossier,mot-cua,Một cửa điện tử\n"
CONFIG = """
[[connector]]
name = "dem"
kind = "folder"
publish = "hg/dossier/mot-cua"
every_s = 1.0
path = "{path}"
settle_s = 0.2
"""


class Office(Installation):
    """A province whose one-stop system delivers files."""

    def __init__(self, folder: Path) -> None:
        self.drop = folder / "drop"
        self.drop.mkdir()
        super().__init__(folder, CONFIG.format(path=self.drop))
        (folder / "sources.csv").write_text(SOURCES, encoding="utf-8")
        ioc("source", "import", str(folder / "sources.csv"), "--config", str(self.config))

    def lay(self, text: str, hours_ago: float) -> None:
        path = self.drop / ".hs.csv"
        path.write_text(text, encoding="utf-8-sig")
        os.utime(path, (time.time() - hours_ago * 3600,) * 2)
        path.rename(self.drop / "hs.csv")

    def records(self) -> list[tuple[object, ...]]:
        return rows(self.data / "ioc.sqlite", "SELECT code, status FROM dossier ORDER BY code")

    def said(self, *words: str) -> str:
        return ioc("connector", *words, "--config", str(self.config))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_what_a_file_says_becomes_records_and_the_next_one_what_changed(office: Office) -> None:
    office.lay(HEAD + row(1) + row(2) + row(3), hours_ago=26)
    preview = office.said("try", "dem")
    assert "line 2: H22.15-1 {" in preview
    assert office.drop.joinpath("hs.csv").exists(), "a look takes nothing"
    with running(office.config, office.data):
        wait_until(lambda: office.records() == [(f"H22.15-{n}", 4) for n in (1, 2, 3)], "three records")
        office.lay(HEAD + row(1, "Đã trả kết quả") + row(2) + row(3), hours_ago=2)
        wait_until(lambda: office.records()[0] == ("H22.15-1", 10), "the change")
        office.lay(HEAD + row(1, "Đã trả kết quả") + 'H22.15-2;"Đang', hours_ago=1)
        kept = office.data / "connectors" / "dem.sqlite"
        wait_until(lambda: rows(kept, "SELECT error FROM delivery WHERE error IS NOT NULL"), "the half file")
    told = office.said("deliveries", "dem").splitlines()
    assert "refused: hs.csv: line 3: the file ends inside a quoted cell: it was cut off" in told[0]
    assert "3 rows, 1 changed, 0 bad, 0 vanished" in told[1]
    assert "3 rows, 3 changed, 0 bad, 0 vanished" in told[2]
    assert office.records() == [("H22.15-1", 10), ("H22.15-2", 4), ("H22.15-3", 4)]
    query = (
        "SELECT json_extract(metrics, '$.as_of[1]') FROM latest JOIN source ON id = source_id WHERE kind = 'dossier'"
    )
    ((kept,),) = rows(office.data / "ioc.sqlite", query)
    assert isinstance(kept, int)
    assert 0 <= kept - (time.time() - 2 * 3600) * 1000 + 60_000 < 180_000
