"""serve: the supervisor with everything it needs before the first process starts."""

import argparse
import logging
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ioc.cli.common import Commands, say, settings_of
from ioc.core.errors import Code, UsageError
from ioc.ops import roles

if TYPE_CHECKING:
    from ioc.config.settings import Settings
    from ioc.config.started import Started
    from ioc.ops.supervisor import Handed
    from ioc.platform.db import Database

SERVED = (roles.BROKER, roles.INGEST, roles.ALERTS, roles.WEB)
ALL = (*SERVED, roles.CONNECTORS)
_UNNEEDED = {
    roles.BROKER: "[mqtt] url names a broker of yours, not embedded:",
    roles.CONNECTORS: "no [[connector]] is configured, nor [mqtt] watch_unknown",
}
log = logging.getLogger(__name__)


def add(commands: Commands) -> None:
    about = "Production: one supervisor for all roles, or for one."
    live = commands.add_parser("serve", help=about, description=about)
    where = live.add_mutually_exclusive_group(required=True)
    where.add_argument("--config", metavar="FILE", type=Path)
    where.add_argument("--data-dir", metavar="DIR", type=Path)
    live.add_argument("--only", metavar="ROLE", choices=ALL, help=f"one of {', '.join(ALL)}")
    live.set_defaults(run=serve)


def serve(arguments: argparse.Namespace) -> None:
    from ioc.config.started import Started

    settings = settings_of(arguments)
    if arguments.config is not None:
        table = tomllib.loads(arguments.config.read_text(encoding="utf-8"))
        started = Started(origin=str(arguments.config), table=table)
    else:
        started = _started_before(arguments.data_dir)
    names = [role for role in ALL if _needed(role, settings)]
    if arguments.only is not None:
        if arguments.only not in names:
            raise UsageError(Code.ROLE_NOT_NEEDED, f"--only {arguments.only}: {_UNNEEDED[arguments.only]}")
        names = [arguments.only]
    start(settings, started, names, lambda _db: iter(()), arguments.config)


def _needed(role: str, settings: "Settings") -> bool:
    if role == roles.BROKER:
        return settings.mqtt.embedded
    return role != roles.CONNECTORS or bool(settings.connector or settings.mqtt.watch_unknown)


def _started_before(data_dir: Path) -> "Started":
    from ioc import bootstrap
    from ioc.config.started import Started

    path = Started.path(data_dir)
    if path.is_file():
        kept = Started.read(path)
        return Started(origin=kept.origin, table={**kept.table, "data_dir": str(data_dir.absolute())})
    return Started(origin="the sample configuration", table=bootstrap.default_table(data_dir.absolute()))


Links = Callable[["Database"], Iterator[str]]


def start(
    settings: "Settings",
    started: "Started",
    names: Sequence[str],
    links: Links,
    file: Path | None = None,
    handed: "Handed | None" = None,
) -> None:
    """`file`: the configuration whose changed maps are taken over; `handed`: more sockets that roles inherit."""
    from ioc import bootstrap
    from ioc.cli.config import check
    from ioc.config.map_file import MapFile
    from ioc.config.started import Started
    from ioc.core import locks, sockets
    from ioc.core.clock import SystemClock
    from ioc.ops import embedded_broker, environment
    from ioc.ops.supervisor import Supervisor
    from ioc.platform import logs
    from ioc.platform.waiting import database_when_there

    logs.configure(settings.log, "supervisor")
    if settings.plugins.folder is not None:  # our own are known to be fit: tests hold them to it
        bootstrap.checked_plugins(settings, started.origin)
    bootstrap.open_data_dir(settings)
    held = locks.take(settings.root / "run", names)
    http = sockets.bind("http", settings.http.host, settings.http.port) if roles.WEB in names else None
    if roles.BROKER in names:
        embedded_broker.check(settings)
    db = database_when_there(settings.database_url, http)
    lines = list(links(db))
    db.close()
    path = Started.path(settings.root)
    started.write(path)

    def on_ready() -> None:
        say(f"ready {base_url(settings)}")
        for line in lines:
            say(line)

    watch = (lambda: None) if file is None else MapFile(file, started, path, check).look
    sockets_of = {**(handed or {}), **({} if http is None else {roles.WEB: {environment.HTTP_FD: http}})}
    supervisor = Supervisor(path, names, sockets_of, SystemClock(), on_ready, settings.http.workers, watch)
    supervisor.run()
    del held
    if supervisor.unfit is not None:
        raise UsageError(Code.UNFIT, f"{supervisor.unfit} cannot run as it is configured; why is in the line above")


def base_url(settings: "Settings") -> str:
    scheme = "https" if settings.http.certificate else "http"
    return f"{scheme}://{settings.http.host}:{settings.http.port}"
