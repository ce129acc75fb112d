"""demo: everything embedded, with the simulator."""

import argparse
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connectors.simulator import DEFAULT, PROVINCES
from ioc.cli import service
from ioc.cli.common import DEMO_DIR, Commands, now_ms
from ioc.core.errors import Code, UsageError

if TYPE_CHECKING:
    from connectors.simulator.showtime import Showtime
    from ioc.platform.db import Database


INCIDENTS_AFTER_S = 35  # the first 20 s of a start are silent


def add(commands: Commands) -> None:
    about = "Embedded broker, embedded stores, simulator and all roles: nothing to configure."
    show = commands.add_parser("demo", help=about, description=about)
    show.add_argument("--host", default="127.0.0.1", help="where pages and broker listen (default: this machine only)")
    show.add_argument("--http-port", type=int, default=8080, metavar="N")
    show.add_argument("--mqtt-port", type=int, default=1883, metavar="N")
    about = f"default: {DEMO_DIR}; of another province {DEMO_DIR}-PROVINCE"
    show.add_argument("--data-dir", type=Path, metavar="DIR", help=about)
    show.add_argument("--no-simulator", action="store_true", help="only what comes in from outside")
    show.add_argument("--speed", type=float, default=1.0, help="how many times faster than life the simulator tells")
    show.add_argument("--seed", type=int, default=1, help="the same seed tells the same story")
    about = f"which one is simulated (default: {DEFAULT})"
    show.add_argument("--province", choices=PROVINCES, default=DEFAULT, help=about)
    when = show.add_mutually_exclusive_group()
    about = "set the demonstration's clock, as 2026-11-23T09:10 local time: see a working day at any hour"
    when.add_argument("--at", metavar="TIME", help=about)
    about = "show the present outside working hours too, when the last working morning would be played again"
    when.add_argument("--live", action="store_true", help=about)
    about = "leave out what goes wrong: the line that is cut soon after the start, and a small thing every few minutes"
    show.add_argument("--no-incident", action="store_true", help=about)
    show.set_defaults(run=demo)


def demo(arguments: argparse.Namespace) -> None:
    from connectors.simulator import printed
    from connectors.simulator.demo import alerting, ensure_orgs
    from ioc import bootstrap
    from ioc.config.read import is_loopback
    from ioc.config.started import Started
    from ioc.core import sockets
    from ioc.ops import demo as first
    from ioc.ops import environment, roles

    if arguments.speed <= 0:
        raise UsageError(Code.BAD_OPTION, f"--speed {arguments.speed}: must be above 0")
    now = now_ms()
    begins = _showtime(arguments, now)
    base = _data_dir(arguments)
    first.check_province(base, arguments.province)
    data_dir = first.place(base, replay=begins.chosen)
    http = {"host": arguments.host, "port": arguments.http_port}
    mqtt = {"host": arguments.host, "port": arguments.mqtt_port}
    if not is_loopback(arguments.host):
        mqtt |= first.mqtt_account(base)
    smtp, sms = (sockets.bind("demo", "127.0.0.1", 0) for _ in range(2))
    told = alerting(arguments.province, smtp.getsockname()[1], sms.getsockname()[1])
    table = bootstrap.default_table(data_dir, http=http, mqtt=mqtt) | told | {"indicator": printed.indicators()}
    settings = bootstrap.parse_settings(table, "ioc demo", ())  # the sample as it is shipped: its roles read the rest
    ahead = begins.begins - now
    simulator = None if arguments.no_simulator else _simulator(arguments, begins.begins)
    started = Started(origin="ioc demo", table=table, simulator=simulator, ahead_ms=ahead, demo=True)

    def links(db: "Database") -> Iterator[str]:
        if simulator is None:
            ensure_orgs(db, now, arguments.province)
        marks = {"province": arguments.province, "replay": begins.chosen}
        yield from first.links(service.base_url(settings), first.ensure_people(db, data_dir, now, base, **marks))
        yield from _when(begins, data_dir)

    handed = {roles.CONNECTORS: {environment.SMTP_FD: smtp, environment.SMS_FD: sms}}
    service.start(settings, started, service.ALL, links, handed=handed)


def _data_dir(arguments: argparse.Namespace) -> Path:
    """What other commands look at when they are told nothing is the demo of the default province."""
    own = DEMO_DIR if arguments.province == DEFAULT else f"{DEMO_DIR}-{arguments.province}"
    return Path(arguments.data_dir or own).absolute()


def _showtime(arguments: argparse.Namespace, now: int) -> "Showtime":
    """Devices from outside live now, whatever the hour."""
    from connectors.simulator.profile import profile
    from connectors.simulator.showtime import Showtime, showtime

    told = _instant(arguments.at)
    if arguments.no_simulator:
        return Showtime(now if told is None else told)
    return showtime(profile(arguments.province), now, told, live=arguments.live)


def _when(begins: "Showtime", data_dir: Path) -> Iterator[str]:
    if not begins.chosen:
        return
    from ioc.core.clock import local
    from ioc.domain.inventory.orgs import DEFAULT_TZ

    day = local(begins.begins, ZoneInfo(DEFAULT_TZ))
    yield f"replay    {day:%Y-%m-%d %H:%M}, a working morning played again, marked PHÁT LẠI; --live shows the present"
    yield f"data      {data_dir}, empty again at the next replay"


def _simulator(arguments: argparse.Namespace, begins: int) -> dict[str, int | float | str]:
    told = {"province": arguments.province, "speed": arguments.speed, "seed": arguments.seed}
    return told if arguments.no_incident else told | {"incidents_from": begins + INCIDENTS_AFTER_S * 1000}


def _instant(at: str | None) -> int | None:
    """`--at` in epoch ms; UsageError where it is no time."""
    if at is None:
        return None
    from ioc.domain.inventory.orgs import DEFAULT_TZ

    try:
        told = datetime.fromisoformat(at)
    except ValueError:
        raise UsageError(Code.BAD_OPTION, f"--at {at}: expected a time such as 2026-11-23T09:10") from None
    if told.tzinfo is None:
        told = told.replace(tzinfo=ZoneInfo(DEFAULT_TZ))
    return round(told.timestamp() * 1000)
