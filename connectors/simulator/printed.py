"""Figures that articles printed about three provinces: the indicators, the values, the provinces of their day."""

import tomllib
from importlib import resources
from typing import Any

import msgspec
from msgspec import Struct

from ioc.config.indicators import IndicatorOptions
from ioc.core.clock import local
from ioc.domain.importing.inventory import import_orgs
from ioc.domain.indicators import values
from ioc.domain.indicators.values import ValueDraft
from ioc.domain.inventory import OrgTree
from ioc.domain.inventory.orgs import DEFAULT_TZ
from ioc.domain.inventory.records import load
from ioc.messages.kinds import Kinds
from ioc.platform.db import Database

_FOLDER = resources.files(__package__) / "articles"
_ACTOR = "demo"


class PrintedValue(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`said`: the spelling, the sentence, changes and what part of the period it is of."""

    indicator: str
    org: str
    period: str
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    rank: int | None = None
    rank_total: int | None = None
    source: str
    said: dict[str, Any]


class _Values(Struct, frozen=True, forbid_unknown_fields=True):
    value: tuple[PrintedValue, ...]


def indicators() -> list[dict[str, Any]]:
    """As `[[indicator]]` of a configuration."""
    found: list[dict[str, Any]] = tomllib.loads(_text("indicators.toml"))["indicator"]
    return found


def printed() -> tuple[PrintedValue, ...]:
    return msgspec.convert(tomllib.loads(_text("values.toml")), _Values).value


def take_over(db: Database, kinds: Kinds, now: int) -> int:
    """The provinces and their figures into the database, where nothing counts yet; how many were taken over."""
    import_orgs(db, _text("orgs.csv"), now, dry_run=False, actor=_ACTOR)
    known = {of.id: of for of in msgspec.convert(indicators(), tuple[IndicatorOptions, ...])}
    today = local(now, OrgTree([]).tz(DEFAULT_TZ)).date()
    with db.write() as conn:
        tree = load(conn, today.isoformat(), kinds).orgs
        taken = 0
        for each in printed():
            draft, of = ValueDraft(**msgspec.structs.asdict(each)), known[each.indicator]
            if each.org in tree:
                taken += values.take_over(conn, of, 1, draft, _ACTOR, now)
    return taken


def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
