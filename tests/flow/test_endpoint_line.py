"""An endpoint that is asked, through real processes: a bad call, its end, the endpoint gone and back, the stop."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2

from tests.endpoints import CAPTURED, PASSWORD, USER, cisco, served
from tests.flow.conftest import until
from tests.flow.test_contract_processes import Installation
from tests.running import ioc, running
from tests.servers import free_port

KEY = "hg.dong-van/vc/phong-hop"
SOURCES = """org,kind,source,name,parent,interval_s,hours
hg.dong-van,vc,phong-hop,Phòng họp Đồng Văn,,3,always
"""
CONFIG = """
[[connector]]
name = "phong-hop"
kind = "cisco"
publish = "hg.dong-van/vc/phong-hop"
every_s = 1
url = "{url}"
username = "{user}"
password_file = "{password}"
conferences = {{ "giao-ban@hop.example.vn" = "giao-ban" }}
"""


class Place(Installation):
    def __init__(self, folder: Path, port: int) -> None:
        (folder / "password").write_text(PASSWORD, encoding="utf-8")
        (folder / "sources.csv").write_text(SOURCES, encoding="utf-8")
        keys = {"url": f"http://127.0.0.1:{port}", "user": USER, "password": folder / "password"}
        super().__init__(folder, CONFIG.format(**keys))
        ioc("source", "import", str(folder / "sources.csv"), "--config", str(self.config))
        self.token = ioc("token", "create", "--name", "a", "--role", "admin", "--config", str(self.config)).strip()

    def source(self, **wanted: Any) -> dict[str, Any]:
        """What REST says of the endpoint once it is as wanted."""
        headers = {"Authorization": f"Bearer {self.token}"}

        def found() -> dict[str, Any] | None:
            told = httpx2.get(f"http://127.0.0.1:{self.http}/api/v1/sources/{KEY}", headers=headers).json()
            flat = told["metrics"] | told["texts"] | {"health": told["health"], "online": told["online"]}
            return flat if all(flat.get(name) == value for name, value in wanted.items()) else None

        return until(found, f"{KEY} with {wanted}")


def test_an_endpoint_in_a_bad_call_hangs_up_leaves_and_returns(tmp_path: Path) -> None:
    port, device, up = free_port(), cisco("in_call.xml"), ExitStack()
    place = Place(tmp_path, port)
    with up:
        up.enter_context(served(device, port=port))
        with running(place.config, place.data):
            call = place.source(in_call=True, conference_id="giao-ban", health="critical", online=True)
            assert (call["loss_rx_pct"], call["registered"]) == (7.37, True)
            device.answers["/getxml?/Status"] = (CAPTURED / "cisco/idle.xml").read_bytes()
            assert place.source(in_call=False, conference_id="", health="ok")["loss_rx_pct"] == 0
            up.close()
            place.source(health="offline", online=False)
            up.enter_context(served(device, port=port))
            place.source(health="ok", online=True)
            tried = ioc("connector", "try", "phong-hop", "--config", str(place.config))
            assert f'ioc/v1/{KEY}/state {{"ts": ' in tried
        assert (device.logins, device.sessions) == (2, set()), "the service's and that of the try, both ended"
