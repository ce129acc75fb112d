"""Changed maps of the configuration file hold without a restart; a file that cannot be used changes nothing."""

import json
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ioc import bootstrap
from ioc.cli.config import check
from ioc.config.map_file import MapFile
from ioc.config.started import Started
from ioc.context import Context
from ioc.ingest.maps_in_force import MapsInForce, rules_in_force
from tests.ops.running import Running
from tests.running import ioc, rows, wait_until
from tests.servers import free_port, program

MAP = """
[[map]]
topic = "{topic}/+dev"
org = "hg"
kind = "queue"
source = "{{dev}}"
sample = '{{"{path}": 3}}'
[map.fields]
waiting = "{path}"
"""


def one(topic: str = "v", path: str = "w") -> str:
    return MAP.format(topic=topic, path=path)


class Place:
    """A configuration file, what was started with it, and a role that follows."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "ioc.toml"
        self.head = f"data_dir = {json.dumps(str(folder / 'data'))}\n"
        self.file.write_text(self.head + one(), encoding="utf-8")
        settings = bootstrap.load_settings(self.file)
        table: dict[str, Any] = tomllib.loads(self.file.read_text(encoding="utf-8"))
        self.started = Started.path(settings.root)
        Started(origin=str(self.file), table=table).write(self.started)
        self.watch = MapFile(self.file, Started.read(self.started), self.started, check)
        self.context: Context = bootstrap.build(settings)
        self.role = MapsInForce(self.context)
        self.role.look()

    def change(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")
        self.watch.look()
        self.watch.look()

    def filters(self) -> list[str]:
        self.role.look()
        return self.role.maps.filters


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_map_that_is_added_changed_or_removed_holds_at_once(place: Place) -> None:
    held = place.role.maps
    assert place.filters() == ["v/+"]
    place.change(place.head + one() + one("other"))
    assert place.filters() == ["v/+", "other/+"]
    place.change(place.head + one("other", "cho"))
    assert place.filters() == ["other/+"]
    assert rules_in_force(place.context)[0].fields == {"waiting": "cho"}
    place.change(place.head)
    assert place.filters() == []
    assert (place.role.maps is held, held.rev) == (True, 3), "all who hold them go by the new ones"
    assert place.started.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("[[map]\n", "not TOML"),
        ("[[map]]\ntopic = 'x'\n", "missing"),
        (MAP.format(topic="v", path="w").replace('"queue"', '"boat"'), "kind"),
        (MAP.format(topic="v", path="w").replace('= "w"', '= "x"'), "none of the fields"),
        ("[http]\nport = 'x'\n" + MAP.format(topic="v", path="w"), "http.port"),
    ],
)
def test_maps_that_cannot_be_used_leave_the_old_ones_in_force_and_it_is_said(
    place: Place, wrong: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    place.change(place.head + one() + one("other"))
    place.change(place.head + wrong)
    assert place.filters() == ["v/+", "other/+"]
    assert "stay in force" in caplog.text
    assert said in caplog.text
    assert said in (place.role.trouble or "")
    later = MapsInForce(place.context)
    later.look()
    assert later.maps.filters == ["v/+", "other/+"], "a role that is started again has the last good ones"
    place.change(place.head + one("third"))
    assert (place.filters(), place.role.trouble) == (["third/+"], None)


def test_a_file_that_is_still_being_written_is_left_until_it_rests(place: Place) -> None:
    place.file.write_text(place.head, encoding="utf-8")
    place.watch.look()
    assert place.filters() == ["v/+"]
    place.file.write_text(place.head + one("other"), encoding="utf-8")
    place.watch.look()
    assert place.filters() == ["v/+"]
    place.watch.look()
    assert place.filters() == ["other/+"]


def test_a_file_that_is_gone_for_a_moment_changes_nothing(place: Place) -> None:
    place.file.rename(place.file.with_suffix(".old"))
    place.watch.look()
    place.watch.look()
    assert place.filters() == ["v/+"]


def test_all_else_waits_for_the_next_start_and_it_is_said(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    place.change(place.head + "[http]\nport = 9999\n" + one("other"))
    assert place.filters() == ["other/+"]
    assert "what changed under http holds from the next start" in caplog.text
    assert "http" not in Started.read(place.started).table


def test_a_vendor_is_connected_while_the_service_runs(tmp_path: Path) -> None:
    """From an unknown topic to a stored reading; what was in quarantine for its org goes through by itself."""
    data, config, port = tmp_path / "data", tmp_path / "ioc.toml", free_port()
    head = f'data_dir = "{data}"\n[http]\nport = {free_port()}\n[mqtt]\nport = {port}\n'
    wrong = one().replace('org = "hg"', 'org = "xx"')
    config.write_text(head + wrong, encoding="utf-8")
    (tmp_path / "orgs.csv").write_text("code,name,kind,parent\nhg,Tỉnh,province,\n", encoding="utf-8")
    ioc("org", "import", str(tmp_path / "orgs.csv"), "--config", str(config))
    running = Running("serve", "--config", str(config))
    try:
        running.ready()
        say(port, "v/k1", '{"w": 4}')
        wait_until(lambda: stored(data, "SELECT 1 FROM quarantine WHERE reason = 'unknown_org'"), "it is in quarantine")
        config.write_text(head + one() + one("new"), encoding="utf-8")
        wait_until(lambda: stored(data, "SELECT 1 FROM source WHERE source = 'k1'"), "the mended map explains it")
        say(port, "new/k2", '{"w": 5}')
        wait_until(lambda: stored(data, "SELECT 1 FROM source WHERE source = 'k2'"), "the new filter is read")
    finally:
        running.kill()


def say(port: int, topic: str, payload: str) -> None:
    where = ["-h", "127.0.0.1", "-p", str(port), "-q", "1", "-t", topic]
    subprocess.run([program("mosquitto_pub"), *where, "-m", payload], check=True, timeout=20)


def stored(data: Path, query: str) -> bool:
    return bool(rows(data / "ioc.sqlite", query))
