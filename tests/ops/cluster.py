"""Three nodes of nats-server on loopback ports, from the shipped configuration, that can be killed one by one."""

import subprocess
from pathlib import Path

from ioc.config.settings import Mqtt
from ioc.platform.nats import program
from ioc.platform.nats.accounts import FILE, User, account_file, hashed
from tests.ops.running import wait_until
from tests.ops.shipped import DEPLOY
from tests.servers import bound_to_us, free_port, wait_for_port

NODES = 3


class Cluster:
    """`settings` names all nodes; `kill(n)` and `start(n)` are of one."""

    def __init__(self, folder: Path, sync_interval: str = "2m") -> None:
        self._folder = folder
        self._program = program.find().path
        self.ports = [free_port() for _ in range(NODES)]
        self._routes = [free_port() for _ in range(NODES)]
        self._sync = sync_interval
        self._processes: list[subprocess.Popen[bytes] | None] = [None] * NODES
        self.settings = Mqtt(url=self.url(range(NODES)), username="ioc", password="ours")
        for n in range(NODES):
            self._write(n)

    def url(self, nodes) -> str:
        return "mqtt://" + ",".join(f"127.0.0.1:{self.ports[n]}" for n in nodes)

    @property
    def port(self) -> int:
        return self.ports[0]

    def start(self, n: int) -> None:
        log = (self._folder / f"{n}.log").open("ab")
        command = [str(self._program), "-c", str(self._folder / str(n) / "nats.conf")]
        self._processes[n] = subprocess.Popen(bound_to_us(command), stdout=log, stderr=log)
        wait_for_port(self.ports[n], self._processes[n])

    def kill(self, n: int) -> None:
        """kill -9."""
        if (process := self._processes[n]) is not None:
            process.kill()
            process.wait()
            self._processes[n] = None

    def stop(self) -> None:
        for n in range(NODES):
            self.kill(n)

    def start_all(self) -> None:
        for n in range(NODES):
            self.start(n)
        wait_until(lambda: "JetStream cluster new metadata leader" in self.log(), 30)

    def log(self) -> str:
        return "".join(path.read_text(errors="replace") for path in self._folder.glob("*.log"))

    def _write(self, n: int) -> None:
        here = self._folder / str(n)
        here.mkdir()
        text = (DEPLOY / "nats.conf").read_text()
        others = ", ".join(f'"nats://127.0.0.1:{port}"' for i, port in enumerate(self._routes) if i != n)
        for shipped, told in (
            ('server_name: "ioc-1"', f'server_name: "ioc-{n}"'),
            ('listen: "127.0.0.1:4222"', 'listen: "127.0.0.1:-1"'),
            ("/var/lib/nats", str(here / "store")),
            ('sync_interval: "2m"', f'sync_interval: "{self._sync}"'),
            ("0.0.0.0:8883", f"127.0.0.1:{self.ports[n]}"),
            ('  tls { cert_file: "/etc/nats/tls/cert.pem", key_file: "/etc/nats/tls/key.pem" }\n', ""),
            ("10.0.0.1:6222", f"127.0.0.1:{self._routes[n]}"),
            ('"nats://10.0.0.2:6222", "nats://10.0.0.3:6222"', others),
            ("/run/nats.pid", str(here / "pid")),
        ):
            assert shipped in text, shipped
            text = text.replace(shipped, told)
        (here / "nats.conf").write_text(text)
        (here / FILE).write_text(account_file([User("ioc", hashed("ours"))]))
