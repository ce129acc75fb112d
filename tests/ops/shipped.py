"""The shipped Mosquitto configuration with the paths of a test in it."""

import subprocess
from pathlib import Path

from ioc.config.settings import Mqtt
from tests.servers import Mosquitto, free_port, program

DEPLOY = Path(__file__).parents[2] / "deploy"
DEVICE = "hg.mv/queue/k1"


class Shipped(Mosquitto):
    """With the accounts `ioc`, `ioc-bus` and DEVICE, whose passwords are their names and `-pass`."""

    def __init__(self, folder: Path) -> None:
        config = (DEPLOY / "mosquitto.conf").read_text() + (DEPLOY / "mosquitto-2.0.conf").read_text()
        for shipped, here in (
            ("/etc/mosquitto/", f"{folder}/"),
            ("/var/lib/mosquitto/", f"{folder}/"),
            ("listener 1883 127.0.0.1\n", ""),  # the listener stands in our own first line
            ("log_dest syslog", "log_dest none"),
        ):
            assert shipped in config
            config = config.replace(shipped, here)
        (folder / "ioc.acl").write_text((DEPLOY / "mosquitto.acl").read_text())
        passwords = str(folder / "ioc.passwd")
        for name, more in (("ioc", ["-c"]), ("ioc-bus", []), (DEVICE, [])):
            subprocess.run([program("mosquitto_passwd"), *more, "-b", passwords, name, f"{name}-pass"], check=True)
        super().__init__(folder, config, free_port())
        self.settings, self.bus = self.login("ioc"), self.login("ioc-bus")

    def login(self, name: str) -> Mqtt:
        return Mqtt(url=self.url, username=name, password=f"{name}-pass")


def shipped_mosquitto(folder: Path) -> Shipped:
    return Shipped(folder)
