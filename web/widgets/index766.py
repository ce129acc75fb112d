"""The 766 index of this year, estimated group by group from what is known; what is missing is named, never 0."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ioc.core.model import State
from ioc.core.share import Void
from ioc.domain.dossiers.counting.question import Question, year_start
from ioc.domain.dossiers.reporting.index766.board import Index766Board, read_board
from ioc.domain.dossiers.reporting.index766.definition import CriterionGroup, definition
from ioc.domain.dossiers.reporting.index766.score import IndexScore, ScoredCriterion, ScoredIndex, state
from web.explained import Explanation, FigureTitle, RecordRow, said
from web.sight import Sight
from web.site import Site
from web.widgets import _dossiers

kind = "index766"

REFRESH_S = 60


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    org: str | None = None


def touches(_options: Options) -> frozenset[str]:
    return frozenset()


def load(site: Site, sight: Sight, _options: Options) -> Index766Board:
    """All that the groups are worked out from, in one reading."""
    codes = None if sight.scope.root is None else sight.scope.codes
    least = site.context.settings.dossiers.min_ratings
    start, now = year_start(sight.world.inventory.orgs, sight.now), sight.now
    asked = Question(sight.facts.watermarks, start, now, now, codes, min_ratings=least)
    off = _dossiers.empty(sight) is Void.NO_WORKING_TIME
    reporters, inventory = sight.look.reporters, sight.world.inventory
    wanted = definition(site.context.settings.dossiers.index766)
    orgs = [] if sight.root is None else [sight.root]
    return site.read(lambda conn: read_board(conn, inventory, wanted, asked, orgs, reporters, no_working_time=off))


def snapshot(sight: Sight, _options: Options) -> dict[str, Any]:
    """`score` out of `max`, `uncounted` of which cannot be told; `official` is what others published."""
    head = _dossiers.head(sight) | {"period": _dossiers.period(sight), "estimate": True}
    board: Index766Board | None = sight.loaded
    if board is None:
        return head | {"state": State.UNKNOWN, "groups": {}, "official": None}
    found = board.index(sight.root, sight.scope)
    groups = {group.code: _group(sight, found, group, at) for at, group in enumerate(found.definition.group)}
    told = found.total.shown(sight.at) | {"version": found.definition.version, "source": found.definition.source}
    sure = state(State(head["state"]), found.total)
    return head | told | {"state": sure, "groups": groups, "official": _official(sight, board)}


def figures(sight: Sight, _options: Options) -> Mapping[str, FigureTitle]:
    """`total`, then each group of criteria by its code."""
    board: Index766Board | None = sight.loaded
    groups = () if board is None else board.index(sight.root, sight.scope).definition.group
    return {"total": said("ui.widget.index766"), **{one.code: _title(one) for one in groups}}


def explain(sight: Sight, options: Options, part: str) -> Explanation | None:
    board: Index766Board | None = sight.loaded
    if board is None or part not in figures(sight, options):
        return None
    found = board.index(sight.root, sight.scope)
    group = next((one for one in found.definition.group if one.code == part), None)
    return _explanation(sight, found.total if group is None else found.of(group), figures(sight, options)[part])


def _title(group: CriterionGroup) -> FigureTitle:
    return FigureTitle(names={"vi": group.vi, "en": group.en})


def _explanation(sight: Sight, scored: IndexScore, title: FigureTitle) -> Explanation:
    told = scored.shown(sight.at)
    return Explanation(
        title=title,
        formula="explain.index766",
        source="explain.source.index766",
        value=told["score"],
        numerator=told["score"],
        denominator=told["max"],
        rows=tuple(_criterion(sight, one) for one in scored.scored),
        total=len(scored.scored),
    )


def _criterion(sight: Sight, one: ScoredCriterion) -> RecordRow:
    return RecordRow(
        name=one.criterion.vi,
        names={"vi": one.criterion.vi, "en": one.criterion.en},
        org=None,
        org_name=None,
        state=None,
        value=one.score,
        of=one.criterion.points,
        as_of=sight.at(None if one.input is None else one.input.as_of),
        counts=one.score is not None,
    )


def _group(sight: Sight, found: ScoredIndex, group: CriterionGroup, at: int) -> dict[str, Any]:
    total = found.of(group)
    missing = [{"vi": one.criterion.vi, "en": one.criterion.en} for one in total.scored if one.missing]
    return {"name": {"vi": group.vi, "en": group.en}, "order": at, "missing": missing, **total.shown(sight.at)}


def _official(sight: Sight, board: Index766Board) -> dict[str, Any] | None:
    told = board.official(sight.root)
    return None if told is None else {"score": told.score, "period": told.period, "as_of": sight.at(told.as_of)}
