"""`ioc rota`: who is on duty, hand-over by hand-over, and where nobody is."""

import pytest

from ioc.cli import main

CONFIG = """
data_dir = "{folder}"
[[receiver]]
name = "lan"
phone = ["0912345678"]
[[receiver]]
name = "hung"
phone = ["0912345679"]
[[rota]]
name = "truc"
shifts = [
  {{ days = "mon-sun", hours = "07:00-19:00", who = ["lan"] }},
  {{ days = "{nights}", hours = "19:00-07:00", who = ["hung"] }},
]
"""


@pytest.mark.parametrize(("nights", "code"), [("mon-sun", 0), ("mon-fri", 1)])
def test_it_shows_every_hand_over_and_the_holes(tmp_path, capsys, nights, code):
    config = tmp_path / "ioc.toml"
    config.write_text(CONFIG.format(folder=tmp_path, nights=nights))
    assert main(["rota", "list", "--config", str(config)]) == 0
    assert capsys.readouterr().out.startswith("truc  ")
    assert main(["rota", "show", "truc", "--config", str(config)]) == code
    lines = capsys.readouterr().out.splitlines()
    assert any(line.endswith("lan") for line in lines)
    assert any(line.endswith("hung") for line in lines)
    assert any(line.startswith("! nobody from ") for line in lines) == bool(code)
    assert main(["rota", "show", "khong-co", "--config", str(config)]) == 1
    assert "known: truc" in capsys.readouterr().err
