"""A site adds a plug-in of every sort in a folder of its own and uses each from end to end; nothing else is edited."""

import importlib
import inspect
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import httpx2
import paho.mqtt.publish as mqtt
import pytest
from playwright.sync_api import Browser, sync_playwright

from ioc import bootstrap
from ioc.cli import main
from ioc.core.registry import Plugins, PluginSort
from tests.flow.conftest import command, until
from tests.running import import_orgs, ioc, running
from tests.servers import free_port
from tests.web.screens.conftest import ARGUMENTS, CHROMIUM, DIST, missing

ROOT = Path(__file__).resolve().parents[2]
THROW_AWAY = ROOT / "tests" / "plugins"
SOURCES = "org,kind,source,name\nhg,meter,m1,Công tơ trụ sở\nhg,meter,m2,Công tơ kho\nhg,dossier,so-cai,Sổ cái\n"
CONFIG = """
data_dir = "{folder}/data"
plugins = {{ folder = "{folder}/plugins" }}
[http]
port = {http}
[mqtt]
port = {mqtt}
[alerts]
group_wait_s = 0.2
startup_grace_s = 0
[[rule]]
id = "spike"
kind = "spike"
allowed = 50.0
severity = "critical"
[[channel]]
name = "book"
kind = "notebook"
path = "{folder}/notebook.txt"
[[receiver]]
name = "truc-ban"
email = ["truc@example.vn"]
[[route]]
receivers = ["truc-ban"]
channels = ["book"]
[[connector]]
name = "m1"
kind = "dial"
publish = "hg/meter/m1"
every_s = 1
path = "{folder}/dial.txt"
[[connector]]
name = "so-cai"
kind = "ledger"
publish = "hg/dossier/so-cai"
every_s = 1
path = "{folder}/ledger.csv"
"""


class Site:
    """The installation with its plug-ins as the outside world meets it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.config, self.http, self.mqtt = folder, folder / "ioc.toml", free_port(), free_port()
        shutil.copytree(THROW_AWAY, folder / "plugins")
        self.config.write_text(CONFIG.format(folder=folder, http=self.http, mqtt=self.mqtt), encoding="utf-8")
        (folder / "dial.txt").write_text("17.5", encoding="ascii")
        import_orgs(self.config, folder)
        (folder / "sources.csv").write_text(SOURCES, encoding="utf-8")
        ioc("source", "import", str(folder / "sources.csv"), "--config", str(self.config))
        self.token, self.display = (self._token(role) for role in ("admin", "wall"))

    def _token(self, role: str) -> str:
        return ioc("token", "create", "--name", role, "--role", role, "--config", str(self.config)).strip()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http}"

    def get(self, path: str, **query: str) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx2.get(f"{self.url}/api/v1{path}", headers=headers, params=query).json()

    def metrics(self, source: str) -> dict[str, Any]:
        return self.get(f"/sources/{source}").get("metrics", {})


def tree() -> str:
    """What git sees of edits here."""
    return subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    before = tree()
    built = Site(tmp_path_factory.mktemp("site"))
    with running(built.config, built.folder / "data"):
        yield built
    edits = [line for line in tree().splitlines() if line not in before.splitlines()]
    assert edits == [], "edits elsewhere: 0"


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Gone with the test: while it lives, nothing else in this process can have an event loop."""
    if not CHROMIUM.is_file() or not (DIST / "wall.html").is_file():
        missing("no /usr/bin/chromium, or no web/dist")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        yield browser
        browser.close()


def test_a_kind_is_imported_heard_and_does_what_its_events_do(site: Site) -> None:
    event = '{"event_id": "o1", "type": "opened"}'
    mqtt.single("ioc/v1/hg/meter/m2/event", event, qos=1, hostname="127.0.0.1", port=site.mqtt)
    until(lambda: site.metrics("hg/meter/m2").get("opened") is True, "the opened case")
    told = site.get("/sources/hg/meter/m2")
    assert (told["interval_s"], told["health"]) == (900, "warning")
    assert "Công tơ điện" in ioc("vendor-sheet", "--config", str(site.config))
    assert 'id = "meter-spike"' in ioc("sample", "--config", str(site.config))


def test_a_probe_is_looked_through(site: Site) -> None:
    until(lambda: site.metrics("hg/meter/m1").get("kwh") == 17.5, "the probe's reading")


def test_a_group_of_calls_is_served_and_described(site: Site) -> None:
    until(lambda: site.get("/meters")["items"][0].get("kwh") == 17.5, "the reading over its own call")
    assert site.get("/meters")["items"][1]["source"] == "hg/meter/m2"
    assert "/api/v1/meters" in site.get("/openapi.json")["paths"]


def test_a_pull_brings_its_dossiers(site: Site) -> None:
    rows = "Số hồ sơ,Ngày tiếp nhận,Ngày hẹn trả\nH22-1,2026-11-02 08:00,2026-11-20 17:00\n"
    (site.folder / "ledger.csv").write_text(rows, encoding="utf-8")
    until(lambda: site.get("/dossiers/H22-1").get("code") == "H22-1", "the dossier")


def test_a_widget_is_on_a_wall_of_its_own_in_the_words_of_its_own(site: Site, browser: Browser) -> None:
    until(lambda: site.metrics("hg/meter/m1").get("kwh") == 17.5, "a reading to show")
    page = browser.new_page()
    page.goto(f"{site.url}/wall?token={site.display}&scene=dien")
    page.get_by_text("17.5 kWh của 2 công tơ").wait_for(timeout=15_000)
    assert page.locator("[data-widget=gauge] h2").inner_text() == "Điện năng"
    page.close()


def test_a_rule_finds_and_a_channel_tells(site: Site) -> None:
    (site.folder / "dial.txt").write_text("99", encoding="ascii")
    found = until(lambda: site.get("/alerts", state="firing")["items"], "the alert")
    assert [(one["source"], one["title"]) for one in found] == [("m1", "Điện tăng vọt: 99 kWh")]
    book = site.folder / "notebook.txt"
    until(lambda: book.is_file() and book.read_text(encoding="utf-8"), "the message")
    assert "truc@example.vn" in book.read_text(encoding="utf-8")
    assert "Công tơ trụ sở: Điện tăng vọt: 99 kWh" in book.read_text(encoding="utf-8")
    (site.folder / "dial.txt").write_text("17.5", encoding="ascii")


MALFORMED = [
    ("kinds", "SPEC = KindSpec(", "SPECS = KindSpec(", "SPEC is missing; needed: SPEC: KindSpec, what it sends"),
    ("kinds", "interval_s=900", 'interval_s="900"', "SPEC.interval_s = '900'; allowed: int"),
    ("kinds", 'hours="always"', 'hours="daily"', "SPEC.hours: hours 'daily': allowed are office, always or"),
    ("kinds", "interval_s=900", 'foremost=("volts",)', "SPEC.foremost = 'volts'; allowed: names of SPEC.metrics"),
    ("kinds", 'Metric(unit="kWh", low=0)', '"kWh"', "SPEC.metrics['kwh'] = 'kWh'; allowed: Metric"),
    ("kinds", '"metric.meter.kwh": "Điện năng", ', "", "TEXTS: metric.meter.kwh is needed in vi and en"),
    ("kinds", 'kind = "meter"', 'kind = "queue"', "kind 'queue' is that of connectors/kinds/queue.py"),
    ("rules", "every_s = 0.0\n", "", "every_s is missing; needed: every_s: float, seconds between two evaluations"),
    ("rules", "every_s = 0.0", 'every_s = "0"', "every_s = '0'; allowed: float, seconds between two evaluations"),
    ("rules", "def evaluate(view: View, rule: Rule)", "def evaluate(view: View)", "needed: def evaluate(view, rule)"),
    ("rules", 'severity = "critical"', 'severity = "grave"', "SAMPLE: rule[0].severity: 'grave': "),
    ("rules", "SAMPLE =", "EXAMPLE =", 'SAMPLE is missing; needed: SAMPLE: str, lines with a [[rule]] of'),
    ("pulls", "# full = true\n", "", "SAMPLE does not show the key full"),
    ("channels", 'address = "email"', 'address = "fax"', "address = 'fax'; allowed: Literal['email', 'phone', "),
    ("channels", "def send", "def sent", "send is missing; needed: def send(options, message) -> str"),
    ("probes", "async def look", "def look", "look is another; needed: async def look(options, gear) -> Seen"),
    ("probes", "libraries = ()", "libraries = []", "libraries = []; allowed: tuple[str, ...]"),
    ("probes", 'frozenset({"meter"})', '"meter"', "Options.PUBLISHES = 'meter'; allowed: frozenset[str] | None"),
    ("pulls", "class Options(Delivered,", "class Options(Struct,", "NameError: name 'Struct' is not defined (line 13"),
    ("pulls", "        yield Offer(", "        return Offer(", "collect is another; needed: def collect(options,"),
    ("widgets", "def touches", "def moves", "touches is missing; needed: def touches(options)"),
    ("widgets", "GridArea(0, 0, 24, 14)", "GridArea(0, 0, 25, 14)", "dien: gauge lies outside the grid of 24 by 14"),
    ("api", "ROUTES = (", "ROUTE = (", "ROUTES is missing; needed: ROUTES: tuple[Route, ...]"),
    ("api", "live: LivePort)", "live: LivePort, bank: int)", "type of the handler's parameter bank"),
    ("api", "def meters(", "def meters((", "line 17: "),
]  # fmt: skip


@pytest.mark.parametrize(("sort", "right", "wrong", "told"), MALFORMED)
def test_what_is_malformed_is_one_line_that_names_file_and_what_is_needed(
    tmp_path: Path, sort: str, right: str, wrong: str, told: str
) -> None:
    shutil.copytree(THROW_AWAY, tmp_path / "plugins")
    (file,) = (tmp_path / "plugins" / sort).glob("*.py")
    text = file.read_text(encoding="utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong), encoding="utf-8")
    lines = bootstrap.plugin_problems(Plugins(tmp_path / "plugins"))
    assert [line for line in lines if line.startswith(f"{file}: ") and told in line], lines
    assert len(lines) == 1, lines


def test_what_is_thrown_away_is_fit(tmp_path: Path) -> None:
    assert bootstrap.plugin_problems(Plugins(THROW_AWAY)) == []


GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("\n## ")


@pytest.mark.parametrize("sort", [*PluginSort])
def test_the_guide_names_every_member_of_every_contract_in_ten_lines(sort: PluginSort) -> None:
    contract = importlib.import_module(sort).CONTRACT
    (section,) = [part for part in GUIDE if f"(`{contract.__module__}.{contract.__name__}`)" in part.splitlines()[0]]
    told = GUIDE[0] + section
    members = [name for name in get_type_hints(contract) if name != "kind" or sort is not PluginSort.API]
    methods = [name for name, member in vars(contract).items() if inspect.isfunction(member) and name[0] != "_"]
    assert [name for name in members + methods if name not in told] == []
    assert len([line for line in section.splitlines() if line[:1].isdigit()]) <= 10


def test_a_malformed_one_stops_the_start_and_check_config_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plugins" / "rules").mkdir(parents=True)
    (tmp_path / "plugins" / "rule").mkdir()
    broken = tmp_path / "plugins" / "rules" / "broken.py"
    broken.write_text('kind = "broken"\n', encoding="utf-8")
    config = tmp_path / "ioc.toml"
    text = f'data_dir = "{tmp_path}/data"\nplugins = {{ folder = "{tmp_path}/plugins" }}\n'
    config.write_text(text, encoding="utf-8")
    for arguments in (["check-config", str(config)], ["serve", "--config", str(config)]):
        assert main(arguments) == 2
        assert f"{broken}: every_s is missing; needed: every_s: float" in capsys.readouterr().err
    broken.unlink()
    assert main(["check-config", str(config)]) == 2
    told = capsys.readouterr().err
    assert f"{tmp_path / 'plugins' / 'rule'}: no sort of plug-in; allowed: api, channels, kinds" in told


def test_a_role_that_no_restart_can_help_ends_the_start(tmp_path: Path) -> None:
    """What breaks in a role alone is said once: nothing is started again and again."""
    shutil.copytree(THROW_AWAY, tmp_path / "plugins")
    breaks = 'import os\n\nif "IOC_READY_FD" in os.environ:\n    raise RuntimeError("only in a role")\n'
    broken = tmp_path / "plugins" / "rules" / "broken.py"
    broken.write_text(
        breaks + (tmp_path / "plugins" / "rules" / "spike.py").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (tmp_path / "plugins" / "rules" / "spike.py").unlink()
    config = tmp_path / "ioc.toml"
    ports = f"[http]\nport = {free_port()}\n[mqtt]\nport = {free_port()}\n"
    text = f'data_dir = "{tmp_path}/data"\nplugins = {{ folder = "{tmp_path}/plugins" }}\n{ports}'
    config.write_text(text, encoding="utf-8")
    done = command("serve", "--config", str(config), "--only", "alerts")
    assert done.returncode == 2
    assert f"{broken}: cannot be loaded: RuntimeError: only in a role (line 4 of broken.py)" in done.stderr
    assert "cannot run as it is configured" in done.stderr
    assert "starting it again" not in done.stderr
