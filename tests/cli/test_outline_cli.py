"""Borders as files: taken in after a check against the tree, listed, printed as GeoJSON that can be taken in again."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ioc import cli
from tests.web.outlines.shapes import collection, feature

ORGS = "code,name,kind,parent\np,Tỉnh P,province,\np.a,Xã A,commune,p\np.b,Xã B,commune,p\np.c,Xã C,commune,p\n"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ioc(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.main([*arguments, "--data-dir", str(tmp_path / "data")])
        out = capsys.readouterr()
        return code, out.out, out.err

    orgs = tmp_path / "orgs.csv"
    orgs.write_text(ORGS, encoding="utf-8")
    assert run("org", "import", str(orgs))[0] == 0
    return run


def test_borders_go_in_and_come_out_and_what_was_not_used_is_said(ioc: Run, tmp_path: Path) -> None:
    file = tmp_path / "xa.geojson"
    given = collection(feature(0, 0, 4, ten="Xã A"), feature(1, 0, 4, org="p.b"), feature(2, 0, ten="Xã X"))
    file.write_text(json.dumps(given), encoding="utf-8")
    code, said, _ = ioc("outline", "import", "p", str(file))
    assert (code, said.splitlines()) == (
        0,
        [
            "saved: p, version 1, 34 points of 39",
            "not used: features[2] 'Xã X': no org below 'p' has this name",
            "without an area: p.c",
        ],
    )
    assert ioc("outline", "list")[1] == "p  2 areas  34 points of 39  version 1 by cli\n"
    file.write_text(ioc("outline", "export", "p")[1], encoding="utf-8")
    assert ioc("outline", "import", "p", str(file))[1].startswith("saved: p, version 2, 34 points of 34")
    assert ioc("outline", "export", "p.a")[0] != 0
    file.write_text("{", encoding="utf-8")
    assert "truncated" in ioc("outline", "import", "p", str(file))[2]
