"""A broker to be ill-treated: the embedded one once more, same program and configuration, small, gone afterwards."""

import select
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import structs

from ioc.config.settings import Mqtt, Settings
from ioc.config.started import Started
from ioc.core import sockets
from ioc.core.errors import Code, IocError
from ioc.core.model import SourceKey
from ioc.ops import devices, roles
from ioc.ops.process import RoleProcess
from ioc.platform import logins
from ioc.platform.db import Database, migrate
from ioc.platform.db.tables import org

MAX_BYTES = 50_000_000
START_S = 30.0
STOP_S = 5.0
DEVICE = SourceKey("thu", "queue", "may-1")


class Scratch(NamedTuple):
    """The log-ins of the bus, ingest and a device; without accounts all alike."""

    bus: Mqtt
    reader: Mqtt
    device: Mqtt
    max_bytes: int = MAX_BYTES


@contextmanager
def scratch(mqtt: Mqtt, now: int) -> Iterator[Scratch]:
    """It listens on loopback while inside; IocError when it does not start."""
    with tempfile.TemporaryDirectory(prefix="ioc-doctor-") as folder:
        here = structs.replace(mqtt, host="127.0.0.1", port=sockets.free_port("127.0.0.1"), max_bytes=MAX_BYTES)
        settings = Settings(data_dir=folder, mqtt=here)
        secret = _device(settings, now) if mqtt.username is not None else None
        process = RoleProcess(roles.BROKER, _started(settings), {})
        try:
            if not select.select([process.ready_fd], [], [], START_S)[0] or not process.read_ready():
                raise IocError(Code.BROKER_NOT_LISTENING, "a broker to be tried out does not start")
            device = here if secret is None else structs.replace(here, username=str(DEVICE), password=secret)
            yield Scratch(logins.as_bus(settings), logins.as_ingest(settings), device)
        finally:
            process.stop(STOP_S)
            process.close()


def _started(settings: Settings) -> Path:
    told: dict[str, Any] = msgspec.to_builtins(settings.mqtt)
    table = {
        "data_dir": settings.data_dir,
        "log": {"level": "error"},
        "mqtt": {name: value for name, value in told.items() if value is not None},
    }
    path = Started.path(settings.root)
    Started(origin="ioc doctor", table=table).write(path)
    return path


def _device(settings: Settings, now: int) -> str:
    """The secret of a device that the broker knows."""
    db = Database(settings.database_url)
    try:
        migrate.upgrade(db)
        with db.write() as conn:
            conn.execute(org.insert().values(code=DEVICE.org, name=DEVICE.org))
        return devices.add(db, DEVICE, (), now, actor="doctor")
    finally:
        db.close()
