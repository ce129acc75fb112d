"""store copy: everything of one metric store into another."""

import argparse
import os
from typing import TYPE_CHECKING

from ioc.cli.common import Commands, command, group, say, settings_of
from ioc.cli.meter import Meter
from ioc.core.errors import Code, IocError, UsageError

if TYPE_CHECKING:
    from ioc.config.settings import Store
    from ioc.context import Context
    from ioc.metrics import MetricStore
    from ioc.metrics.port import Port, Progress


def add(commands: Commands) -> None:
    stores = group(commands, "store", "The metric store as a whole.")
    about = "Copy readings and roll-ups from one metric store into another; begins where it was cut off."
    making = command(stores, "copy", about, copy)
    making.add_argument("--from", dest="origin", metavar="URL", required=True, help="embedded: or influx+http(s)://…")
    making.add_argument("--to", dest="target", metavar="URL", required=True, help="the same; readings in it stay")
    why = "for a URL that is not store.url of the configuration, whose own keys are used otherwise"
    making.add_argument("--token-env", metavar="NAME", help=f"environment variable with the token, {why}")
    making.add_argument("--username", help=why)
    making.add_argument("--password-env", metavar="NAME", help=f"environment variable with the password, {why}")
    making.add_argument("--ca", metavar="FILE", help=why)


def copy(arguments: argparse.Namespace) -> int:
    from ioc import bootstrap
    from ioc.core import locks
    from ioc.metrics import port
    from ioc.metrics.copying import CopyNote

    if arguments.origin == arguments.target:
        raise UsageError(Code.SAME_STORE, "--from and --to are the same store")
    context = bootstrap.build(settings_of(arguments))
    held = locks.take(context.settings.root / "run", ["ingest"])  # its writer must not move things meanwhile
    stores = [_open(context, url, arguments) for url in (arguments.origin, arguments.target)]
    try:
        origin, target = map(_port, stores)
        note = CopyNote(context.settings.root / "store-copy.json", arguments.origin, arguments.target)
        meter = Meter()

        def tell(progress: "Progress") -> None:
            note.write(progress.place)
            meter.show(progress.done, f"{progress.points} points")

        done = port.copy(origin, target, note.read(), tell)
        note.remove()
    finally:
        for store in stores:
            store.close()
        for file in held:
            file.close()
    meter.end()
    for words in done.refused:
        say(f"refused: {words}")
    say(f"{done.points} points copied; set store.url to {arguments.target} and start the service")
    return 1 if done.refused else 0


def _open(context: "Context", url: str, arguments: argparse.Namespace) -> "MetricStore":
    from msgspec import structs

    from ioc.metrics.open import open_store

    own = context.settings.store
    try:
        store = own if url == own.url else _named(url, arguments)
    except ValueError as error:
        raise UsageError(Code.BAD_STORE_URL, str(error)) from error
    return open_store(structs.replace(context.settings, store=store), context.kinds, context.clock, writer=True)


def _named(url: str, arguments: argparse.Namespace) -> "Store":
    from ioc.config.settings import EMBEDDED, Store

    if url == EMBEDDED:
        return Store()
    return Store(
        url=url, token=_secret(arguments.token_env), username=arguments.username,
        password=_secret(arguments.password_env), ca=arguments.ca,
    )  # fmt: skip


def _secret(variable: str | None) -> str | None:
    if variable is not None and variable not in os.environ:
        raise UsageError(Code.NO_SECRET, f"the environment has no {variable!r}")
    return None if variable is None else os.environ[variable]


def _port(store: "MetricStore") -> "Port":
    from ioc.metrics.port import Movable

    health = store.health()
    if not health.ok:
        raise IocError(Code.STORE_UNAVAILABLE, health.detail)
    if not isinstance(store, Movable):
        raise IocError(Code.STORE_IMMOVABLE, "this store cannot be copied")
    return store.port()
