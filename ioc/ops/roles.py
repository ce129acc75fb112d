"""The roles and what runs in the process that the supervisor starts for one of them."""

import ctypes
import importlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ioc.core.errors import IocError, UsageError
from ioc.ops.environment import PARENT, READY_FD

log = logging.getLogger(__name__)

BROKER, INGEST, ALERTS, WEB, CONNECTORS = "broker", "ingest", "alerts", "web", "connectors"
MODULES: Final = {
    INGEST: "ioc.ingest.service",
    ALERTS: "alerts.service",
    WEB: "web.service",
    CONNECTORS: "connectors.service",
}
# the plug-ins that a role must know; whoever started it has read the whole configuration
READS: Final = {ALERTS: ("rule", "channel"), WEB: ("rule",), CONNECTORS: ("connector",)}
START_ORDER: Final = (BROKER, INGEST, ALERTS, WEB, CONNECTORS)
STOP_ORDER: Final = (CONNECTORS, INGEST, ALERTS, WEB, BROKER)
PR_SET_PDEATHSIG = 1
UNFIT = 2  # exit code of a role that no restart can help


def main() -> int:
    """`python -m ioc.ops.roles ROLE STARTED_FILE`, started by the supervisor only."""
    role, started_file = sys.argv[1:]
    die_with_parent()
    return serve_broker(Path(started_file)) if role == BROKER else serve(role, Path(started_file))


def serve(role: str, started_file: Path) -> int:
    """Run one role until SIGTERM; 1 when it ended by a trouble."""
    from ioc import bootstrap
    from ioc.config.started import Started
    from ioc.platform import logs

    started = Started.read(started_file)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def run() -> None:
        settings = bootstrap.parse_settings(started.table, started.origin, READS.get(role, ()))
        logs.configure(settings.log, role)
        module = importlib.import_module(MODULES[role])
        context = bootstrap.build(settings, started.ahead_ms, demo=started.demo)
        module.run(context, stop, _say_ready, **_own_options(role, module, started))

    return _outcome(role, run)


def serve_broker(started_file: Path) -> int:
    """The broker's role needs little and is to be there before the others: it loads nothing that it can do without."""
    from ioc.config import read
    from ioc.config.started import Started
    from ioc.ops import embedded_broker
    from ioc.platform import logs

    started = Started.read(started_file)
    table = {name: started.table[name] for name in embedded_broker.SECTIONS if name in started.table}
    settings = read.parse(table, {}, os.environ, started.origin)
    logs.configure(settings.log, BROKER)
    return _outcome(BROKER, lambda: embedded_broker.run(settings, started.ahead_ms, _say_ready))


def _outcome(role: str, run: Callable[[], None]) -> int:
    try:
        run()
    except IocError as error:
        return _failed(error)
    except Exception:
        log.exception("%s failed", role)
        return 1
    return 0


def _failed(error: IocError) -> int:
    log.error("%s", error.message)  # one line says it all
    return UNFIT if isinstance(error, UsageError) else 1


def die_with_parent() -> None:
    """Have the kernel end this process when the supervisor is gone, however it went."""
    parent = int(os.environ.pop(PARENT, "0"))
    if not parent:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _own_options(role: str, module: Any, started: Any) -> dict[str, object]:
    if role != CONNECTORS or started.simulator is None:
        return {}
    return {"simulator": module.SimulatorOptions(**started.simulator)}


def _say_ready() -> None:
    descriptor = os.environ.pop(READY_FD, None)
    if descriptor is not None:
        os.write(int(descriptor), b"r")
        os.close(int(descriptor))


if __name__ == "__main__":
    sys.exit(main())
