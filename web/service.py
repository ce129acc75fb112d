"""The web role's entry: hands the standard library to gevent, then loads and runs everything else of the role."""

import threading
from collections.abc import Callable

from gevent import events, monkey

from ioc.context import Context


def run(context: Context, stop: threading.Event, ready: Callable[[], None]) -> None:
    """Serve until `stop` is set; IocError `port_taken` when the address is somebody else's."""
    events.notify_and_call_entry_points = events.notify  # for each of 25 events it would look through every package
    monkey.patch_all()
    # only now: what this loads must find sockets, locks and threads already patched
    from ioc.platform.broker import Bus
    from ioc.platform.logins import as_bus
    from web.server import WebWorker

    WebWorker(context, Bus(as_bus(context.settings), "ioc-web")).run(stop, ready)
