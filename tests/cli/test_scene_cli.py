"""Scenes as files: printed, taken in after a check of all of them, and listed with who changed them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ioc import cli
from web.scenes import SCENES

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ioc(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["scene", *arguments, "--data-dir", str(tmp_path / "data")])
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


def test_what_is_exported_can_be_imported_again(ioc: Run, tmp_path: Path) -> None:
    code, text, _ = ioc("export")
    scenes = json.loads(text)
    assert code == 0
    assert [scene["name"] for scene in scenes] == list(SCENES)
    scenes[0]["widgets"] = scenes[0]["widgets"][:2]
    file = tmp_path / "scenes.json"
    file.write_text(json.dumps(scenes[:1]), encoding="utf-8")
    assert ioc("import", str(file), "--note", "hai ô")[:2] == (0, "saved: toan-canh\n")
    listed = ioc("list")[1].splitlines()
    assert listed[0] == "toan-canh  2 widgets  version 1 by cli"
    assert listed[1].endswith("as it came")
    assert json.loads(ioc("export", "toan-canh")[1])["widgets"] == scenes[0]["widgets"]


def test_one_fault_in_a_file_saves_none_of_it(ioc: Run, tmp_path: Path) -> None:
    good = json.loads(ioc("export", "ho-so")[1])
    bad = json.loads(ioc("export", "mot-cua")[1])
    bad["widgets"][0]["place"]["w"] = 25
    file = tmp_path / "scenes.json"
    file.write_text(json.dumps([good | {"widgets": good["widgets"][:1]}, bad]), encoding="utf-8")
    code, _, said = ioc("import", str(file))
    assert code == 1
    assert "widgets[0].place: x 0, y 0, w 25, h 3 lies outside the grid of 24 columns by 14 rows" in said
    assert ioc("list")[1].count("as it came") == len(SCENES)


@pytest.mark.parametrize(
    ("text", "says"),
    [("{", "truncated"), ('{"name": "x", "widgets": [{"id": 1}]}', "widgets[0].id: Expected `str`, got `int`")],
)
def test_a_file_of_another_shape_is_told_where(ioc: Run, tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "scene.json"
    file.write_text(text, encoding="utf-8")
    code, _, said = ioc("import", str(file))
    assert code != 0
    assert says in said
