"""The 766 index of this year, estimated group by group from what is known; what is missing is named, never 0."""

from typing import Any

from msgspec import Struct

from ioc.dossiers import index766_board
from ioc.dossiers.buckets import Question
from ioc.dossiers.index766 import Index, Total
from ioc.dossiers.index766_board import Board
from ioc.dossiers.index766_definition import Group, definition
from ioc.dossiers.known import year_start
from web.sight import Sight, State
from web.site import Site
from web.widgets import _dossiers

kind = "index766"

REFRESH_S = 60


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    org: str | None = None


def touches(_options: Options) -> frozenset[str]:
    return frozenset()


def load(site: Site, sight: Sight, _options: Options) -> Board:
    """All that the groups are worked out from, in one reading."""
    codes = None if sight.scope.root is None else sight.scope.codes
    least = site.context.settings.dossiers.min_ratings
    start, now = year_start(sight.world, sight.now), sight.now
    asked = Question(sight.facts.known, start, now, now, codes, min_ratings=least)
    wanted = definition(site.context.settings.dossiers.index766)
    orgs = [] if sight.root is None else [sight.root]
    return site.read(lambda conn: index766_board.read(conn, sight.world.inventory, wanted, asked, orgs, sight.now))


def snapshot(sight: Sight, _options: Options) -> dict[str, Any]:
    """`score` of `max`, the points that can be counted, out of `points`; `official` is what others published."""
    head = _dossiers.head(sight) | {"period": _dossiers.period(sight), "estimate": True}
    board: Board | None = sight.loaded
    if board is None:
        return head | {"state": State.UNKNOWN, "groups": {}, "official": None}
    found = board.index(sight.root, sight.scope.codes)
    groups = {group.code: _group(found, group, at) for at, group in enumerate(found.definition.group)}
    told = found.total.shown() | {"version": found.definition.version, "source": found.definition.source}
    return head | told | {"state": _state(head, found.total), "groups": groups, "official": _official(sight, board)}


def _group(found: Index, group: Group, at: int) -> dict[str, Any]:
    total = found.of(group)
    missing = [{"vi": one.criterion.vi, "en": one.criterion.en} for one in total.scored if one.missing]
    return {"name": {"vi": group.vi, "en": group.en}, "order": at, "missing": missing, **total.shown()}


def _state(head: dict[str, Any], total: Total) -> State:
    """What feeds alone tell is as good as it was when it was published."""
    if head["state"] != State.UNKNOWN:
        return State(head["state"])
    return State.UNKNOWN if total.score is None else State.LIVE


def _official(sight: Sight, board: Board) -> dict[str, Any] | None:
    told = board.official(sight.root)
    return None if told is None else {"score": told.score, "period": told.period, "as_of": sight.at(told.as_of)}
