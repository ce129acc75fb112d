"""The connectors that fetch dossiers, each in a thread of its own: libraries of databases and files block."""

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, cast

from connectors.deliveries.contract import Pull
from connectors.deliveries.desk import Importer
from connectors.deliveries.options import Delivered
from connectors.runner.leases import KEEP_S, Leases
from connectors.runner.schedule import Timetable
from ioc.config.settings import Connector
from ioc.context import Context
from ioc.core.clock import Clock, local
from ioc.core.errors import Code, UsageError
from ioc.core.registry import Plugins, PluginSort
from ioc.domain.inventory import Inventory
from ioc.domain.inventory.orgs import DEFAULT_TZ, OrgTree
from ioc.domain.inventory.records import load
from ioc.platform.broker import Bus
from ioc.platform.logins import as_bus

log = logging.getLogger(__name__)

STOP_S = 3.0
Publish = Callable[[str, bytes], None]
P = ParamSpec("P")


def fetches(connector: Connector) -> bool:
    """True for a connector that brings dossiers; the others look at targets."""
    return isinstance(connector.options, Delivered)


def pulls(plugins: Plugins) -> dict[str, Pull]:
    return cast("dict[str, Pull]", plugins.of(PluginSort.PULL))


def desk_of(context: Context, publish: Publish) -> Importer:
    decode = context.kinds["dossier"].decode_event
    if decode is None:
        raise UsageError(Code.NO_DOSSIERS, "this build knows no dossier events")
    zone = OrgTree([]).tz(DEFAULT_TZ)

    def inventory(now: int) -> Inventory:
        with context.db.read() as conn:
            return load(conn, local(now, zone).date().isoformat(), context.kinds, context.settings.calendar.weeks)

    return Importer(context.settings.root, inventory, decode, publish, context.clock)


@contextmanager
def fetching(context: Context) -> Iterator[None]:
    """Fetch while inside, what no other process has leased; without such connectors do nothing."""
    wanted = [connector for connector in context.settings.connector if fetches(connector)]
    if not wanted:
        yield
        return
    bus = Bus(as_bus(context.settings), "ioc-deliveries")
    desk = desk_of(context, bus.publish_acknowledged)
    leases = Leases(context.db, [one.name for one in wanted], f"deliveries:{secrets.token_hex(8)}", context.clock)
    bus.start()
    leases.keep()
    threads = [_begin(_keep, leases, desk.stop)]
    known = pulls(context.plugins)
    threads += [_begin(_follow, one, known[one.kind], desk, leases.holds, context.clock) for one in wanted]
    try:
        yield
    finally:
        desk.stop.set()
        for thread in threads:
            thread.join(STOP_S)
        leases.release()
        bus.stop()


def _begin(work: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> threading.Thread:
    thread = threading.Thread(target=work, args=args, kwargs=kwargs, name=work.__name__.strip("_"), daemon=True)
    thread.start()
    return thread


def _keep(leases: Leases, stop: threading.Event) -> None:
    while not stop.wait(KEEP_S):
        leases.keep()


def _follow(connector: Connector, pull: Pull, desk: Importer, holds: Callable[[str], bool], clock: Clock) -> None:
    """Turn after turn until the role ends; a turn that takes longer than its period delays its own next one only."""
    timetable = Timetable(connector.name, connector.every_s, clock.monotonic())
    due = timetable.first()
    while not desk.stop.wait(max(0.0, due - clock.monotonic())):
        if holds(connector.name):
            try:
                desk.visit(connector, pull)
            except Exception:
                log.exception("connector %s: its turn failed", connector.name)
        due = timetable.next(clock.monotonic())
