"""Readings of the usual tables: UPS (RFC 1628, APC), temperatures (RFC 3433, net-snmp), disks (RFC 2790)."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from connectors.kinds.service import SPEC
from connectors.snmp.agent import Agent, Value
from ioc.core.model import Number
from ioc.core.share import percent
from ioc.messages.kinds import NOT_KNOWN_32

Figures = dict[str, Number]
Reading = Callable[[Agent], Awaitable[Figures | None]]  # None: the agent has no such table

UPS = "1.3.6.1.2.1.33.1"
OUTPUT_SOURCE, MINUTES_LEFT, CHARGE, LOAD = f"{UPS}.4.1.0", f"{UPS}.2.3.0", f"{UPS}.2.4.0", f"{UPS}.4.4.1.5.1"
FROM_BATTERY = 5
APC = "1.3.6.1.4.1.318.1.1.1"
APC_STATUS, APC_CHARGE, APC_LEFT, APC_LOAD = f"{APC}.4.1.1.0", f"{APC}.2.2.1.0", f"{APC}.2.2.3.0", f"{APC}.4.2.3.0"
APC_UNKNOWN, APC_ON_BATTERY = 1, 3
TICKS_A_MINUTE = 6_000
SENSOR = "1.3.6.1.2.1.99.1.1.1"
SENSOR_TYPE, SENSOR_SCALE, SENSOR_PRECISION, SENSOR_VALUE, SENSOR_STATE = (f"{SENSOR}.{n}" for n in range(1, 6))
SENSOR_OK = 1  # the others: unavailable, nonoperational
CELSIUS = 8
UNIT_SCALE = 9  # of RFC 3433: `units`; each step is a factor of a thousand
LM_TEMPERATURE = "1.3.6.1.4.1.2021.13.16.2.1.3"  # thousandths of a degree
STORAGE = "1.3.6.1.2.1.25.2.3.1"
STORAGE_TYPE, STORAGE_SIZE, STORAGE_USED = (f"{STORAGE}.{n}" for n in (2, 5, 6))
FIXED_DISK = "1.3.6.1.2.1.25.2.1.4"


async def ups(agent: Agent) -> Figures | None:
    """`on_battery`, and how long that can last; what the device does not know is left out."""
    standard = await agent.get((OUTPUT_SOURCE, MINUTES_LEFT, CHARGE, LOAD))
    if OUTPUT_SOURCE in standard:
        figures: Figures = {"on_battery": standard[OUTPUT_SOURCE] == FROM_BATTERY}
        return figures | _named(standard, battery_min=MINUTES_LEFT, battery_pct=CHARGE, ups_load_pct=LOAD)
    apc = await agent.get((APC_STATUS, APC_CHARGE, APC_LEFT, APC_LOAD))
    if APC_STATUS not in apc:
        return None
    figures = {} if apc[APC_STATUS] == APC_UNKNOWN else {"on_battery": apc[APC_STATUS] == APC_ON_BATTERY}
    if isinstance(left := apc.get(APC_LEFT), int):
        apc[APC_LEFT] = left // TICKS_A_MINUTE
    return figures | _named(apc, battery_min=APC_LEFT, battery_pct=APC_CHARGE, ups_load_pct=APC_LOAD)


async def temperature(agent: Agent) -> Figures | None:
    """The warmest sensor that works, °C."""
    types = await agent.column(SENSOR_TYPE)
    degrees: list[float | None] = []
    if CELSIUS in types.values():
        scales, precisions = await agent.column(SENSOR_SCALE), await agent.column(SENSOR_PRECISION)
        values, states = await agent.column(SENSOR_VALUE), await agent.column(SENSOR_STATE)
        for at, sort in types.items():
            if sort == CELSIUS:
                works = states.get(at, SENSOR_OK) == SENSOR_OK
                factor = 1_000.0 ** (int(scales.get(at, UNIT_SCALE)) - UNIT_SCALE) / 10 ** int(precisions.get(at, 0))
                degrees.append(_scaled(values.get(at), factor) if works else None)
    degrees += [_scaled(value, 1 / 1_000) for value in (await agent.column(LM_TEMPERATURE)).values()]
    known = [value for value in degrees if value is not None]
    return {"temp_c": round(max(known), 1)} if known else {} if degrees else None


async def disks(agent: Agent) -> Figures | None:
    """The fullest fixed disk, per cent; without those too large for the 32 bits in which sizes are told."""
    types = await agent.column(STORAGE_TYPE)
    sizes, used = await agent.column(STORAGE_SIZE), await agent.column(STORAGE_USED)
    disks = [(sizes.get(at), used.get(at)) for at, sort in types.items() if sort == FIXED_DISK]
    shares = [
        share
        for size, taken in disks
        if isinstance(size, int) and isinstance(taken, int) and 0 <= taken <= size
        if (share := percent(taken, size, 1)) is not None
    ]
    return {"disk_used_pct": max(shares)} if shares else {} if disks else None


def _scaled(value: Value | None, factor: float) -> float | None:
    """None where the sensor tells no number, or one that says that it does not know."""
    if not isinstance(value, int) or value in NOT_KNOWN_32:
        return None
    degrees = value * factor
    return degrees if SPEC.metrics["temp_c"].knows(degrees) else None


def _named(told: Mapping[str, Value], **oids: str) -> Figures:
    """By what the kind `service` says of each: -1, 255 or 2147483647 stand for "not known" in many a device."""
    values = {name: told.get(oid) for name, oid in oids.items()}
    return {name: value for name, value in values.items() if isinstance(value, int) and SPEC.metrics[name].knows(value)}


READINGS: Mapping[str, Reading] = MappingProxyType({"ups": ups, "temperature": temperature, "disks": disks})
