"""UPSs that run on battery, heard on the bus: a probe's source or a device's own."""

import threading
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import msgspec

from ioc.core import jsons
from ioc.platform.broker import OnMessage

ON_BATTERY = "on_battery"
_WORDS: Mapping[object, bool] = MappingProxyType({"true": True, "false": False, "1": True, "0": False})


class Power:
    """Remembers the last word of every UPS named; a UPS that fell silent on battery stays on battery."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)
        self._on_battery: dict[str, bool] = {}
        self._lock = threading.Lock()

    def subscriptions(self) -> dict[str, OnMessage]:
        """The topics to listen to."""
        return {f"ioc/v1/{name}/state": self._hear for name in self._names}

    def on_battery(self, name: str | None) -> bool:
        with self._lock:
            return name is not None and self._on_battery.get(name, False)

    def _hear(self, topic: str, payload: bytes, _retained: bool) -> None:
        said = _flag(payload)
        if said is not None:
            with self._lock:
                self._on_battery[topic.removeprefix("ioc/v1/").removesuffix("/state")] = said


def _flag(payload: bytes) -> bool | None:
    """None where the message does not say, or is not JSON: ingest will have it in quarantine."""
    try:
        told = jsons.decode(payload)
    except msgspec.DecodeError:
        return None
    last = told[-1] if isinstance(told, list) and told else told
    value = last.get(ON_BATTERY) if isinstance(last, dict) else None
    return value if isinstance(value, bool) else _WORDS.get(str(value).lower())
