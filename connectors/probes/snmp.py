"""Connector `snmp`: an agent that answers, and what it measures: an interface, a UPS, heat, disks, given OIDs."""

import math
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from connectors.runner.contract import LINE_OR_SERVICE, Seen
from connectors.runner.gear import Gear, Stopwatch
from connectors.snmp.agent import UPTIME, Agent, SnmpLogin, Value, reach
from connectors.snmp.readings import READINGS
from connectors.snmp.traffic import Interface
from ioc.config.fields import Port
from ioc.core.model import Number
from ioc.messages.kinds import NOT_KNOWN_32

kind = "snmp"
libraries = ("pysnmp.hlapi.v3arch.asyncio",)
OID = r"^1(\.\d+)+$"
METRIC = r"^[a-z][a-z0-9_]{0,63}$"
# what the names in the configuration are in pysnmp
_AUTH = {
    "md5": "HMAC96_MD5", "sha": "HMAC96_SHA", "sha256": "HMAC192_SHA256", "sha512": "HMAC384_SHA512",
}  # fmt: skip
_PRIVACY = {"des": "CBC56_DES", "aes": "CFB128_AES", "aes256": "CFB256_AES"}


class Options(Struct, frozen=True, kw_only=True):
    """v2c by `community`; v3 as soon as a `user` is named. `oids` are figures by name, each an OID of a number.

    Where the device answers one of `not_known`, it does not know: the figure is left out.
    """

    PUBLISHES: ClassVar[frozenset[str]] = LINE_OR_SERVICE
    host: str
    port: Port = 161
    community: str = "public"
    user: str | None = None
    auth: Literal["md5", "sha", "sha256", "sha512"] | None = None
    auth_password: str | None = None
    privacy: Literal["des", "aes", "aes256"] | None = None
    privacy_password: str | None = None
    read: tuple[Literal["ups", "temperature", "disks"], ...] = ()
    interface: str | None = None
    oids: dict[Annotated[str, Meta(pattern=METRIC)], Annotated[str, Meta(pattern=OID)]] = {}
    not_known: tuple[float, ...] = tuple(sorted(NOT_KNOWN_32))

    def __post_init__(self) -> None:
        for name in ("auth", "privacy"):
            if getattr(self, name) is not None and len(getattr(self, f"{name}_password") or "") < 8:
                raise ValueError(f"{name} needs {name}_password of at least 8 characters")
        if self.privacy is not None and self.auth is None:
            raise ValueError("privacy needs auth")
        if self.auth is not None and self.user is None:
            raise ValueError("auth needs user")

    @property
    def access(self) -> SnmpLogin:
        auth = _AUTH[self.auth] if self.auth else None
        privacy = _PRIVACY[self.privacy] if self.privacy else None
        return SnmpLogin(self.community, self.user, auth, self.auth_password, privacy, self.privacy_password)


async def look(options: Options, gear: Gear) -> Seen:
    agent = await reach(options.host, options.port, options.access, gear)
    watch = Stopwatch()
    told = await agent.get((UPTIME, *options.oids.values()))
    took = watch.ms
    figures = _given(options, told)
    error = _lacking(options, told)
    for name in options.read:
        found = await READINGS[name](agent)
        figures |= found or {}
        error = error or (f"agent tells nothing about: {name}" if found is None else None)
    if options.interface is not None:
        seen = await _interface(options, gear, agent)
        figures |= seen.figures
        error = error or seen.error
    return Seen(error, took, figures)


async def _interface(options: Options, gear: Gear, agent: Agent) -> Seen:
    name = options.interface or ""
    interface = gear.keep(("interface", options.host, options.port, name), lambda: Interface(name))
    return await interface.look(agent)


def _given(options: Options, told: dict[str, Value]) -> dict[str, Number]:
    figures = {name: _number(told.get(oid)) for name, oid in options.oids.items()}
    return {name: value for name, value in figures.items() if value is not None and value not in options.not_known}


def _number(value: Value | None) -> Number | None:
    """Devices tell decimals as text; None for what is no finite number."""
    try:
        number = value if isinstance(value, int) else float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _lacking(options: Options, told: dict[str, Value]) -> str | None:
    lacking = next((name for name, oid in options.oids.items() if _number(told.get(oid)) is None), None)
    return None if lacking is None else f"no number at {options.oids[lacking]} ({lacking})"
