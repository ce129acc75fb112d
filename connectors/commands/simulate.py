"""simulate: the simulator alone."""

import argparse
import signal
import threading

from connectors.simulator import DEFAULT, PROVINCES
from ioc.cli.common import Commands, command, open_context, settings_of


def add(commands: Commands) -> None:
    simulation = command(commands, "simulate", "Run the simulator alone; refused where real sources exist.", simulate)
    simulation.add_argument("--rate", type=float, metavar="N", help="messages a second instead of the day's own rhythm")
    simulation.add_argument("--speed", type=float, default=1.0, help="how many times faster than life")
    simulation.add_argument("--seed", type=int, default=1)
    simulation.add_argument("--province", choices=PROVINCES, default=DEFAULT)


def simulate(arguments: argparse.Namespace) -> None:
    from connectors import service
    from ioc.platform import logs

    settings = settings_of(arguments)
    logs.configure(settings.log, "simulate")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    options = service.SimulatorOptions(arguments.province, arguments.speed, arguments.seed)
    service.simulate(open_context(settings), stop, options, rate=arguments.rate)
