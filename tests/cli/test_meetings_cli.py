"""The commands of the meeting desk on a data directory of their own."""

from pathlib import Path

import pytest

from tests.running import import_orgs, ioc

CONFIG = 'data_dir = "{data}"\n'
SOURCES = """org,kind,source,name,interval_s,hours
hg,vc,ubnd,UBND tỉnh,60,always
hg.meo-vac,vc,ubnd,UBND huyện,60,always
"""


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "ioc.toml"
    path.write_text(CONFIG.format(data=tmp_path / "data"))
    import_orgs(path, tmp_path)
    sources = tmp_path / "sources.csv"
    sources.write_text(SOURCES, encoding="utf-8")
    ioc("source", "import", str(sources), "--config", str(path))
    return str(path)


def test_a_file_is_shown_taken_and_listed(config: str, tmp_path: Path) -> None:
    file = tmp_path / "lich.csv"
    file.write_text(
        "date,start,end,title,confidential\n2099-01-05,08:00,09:00,Giao ban,\n2099-01-06,08:00,09:00,Kín,x\n"
    )
    given = ("meeting", "import", str(file), "--org", "hg", "--sites", "@all", "--config", config)
    assert "2 would be added" in ioc(*given, "--dry-run")
    assert "2 added" in ioc(*given)
    assert "2 unchanged" in ioc(*given)
    listed = ioc("meeting", "list", "--days", "40000", "--config", config).splitlines()
    assert [line.split("  ")[0] for line in listed] == ["2099-01-05 08:00", "2099-01-06 08:00"]
    assert listed[0].endswith("csv  2 sites  Giao ban")
    assert listed[1].endswith("csv  0 sites  (confidential)")
    copied = ioc("meeting", "copy-week", "--org", "hg", "--monday", "2099-01-12", "--config", config)
    assert "2 added" in copied


def test_what_is_wrong_is_named(config: str, tmp_path: Path) -> None:
    file = tmp_path / "lich.csv"
    file.write_text("date,start,end,title,sites\n2099-01-05,08:00,09:00,Giao ban,@nobody\n")
    with pytest.raises(AssertionError, match="line 2: '@nobody' names no endpoint"):
        ioc("meeting", "import", str(file), "--org", "hg", "--config", config)
    with pytest.raises(AssertionError, match="--org 'hn' is not in the tree"):
        ioc("meeting", "import", str(file), "--org", "hn", "--config", config)
    with pytest.raises(AssertionError, match="expected YYYY-MM-DD"):
        ioc("meeting", "copy-week", "--org", "hg", "--monday", "soon", "--config", config)
