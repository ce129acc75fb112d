"""The embedded broker as the supervisor starts it, without a supervisor: killed, stopped and started by a test."""

import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ioc import bootstrap
from ioc.config.settings import Mqtt, Settings
from ioc.config.started import Started
from ioc.ops import roles
from ioc.ops.process import RoleProcess
from ioc.platform import logins
from tests.servers import free_port

START_S = 60.0


class EmbeddedBroker:
    """The real role in a data directory of its own; `pid` is the server's."""

    def __init__(self, data_dir: Path, **mqtt: object) -> None:
        self.data_dir = data_dir
        self.port = int(str(mqtt.get("port") or free_port()))
        told = {"host": "127.0.0.1", **mqtt, "port": self.port}
        self.settings = Mqtt(**told)  # type: ignore[arg-type]
        table = bootstrap.default_table(data_dir, mqtt=told)
        self._started = Started.path(data_dir)
        Started(origin="test", table=table).write(self._started)
        self.process: RoleProcess | None = None

    @property
    def bus(self) -> Mqtt:
        """How what publishes for us comes in."""
        return logins.as_bus(Settings(data_dir=str(self.data_dir), mqtt=self.settings))

    def start(self) -> float:
        """Until it serves; how many seconds it took."""
        began = time.monotonic()
        self.process = RoleProcess(roles.BROKER, self._started, {})
        readable, _, _ = select.select([self.process.ready_fd], [], [], START_S)
        assert readable, "the broker does not serve"
        assert self.process.read_ready(), "the broker ended before it served"
        return time.monotonic() - began

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def kill(self) -> None:
        """kill -9."""
        os.kill(self.pid, 9)
        self.stop()

    def stop(self) -> None:
        """SIGTERM, as the supervisor does."""
        if self.process is not None:
            self.process.stop(5)
            self.process.close()
            self.process = None


@contextmanager
def embedded_broker(data_dir: Path, **mqtt: object) -> Iterator[EmbeddedBroker]:
    broker = EmbeddedBroker(data_dir, **mqtt)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()
