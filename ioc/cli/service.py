"""demo and serve: the supervisor with everything it needs before the first process starts."""

import argparse
import logging
import tomllib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ioc.cli.common import DEMO_DIR, Commands, now_ms, say, settings_of
from ioc.core.errors import Code, UsageError
from ioc.domain.inventory.orgs import DEFAULT_TZ
from ioc.ops import roles

if TYPE_CHECKING:
    from ioc.config.settings import Settings
    from ioc.config.started import Started
    from ioc.platform.db import Database

SERVED = (roles.BROKER, roles.INGEST, roles.ALERTS, roles.WEB)
ALL = (*SERVED, roles.CONNECTORS)
_UNNEEDED = {
    roles.BROKER: "[mqtt] url names a broker of yours, not embedded:",
    roles.CONNECTORS: "no [[connector]] is configured, nor [mqtt] watch_unknown",
}
log = logging.getLogger(__name__)


def add(commands: Commands) -> None:
    about = "Embedded broker, embedded stores, simulator and all roles: nothing to configure."
    show = commands.add_parser("demo", help=about, description=about)
    show.add_argument("--host", default="127.0.0.1", help="where pages and broker listen (default: this machine only)")
    show.add_argument("--http-port", type=int, default=8080, metavar="N")
    show.add_argument("--mqtt-port", type=int, default=1883, metavar="N")
    show.add_argument("--data-dir", type=Path, default=Path(DEMO_DIR), metavar="DIR")
    show.add_argument("--no-simulator", action="store_true", help="only what comes in from outside")
    show.add_argument("--speed", type=float, default=1.0, help="how many times faster than life the simulator tells")
    show.add_argument("--seed", type=int, default=1, help="the same seed tells the same story")
    about = "set the demonstration's clock, as 2026-11-23T09:10 local time: see a working day at any hour"
    show.add_argument("--at", metavar="TIME", help=about)
    show.set_defaults(run=demo)
    about = "Production: one supervisor for all roles, or for one."
    live = commands.add_parser("serve", help=about, description=about)
    where = live.add_mutually_exclusive_group(required=True)
    where.add_argument("--config", metavar="FILE", type=Path)
    where.add_argument("--data-dir", metavar="DIR", type=Path)
    live.add_argument("--only", metavar="ROLE", choices=ALL, help=f"one of {', '.join(ALL)}")
    live.set_defaults(run=serve)


def demo(arguments: argparse.Namespace) -> None:
    from ioc import bootstrap
    from ioc.config.read import is_loopback
    from ioc.config.started import Started
    from ioc.ops import demo as first

    if arguments.speed <= 0:
        raise UsageError(Code.BAD_OPTION, f"--speed {arguments.speed}: must be above 0")
    data_dir = arguments.data_dir.absolute()
    http = {"host": arguments.host, "port": arguments.http_port}
    mqtt = {"host": arguments.host, "port": arguments.mqtt_port}
    if not is_loopback(arguments.host):
        mqtt |= first.mqtt_account(data_dir)
    table = bootstrap.default_table(data_dir, http=http, mqtt=mqtt)
    settings = bootstrap.parse_settings(table, "ioc demo")
    simulator = None if arguments.no_simulator else {"speed": arguments.speed, "seed": arguments.seed}
    started = Started(origin="ioc demo", table=table, simulator=simulator, ahead_ms=_ahead_ms(arguments.at))

    def links(db: "Database") -> Iterator[str]:
        if simulator is None:
            _orgs_at_least(db)
        return first.links(_base(settings), first.ensure_people(db, data_dir, now_ms()))

    _run(settings, started, SERVED if simulator is None else (*SERVED, roles.CONNECTORS), links)


def _ahead_ms(at: str | None) -> int:
    """The distance of `--at` from now; UsageError where it is no time."""
    if at is None:
        return 0
    try:
        told = datetime.fromisoformat(at)
    except ValueError:
        raise UsageError(Code.BAD_OPTION, f"--at {at}: expected a time such as 2026-11-23T09:10") from None
    if told.tzinfo is None:
        told = told.replace(tzinfo=ZoneInfo(DEFAULT_TZ))
    return round(told.timestamp() * 1000) - now_ms()


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
    _run(settings, started, names, lambda _db: iter(()), arguments.config)


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


def _run(
    settings: "Settings", started: "Started", names: Sequence[str], links: Links, file: Path | None = None
) -> None:
    """`file`: the configuration whose changed maps are taken over."""
    from ioc import bootstrap
    from ioc.cli.config import check
    from ioc.config.map_file import MapFile
    from ioc.config.started import Started
    from ioc.core import locks, sockets
    from ioc.core.clock import SystemClock
    from ioc.ops import embedded_broker
    from ioc.ops.supervisor import Supervisor
    from ioc.platform import logs
    from ioc.platform.waiting import database_when_there

    logs.configure(settings.log, "supervisor")
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
        say(f"ready {_base(settings)}")
        for line in lines:
            say(line)

    watch = (lambda: None) if file is None else MapFile(file, started, path, check).look
    Supervisor(path, names, http, SystemClock(), on_ready, settings.http.workers, watch).run()
    del held


def _orgs_at_least(db: "Database") -> None:
    """Without the simulator and before any import, the demo's units, so that a message finds its org."""
    import sqlalchemy as sa

    from connectors.simulator.demo import ACTOR
    from connectors.simulator.roster import packaged
    from ioc.domain.importing.inventory import import_orgs
    from ioc.platform.db.tables import org

    with db.read() as conn:
        known = conn.scalar(sa.select(sa.func.count()).select_from(org))
    if not known:
        import_orgs(db, packaged("orgs.csv"), now_ms(), dry_run=False, actor=ACTOR)


def _base(settings: "Settings") -> str:
    scheme = "https" if settings.http.certificate else "http"
    return f"{scheme}://{settings.http.host}:{settings.http.port}"
