"""Our own accounts at the broker: ingest's reads what devices say, the bus's carries live deltas; neither does both."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import structs

from ioc.config.names import BUS, INGEST
from ioc.config.settings import Mqtt, Settings
from ioc.core import keys
from ioc.messages import bus
from ioc.messages.wire import ROOT

KEY_FILE: Final = "broker.key"
MARKS: Final = (f"{ROOT}mark", f"{ROOT}+/mark")  # with them ingest knows that it has emptied a session
_ON_THE_BUS: Final = (bus.DELTA, bus.NOTICE, f"{bus.PROBES}/#", f"{bus.TRIALS}/#")
_EVERY_STATE: Final = f"{ROOT}+/+/+/state"  # of the power supplies that connectors hang on


class Rights(NamedTuple):
    """MQTT filters; `unheard` are taken out of `subscribe`."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    unheard: tuple[str, ...] = ()


class Account(NamedTuple):
    """`password` is plain; None where it is not known to us."""

    name: str
    password: str | None
    rights: Rights


EVERYTHING: Final = Rights(("#",), ("#",))
ANY_VENDOR: Final = ("#",)  # maps change while a broker runs


def reading(filters: Iterable[str]) -> Rights:
    """Ingest's; `filters` are those of the maps."""
    return Rights(MARKS, (f"{ROOT}#", bus.REPLAY, *filters), _ON_THE_BUS)


def speaking(filters: Iterable[str]) -> Rights:
    """The bus's, by which connectors and the HTTP door speak too; `filters` are those of `watch_unknown`."""
    return Rights((f"{ROOT}#", "ioc/live/v1/#"), (*_ON_THE_BUS, _EVERY_STATE, *filters))


def configured(mqtt: Mqtt, filters: Sequence[str], bus_filters: Sequence[str] = ()) -> list[Account]:
    """Those of the configuration as a broker should know them: one for all, or ingest's and the bus's."""
    name, heard = mqtt.username or "ioc", (*mqtt.watch_unknown, *bus_filters)
    if mqtt.bus_username is None:
        return [Account(name, mqtt.password, Rights(("ioc/#",), ("ioc/#", *filters, *heard)))]
    return [
        Account(name, mqtt.password, reading(filters)),
        Account(mqtt.bus_username, mqtt.bus_password, speaking(heard)),
    ]


def as_ingest(settings: Settings) -> Mqtt:
    """The log-in of ingest's persistent session."""
    return _as(INGEST, settings) if _made_here(settings.mqtt) else settings.mqtt


def as_bus(settings: Settings) -> Mqtt:
    """The log-in of every other connection of ours."""
    mqtt = settings.mqtt
    if _made_here(mqtt):
        return _as(BUS, settings)
    if mqtt.bus_username is None:
        return mqtt
    own = {"username": mqtt.bus_username, "password": mqtt.bus_password}
    return structs.replace(mqtt, **own, bus_username=None, bus_password=None)


def password(name: str, root: Path) -> str:
    """Of an account that the embedded broker makes for us; nothing but the key in the data directory leads to it."""
    return hmac.new(keys.read_or_create(root / KEY_FILE), name.encode(), hashlib.sha256).hexdigest()


def _made_here(mqtt: Mqtt) -> bool:
    return mqtt.embedded and mqtt.username is not None


def _as(name: str, settings: Settings) -> Mqtt:
    own = {"username": name, "password": password(name, settings.root)}
    return structs.replace(settings.mqtt, **own, bus_username=None, bus_password=None)
