"""What a demo province is, as its folder says it in `province.toml`: there is no code for one province or the other."""

import tomllib
from datetime import date
from importlib import resources

import msgspec

from connectors.simulator import PROVINCES
from ioc.core.errors import Code, UsageError


class Rhythm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds between two states of one source of a kind."""

    vc: int
    queue: int
    service: int
    link: int


class DeskLoad(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The load of a one-stop centre; each range is drawn from once a centre."""

    visitors: tuple[int, int]
    counters: tuple[int, int]
    service_min: tuple[float, float]
    dossiers_a_day: float


class Desks(msgspec.Struct, frozen=True, forbid_unknown_fields=True, eq=False):
    """The provincial centre and the others; `services` are the codes on the tickets."""

    services: tuple[str, ...]
    provincial: DeskLoad
    local: DeskLoad


class Titles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the conferences are called; `everyone`: those of the province call every endpoint, not its own alone."""

    weekly: str
    provincial: tuple[str, ...]
    local: tuple[str, ...]
    duty: str
    everyone: bool = False


class Procedure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`handled_by` None: the unit that the centre belongs to."""

    code: str
    name: str
    days: int
    fee: int
    handled_by: str | None = None


class Procedures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked for at the provincial centre, and at the others."""

    prefix: str
    first_unit: int
    provincial: tuple[Procedure, ...]
    local: tuple[Procedure, ...]


class Character(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The behaviour of a system on a quiet day; `hall`: a room with machines, no web server."""

    latency_ms: float
    cert_days: int | None = None  # on an arbitrary first day; a certificate lasts 397
    queue_depth: float | None = None
    hall: bool = False
    sessions: bool = False


class PublishedPeriod(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    period: str
    values: dict[str, float]


class ProvinceProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, eq=False):
    """One province; `first` and `last` are the days it lived between as it is told here."""

    name: str
    root: str
    first_cut: str
    cadence_s: Rhythm
    desks: Desks
    meetings: Titles
    procedures: Procedures
    services: dict[str, Character]
    feeds: dict[str, tuple[PublishedPeriod, ...]]
    first: date | None = None
    last: date | None = None
    morning: date | None = None  # its demo plays on this one, whatever day it is


def profile(province: str) -> ProvinceProfile:
    return msgspec.convert(tomllib.loads(packaged(province, "province.toml")), ProvinceProfile)


def packaged(province: str, name: str) -> str:
    """The text of a file of the province, such as `orgs.csv`."""
    if province not in PROVINCES:
        raise UsageError(Code.BAD_OPTION, f"province {province!r}; there are: {', '.join(PROVINCES)}")
    folder = resources.files(__package__) / province.replace("-", "_")
    return (folder / name).read_text(encoding="utf-8")
