"""A probe's target dies and returns, through real processes: the states, one alert, whose trouble it was."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from aiosmtpd.controller import Controller

from tests.flow.conftest import command, until
from tests.flow.test_contract_processes import Installation
from tests.peers import free_udp_port, nginx, snmpd
from tests.running import Running, ioc, running
from tests.servers import free_port

UPS_SOURCE = "1.3.6.1.2.1.33.1.4.1.0"
ON_MAINS, ON_BATTERY = 3, 5
SOURCES = """org,kind,source,name,parent,interval_s,hours
hg,service,portal,Cổng dịch vụ công,,3,always
hg.dong-van,link,cap,Cáp Đồng Văn,,3,always
hg.dong-van,service,mot-cua,Một cửa Đồng Văn,hg.dong-van/link/cap,3,always
hg.dong-van,service,ups,UPS Đồng Văn,,3,always
"""
CONFIG = """
[alerts]
group_wait_s = 0.5
settle_s = 3
startup_grace_s = 0
[[rule]]
id = "link-down"
kind = "threshold"
on = {{ kind = "link", metric = "up" }}
equals = false
hold_s = 2
severity = "critical"
[[rule]]
id = "service-down"
kind = "threshold"
on = {{ kind = "service", metric = "up" }}
equals = false
hold_s = 2
severity = "critical"
[[channel]]
name = "mail"
kind = "email"
host = "127.0.0.1"
port = {smtp}
sender = "ioc@example.vn"
[[receiver]]
name = "truc-ban"
email = ["truc@example.vn"]
[[route]]
receivers = ["truc-ban"]
channels = ["mail"]
[[connector]]
name = "portal"
kind = "http"
publish = "hg/service/portal"
every_s = 1.5
belongs_to = "ministry"
url = "http://127.0.0.1:{portal}/health"
contains = "OK"
[[connector]]
name = "cap"
kind = "tcp"
publish = "hg.dong-van/link/cap"
every_s = 1.5
down_after = 2
belongs_to = "carrier"
ups = "hg.dong-van/service/ups"
host = "127.0.0.1"
port = {line}
[[connector]]
name = "mot-cua"
kind = "tcp"
publish = "hg.dong-van/service/mot-cua"
every_s = 1.5
belongs_to = "ours"
host = "127.0.0.1"
port = {line}
[[connector]]
name = "ups"
kind = "snmp"
publish = "hg.dong-van/service/ups"
every_s = 1.5
host = "127.0.0.1"
port = {ups}
read = ["ups"]
"""


class Mailbox:
    def __init__(self) -> None:
        self.subjects: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        from email import message_from_bytes, policy

        self.subjects.append(message_from_bytes(envelope.content, policy=policy.default)["Subject"])
        return "250 OK"


class Target:
    """Something real that is there or not."""

    def __init__(self, begin: Callable[[], AbstractContextManager[object]]) -> None:
        self._begin, self._running = begin, ExitStack()

    def on(self) -> None:
        self._running.enter_context(self._begin())

    def off(self) -> None:
        self._running.close()


class Place(Installation):
    """An installation that probes a page, a wire with something behind it, and a UPS."""

    running: Running

    def __init__(self, folder: Path) -> None:
        self.mailbox = Mailbox()
        self.controller = Controller(self.mailbox, hostname="127.0.0.1", port=free_port())
        self.controller.start()
        self.portal, self.line, self.ups = free_port(), free_port(), free_udp_port()
        ports = {"smtp": self.controller.port, "portal": self.portal, "line": self.line, "ups": self.ups}
        self.page = Target(lambda: nginx(folder, port=self.portal))
        self.wire = Target(lambda: socket.create_server(("127.0.0.1", self.line), backlog=64))
        self.power = Target(lambda: snmpd(folder, {UPS_SOURCE: ("integer", ON_MAINS)}, self.ups))
        self.battery = Target(lambda: snmpd(folder, {UPS_SOURCE: ("integer", ON_BATTERY)}, self.ups))
        self.targets = (self.page, self.wire, self.power)
        super().__init__(folder, CONFIG.format(**ports))
        (folder / "sources.csv").write_text(SOURCES, encoding="utf-8")
        ioc("source", "import", str(folder / "sources.csv"), "--config", str(self.config))
        self.token = ioc("token", "create", "--name", "a", "--role", "admin", "--config", str(self.config)).strip()

    def get(self, path: str, **query: str) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx2.get(f"http://127.0.0.1:{self.http}/api/v1{path}", headers=headers, params=query).json()

    def source(self, key: str, **wanted: Any) -> dict[str, Any]:
        """What REST says of a source once it is as wanted."""

        def found() -> dict[str, Any] | None:
            told = self.get(f"/sources/{key}")
            flat = told.get("metrics", {}) | told.get("texts", {}) | {"health": told.get("health")}
            return flat if all(flat.get(name) == value for name, value in wanted.items()) else None

        return until(found, f"{key} with {wanted}")

    def alerts(self, state: str) -> list[tuple[str, str]]:
        return [(item["source"], item["title"]) for item in self.get("/alerts", state=state)["items"]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Its targets are there before it looks at them."""
    built = Place(tmp_path_factory.mktemp("probes"))
    for target in built.targets:
        target.on()
    with running(built.config, built.data) as built.running:
        yield built
    for target in built.targets:
        target.off()
    built.controller.stop()


def test_a_page_dies_and_returns_with_one_alert_that_names_whose_it_is(place: Place) -> None:
    assert place.source("hg/service/portal", up=True, health="ok")["http_status"] == 200
    place.page.off()
    state = place.source("hg/service/portal", up=False, health="critical", cause="ministry")
    assert state["error"] == "connection refused"
    until(lambda: place.alerts("firing") == [("portal", "Ngừng hoạt động (tại bộ)")], "the alert")
    until(lambda: len(place.mailbox.subjects) == 1, "its e-mail")
    place.page.on()
    assert place.source("hg/service/portal", up=True, cause="", error="", failures=0)["health"] == "ok"
    until(lambda: len(place.mailbox.subjects) == 2, "the end by e-mail")
    assert place.alerts("firing") == []
    begin, end = place.mailbox.subjects
    assert begin.endswith("Cổng dịch vụ công: Ngừng hoạt động (tại bộ)")
    assert "KHẮC PHỤC" in end.upper()


def test_a_line_that_is_cut_is_the_carriers(place: Place) -> None:
    said = len(place.mailbox.subjects)
    place.source("hg.dong-van/service/ups", on_battery=False)
    assert place.source("hg.dong-van/link/cap", up=True)["loss_pct"] == 0
    place.wire.off()
    down = place.source("hg.dong-van/link/cap", up=False, cause="carrier")
    assert (down["loss_pct"], down["error"]) == (100, "connection refused")
    until(lambda: place.alerts("firing") == [("cap", "Mất liên lạc (nhà mạng)")], "one alert")
    until(lambda: len(place.mailbox.subjects) == said + 1, "its e-mail")
    place.wire.on()
    place.source("hg.dong-van/link/cap", up=True, cause="")
    until(lambda: len(place.mailbox.subjects) == said + 2, "the end by e-mail")
    assert place.alerts("firing,suppressed") == []


def test_a_line_without_power_is_one_alert_of_electricity_whatever_hangs_on_it(place: Place) -> None:
    said = len(place.mailbox.subjects)
    place.power.off()
    place.battery.on()
    place.source("hg.dong-van/service/ups", on_battery=True)
    place.wire.off()
    place.source("hg.dong-van/link/cap", up=False, cause="electricity")
    place.source("hg.dong-van/service/mot-cua", up=False)
    until(lambda: place.alerts("firing") == [("cap", "Mất liên lạc (mất điện)")], "one alert")
    until(lambda: place.alerts("suppressed") == [("mot-cua", "Ngừng hoạt động (tại tỉnh)")], "what hangs on it")
    until(lambda: len(place.mailbox.subjects) == said + 1, "its e-mail")
    place.battery.off()
    place.power.on()
    place.wire.on()
    until(lambda: place.alerts("firing,suppressed") == [], "everything well")
    until(lambda: len(place.mailbox.subjects) == said + 2, "begin and end by e-mail")
    begin, end = place.mailbox.subjects[said:]
    assert "Cáp Đồng Văn: Mất liên lạc (mất điện)" in begin
    assert "Cáp Đồng Văn" in end


def test_a_killed_role_goes_on_probing(place: Place) -> None:
    place.source("hg/service/portal", up=True)
    place.running.kill("connectors")
    place.page.off()
    place.source("hg/service/portal", up=False)
    ready = httpx2.get(f"http://127.0.0.1:{place.http}/readyz", headers={"Authorization": f"Bearer {place.token}"})
    assert "connectors ok" in ready.text


def test_a_connector_is_tried_before_it_runs(place: Place) -> None:
    place.page.on()
    well = command("connector", "try", "portal", "--config", str(place.config))
    assert well.returncode == 0, well.stderr
    assert well.stdout.startswith('ioc/v1/hg/service/portal/state {"ts": ')
    place.page.off()
    gone = command("connector", "try", "portal", "--config", str(place.config))
    assert (gone.returncode, '"error": "connection refused"' in gone.stdout) == (1, True)
    unknown = command("connector", "try", "portl", "--config", str(place.config))
    assert (unknown.returncode, "known: portal, cap, mot-cua, ups" in unknown.stderr) == (2, True)
    listed = command("connector", "list", "--config", str(place.config))
    assert "cap  tcp  every 1.5 s  hg.dong-van/link/cap" in listed.stdout
