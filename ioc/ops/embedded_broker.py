"""The broker role: becomes `nats-server` itself, with a keeper beside it as its child."""

import os
import secrets
import signal
from collections.abc import Callable

from ioc.config.settings import Settings
from ioc.core import sockets
from ioc.core.clock import SystemClock
from ioc.core.errors import Code, IocError
from ioc.ops.environment import READY_FD
from ioc.platform.nats import config, program

SECTIONS = ("data_dir", "mqtt", "database", "inbox", "log")


def check(settings: Settings) -> program.Program:
    """Names a reason why the broker could not start, in one line before anything is started."""
    sockets.check_free("mqtt", settings.mqtt.host, settings.mqtt.port)
    config.check_room(settings.root, settings.mqtt)
    config.check_certificate(settings.mqtt)
    found = program.find()
    _check_store(settings, found)
    return found


def run(settings: Settings, ahead_ms: int, ready: Callable[[], None]) -> None:
    """The process that the supervisor started is the server's own; what is told here is told by its child."""
    found = check(settings)
    place = config.place_of(settings.root, settings.mqtt)
    own = config.own_users(settings.root, settings.mqtt, secrets.token_hex(16))
    config.write(place, settings.mqtt, own)
    heard, says = os.pipe()
    server = os.getpid()
    if os.fork():
        _become(found, place, says)
    os.close(says)
    from ioc.ops.nats_keeper import BrokerKeeper  # what it needs takes longer to load than the server to start

    keeper = BrokerKeeper(server, place, own, settings, found)
    with os.fdopen(heard, encoding="utf-8", errors="replace") as said:
        keeper.keep(said, ready, SystemClock(ahead_ms))


def _become(found: program.Program, place: config.BrokerPlace, says: int) -> None:
    os.dup2(says, 1)
    os.dup2(says, 2)
    if READY_FD in os.environ:
        os.set_inheritable(int(os.environ[READY_FD]), False)  # it is the keeper that says so
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execv(found.path, [str(found.path), "-c", str(place.config)])  # noqa: S606 - found by `program`


def _check_store(settings: Settings, found: program.Program) -> None:
    """A store that a newer server wrote may hold what an older one would drop."""
    path = settings.root / config.STORE / config.WRITTEN_BY
    try:
        written = tuple(map(int, path.read_text(encoding="ascii").split(".")))
    except (OSError, ValueError):
        return
    if written[:2] > found.version[:2]:
        by = ".".join(map(str, written))
        line = f"{path.parent}: written by nats-server {by}, and {found.path} is {found.release}; install the newer one"
        raise IocError(Code.NATS_STORE_NEWER, line)
