"""One agent asked by SNMP v2c or v3, in numbers of OIDs; no MIB files are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connectors.runner.gear import Gear
from ioc.core.errors import Code, IocError

if TYPE_CHECKING:
    from pysnmp.hlapi.v3arch.asyncio import SnmpEngine

TRY_S = 2.0
TRIES_MORE = 2
UPTIME = "1.3.6.1.2.1.1.3.0"  # hundredths of a second since the agent began to count
ROWS_A_REPLY = 25
ROWS_MOST = 2_000
Value = int | str


@dataclass(frozen=True, slots=True)
class SnmpLogin:
    """`user` means v3; then `auth` and `privacy` are names of pysnmp's protocols without their prefix, or None."""

    community: str
    user: str | None = None
    auth: str | None = None
    auth_password: str | None = None
    privacy: str | None = None
    privacy_password: str | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """The address and log-in of an agent."""

    engine: Any
    account: Any
    target: Any

    async def get(self, oids: Sequence[str]) -> dict[str, Value]:
        """The values of these that the agent knows; the others are left out."""
        from pysnmp.hlapi.v3arch import asyncio as hlapi

        names = [hlapi.ObjectType(hlapi.ObjectIdentity(oid)) for oid in oids]
        told = await hlapi.get_cmd(self.engine, self.account, self.target, hlapi.ContextData(), *names, lookupMib=False)
        return dict(_read(told))

    async def column(self, oid: str) -> dict[str, Value]:
        """A column of a table: value by index."""
        from pysnmp.hlapi.v3arch import asyncio as hlapi

        name = hlapi.ObjectType(hlapi.ObjectIdentity(oid))
        rows: dict[str, Value] = {}
        walk = hlapi.bulk_walk_cmd(
            self.engine, self.account, self.target, hlapi.ContextData(), 0, ROWS_A_REPLY, name,
            lookupMib=False, lexicographicMode=False, maxRows=ROWS_MOST,
        )  # fmt: skip
        async for told in walk:
            rows |= {at.removeprefix(f"{oid}."): value for at, value in _read(told)}
        return rows


async def reach(host: str, port: int, access: SnmpLogin, gear: Gear) -> Agent:
    """An agent to ask; those that are entered alike share an engine, which is large and knows what v3 negotiated."""
    from pysnmp.error import PySnmpError
    from pysnmp.hlapi.v3arch import asyncio as hlapi

    engine, account = gear.keep(("snmp", access), lambda: (_engine(gear), _account(access)))
    kind = hlapi.Udp6TransportTarget if ":" in host else hlapi.UdpTransportTarget
    try:
        target = await kind.create((host, port), timeout=TRY_S, retries=TRIES_MORE)
    except PySnmpError:
        raise IocError(Code.NAME_NOT_FOUND, "name not found") from None
    return Agent(engine, account, target)


def _engine(gear: Gear) -> "SnmpEngine":
    from pysnmp.hlapi.v3arch import asyncio as hlapi

    engine = hlapi.SnmpEngine()
    gear.closing.callback(engine.close_dispatcher)
    return engine


def _account(access: SnmpLogin) -> Any:
    from pysnmp.hlapi.v3arch import asyncio as hlapi

    if access.user is None:
        return hlapi.CommunityData(access.community)
    return hlapi.UsmUserData(
        access.user,
        access.auth_password,
        access.privacy_password,
        authProtocol=_protocol("USM_AUTH_", access.auth),
        privProtocol=_protocol("USM_PRIV_", access.privacy),
    )


def _protocol(prefix: str, name: str | None) -> Any:
    from pysnmp.hlapi.v3arch import asyncio as hlapi

    return getattr(hlapi, f"{prefix}{name or 'NONE'}")


def _read(told: Any) -> list[tuple[str, Value]]:
    """Plain values by OID; IocError with the agent's or the engine's own words."""
    from pysnmp.proto.rfc1905 import EndOfMibView, NoSuchInstance, NoSuchObject

    trouble, status, _index, pairs = told
    if trouble:
        silent = "timeout" in str(trouble)
        raise IocError(Code.SNMP_FAILED, "timeout" if silent else str(trouble))
    if status:
        raise IocError(Code.SNMP_REFUSED, f"agent: {status}")
    absent = (NoSuchObject, NoSuchInstance, EndOfMibView)
    return [(str(oid), _plain(value)) for oid, value in pairs if not isinstance(value, absent)]


def _plain(value: Any) -> Value:
    """Numbers as such, bytes as text, the rest (an OID) as it is written."""
    if hasattr(value, "asOctets"):
        return str(value.asOctets(), errors="replace")
    try:
        return int(value)
    except TypeError:
        return str(value)
