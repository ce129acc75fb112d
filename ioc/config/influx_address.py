"""The URL of an InfluxDB in the configuration, taken apart: its address and its credentials."""

from enum import StrEnum
from typing import Final, NamedTuple
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

SHAPE: Final = "influx+http(s)://HOST:PORT/BUCKET?org=ORG&flavour=v1|v2|v3"
PORT: Final = 8086
_SCHEMES = {"influx+http": "http", "influx+https": "https"}


class Flavour(StrEnum):
    """The generation of a server: one of three."""

    V1 = "v1"
    V2 = "v2"
    V3 = "v3"


class Address(NamedTuple):
    """`base` is `http(s)://host:port`; `flavour` None: the server is asked."""

    base: str
    bucket: str
    org: str
    flavour: Flavour | None


class StoreAddress(NamedTuple):
    """An address with what opens it: a token (2.x, 3.x), or a user name and password (1.x); `ca` names a PEM file."""

    address: Address
    token: str | None = None
    username: str | None = None
    password: str | None = None
    ca: str | None = None


def parse(url: str) -> Address:
    """ValueError with one line that names what is wrong and what is expected."""
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise ValueError(f"url: {url!r}: expected embedded: or {SHAPE}")
    if parts.username is not None:
        raise ValueError("url: user and password do not belong into it: set store.username and store.password")
    bucket = unquote(parts.path.removeprefix("/"))
    if not bucket or "/" in bucket or not bucket.isprintable() or parts.fragment:
        raise ValueError(f"url: {url!r}: expected one bucket (1.x, 3.x: database) after the host: {SHAPE}")
    asked = parse_qs(parts.query, keep_blank_values=True)
    flavour = _one(asked, "flavour")
    org = _one(asked, "org") or ""
    if asked:
        raise ValueError(f"url: {sorted(asked)[0]!r} is unknown; allowed: flavour, org")
    if flavour is not None and flavour not in set(Flavour):
        raise ValueError(f"url: flavour {flavour!r}; allowed: {', '.join(Flavour)}")
    if flavour == Flavour.V2 and not org:
        raise ValueError("url: InfluxDB 2.x needs an organisation: add ?org=ORG")
    return Address(f"{_SCHEMES[parts.scheme]}://{_place(parts)}", bucket, org, Flavour(flavour) if flavour else None)


def _one(asked: dict[str, list[str]], name: str) -> str | None:
    values = asked.pop(name, [None])
    if len(values) > 1:
        raise ValueError(f"url: {name} stands twice")
    return values[0]


def _place(parts: SplitResult) -> str:
    try:
        port = parts.port or PORT
    except ValueError as error:
        raise ValueError(f"url: {error}") from None
    host = parts.hostname or ""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def check_access(access: StoreAddress) -> None:
    """ValueError where the keys beside the URL do not fit it."""
    if (access.username is None) != (access.password is None):
        raise ValueError("username and password belong together")
    if access.token is not None and access.username is not None:
        raise ValueError("token (InfluxDB 2.x, 3.x) or username and password (1.x), not both")
    if access.address.flavour is Flavour.V1 and access.token is not None:
        raise ValueError("token: InfluxDB 1.x takes username and password")
    for name, text in (("token", access.token), ("username", access.username), ("password", access.password)):
        if text is not None and not text.isprintable():
            raise ValueError(f"{name}: has characters that cannot be sent, a line end perhaps")
    if access.ca is not None and not access.address.base.startswith("https:"):
        raise ValueError("ca: only influx+https:// has certificates")
