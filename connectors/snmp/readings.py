"""What the usual tables say: UPS (RFC 1628, APC), temperatures (RFC 3433, net-snmp), disks (RFC 2790)."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from connectors.snmp.agent import Agent, Value
from ioc.model import Number
from ioc.share import percent

Figures = dict[str, Number]
Reading = Callable[[Agent], Awaitable[Figures]]

UPS = "1.3.6.1.2.1.33.1"
OUTPUT_SOURCE, MINUTES_LEFT, CHARGE, LOAD = f"{UPS}.4.1.0", f"{UPS}.2.3.0", f"{UPS}.2.4.0", f"{UPS}.4.4.1.5.1"
FROM_BATTERY = 5
APC = "1.3.6.1.4.1.318.1.1.1"
APC_STATUS, APC_CHARGE, APC_LEFT, APC_LOAD = f"{APC}.4.1.1.0", f"{APC}.2.2.1.0", f"{APC}.2.2.3.0", f"{APC}.4.2.3.0"
APC_ON_BATTERY = 3
TICKS_A_MINUTE = 6_000
SENSOR = "1.3.6.1.2.1.99.1.1.1"
SENSOR_TYPE, SENSOR_SCALE, SENSOR_PRECISION, SENSOR_VALUE = (f"{SENSOR}.{n}" for n in (1, 2, 3, 4))
CELSIUS = 8
UNIT_SCALE = 9  # of RFC 3433: `units`; each step is a factor of a thousand
LM_TEMPERATURE = "1.3.6.1.4.1.2021.13.16.2.1.3"  # thousandths of a degree
STORAGE = "1.3.6.1.2.1.25.2.3.1"
STORAGE_TYPE, STORAGE_SIZE, STORAGE_USED = (f"{STORAGE}.{n}" for n in (2, 5, 6))
FIXED_DISK = "1.3.6.1.2.1.25.2.1.4"


async def ups(agent: Agent) -> Figures:
    """`on_battery`, and how long that can last."""
    standard = await agent.get((OUTPUT_SOURCE, MINUTES_LEFT, CHARGE, LOAD))
    if OUTPUT_SOURCE in standard:
        figures: Figures = {"on_battery": standard[OUTPUT_SOURCE] == FROM_BATTERY}
        return figures | _named(standard, battery_min=MINUTES_LEFT, battery_pct=CHARGE, ups_load_pct=LOAD)
    apc = await agent.get((APC_STATUS, APC_CHARGE, APC_LEFT, APC_LOAD))
    if APC_STATUS not in apc:
        return {}
    figures = {"on_battery": apc[APC_STATUS] == APC_ON_BATTERY}
    if isinstance(left := apc.get(APC_LEFT), int):
        figures["battery_min"] = left // TICKS_A_MINUTE
    return figures | _named(apc, battery_pct=APC_CHARGE, ups_load_pct=APC_LOAD)


async def temperature(agent: Agent) -> Figures:
    """The warmest sensor, °C."""
    types = await agent.column(SENSOR_TYPE)
    degrees = []
    if CELSIUS in types.values():
        scales, precisions = await agent.column(SENSOR_SCALE), await agent.column(SENSOR_PRECISION)
        values = await agent.column(SENSOR_VALUE)
        for at, sort in types.items():
            if sort == CELSIUS and at in values:
                factor = 1_000.0 ** (int(scales.get(at, UNIT_SCALE)) - UNIT_SCALE)
                degrees.append(int(values[at]) * factor / 10 ** int(precisions.get(at, 0)))
    degrees += [int(value) / 1_000 for value in (await agent.column(LM_TEMPERATURE)).values()]
    return {"temp_c": round(max(degrees), 1)} if degrees else {}


async def disks(agent: Agent) -> Figures:
    """The fullest fixed disk, per cent."""
    types = await agent.column(STORAGE_TYPE)
    sizes, used = await agent.column(STORAGE_SIZE), await agent.column(STORAGE_USED)
    fixed = [at for at, sort in types.items() if sort == FIXED_DISK and int(sizes.get(at, 0)) > 0]
    shares = [percent(int(used.get(at, 0)), int(sizes[at]), 1) for at in fixed]
    fullest = max((share for share in shares if share is not None), default=None)
    return {} if fullest is None else {"disk_used_pct": fullest}


def _named(told: Mapping[str, Value], **oids: str) -> Figures:
    return {name: int(told[oid]) for name, oid in oids.items() if oid in told}


READINGS: Mapping[str, Reading] = MappingProxyType({"ups": ups, "temperature": temperature, "disks": disks})
