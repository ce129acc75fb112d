"""Agencies in order of one share of their dossiers, each beside what it is of; too few dossiers are no share."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from ioc.core.share import Share, Void
from ioc.domain.dossiers.counting.summary import Counts, total
from ioc.domain.inventory import Org
from web.explained import Explanation, FigureTitle
from web.sight import Sight
from web.widgets import _dossier_records, _dossiers

kind = "org_ranking"

Figure = Literal["in_time", "early", "on_time", "late", "open_overdue", "online"]
_LESS_IS_BETTER = frozenset({"late", "open_overdue"})


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """Without `kinds` the orgs directly below are ranked, each with all below it; else all those of the kinds."""

    org: str | None = None
    figure: Figure = "in_time"
    by: Literal["receiving", "handling"] = "receiving"
    kinds: tuple[str, ...] = ()
    first: Literal["best", "worst"] = "best"
    least: Annotated[int, Meta(ge=1, le=1_000_000)] = 10
    limit: Annotated[int, Meta(ge=1, le=200)] = 20


def touches(_options: Options) -> frozenset[str]:
    return frozenset({"facts", "dossier"})


def snapshot(sight: Sight, options: Options) -> dict[str, Any]:
    """`rank` counts 1-2-2-4 from the end named first; `hidden` is how many have too few dossiers for a share."""
    head = _dossiers.head(sight)
    shares_of = ((org, _share(sight, options, codes, head["reason"])) for org, codes in _orgs(sight, options))
    found = {org: share for org, share in shares_of if share.pct is not None}
    shares = {org: share for org, share in found.items() if share.denominator >= options.least}
    ranks = dict(zip(shares, ranked([_worth(options, share) for share in shares.values()]), strict=True))
    order = sorted(shares, key=lambda org: (ranks[org], -shares[org].denominator, org.code))
    rows = {org.code: _row(sight, org, ranks[org], shares[org], at) for at, org in enumerate(order[: options.limit])}
    as_of = min(
        (at for at in (sight.look.freshness(sight.root).as_of, _counted_at(sight, options)) if at), default=None
    )
    return head | {
        "as_of": sight.at(as_of),
        "period": _dossiers.period(sight),
        "figure": options.figure,
        "by": options.by,
        "rows": rows,
        "ranked": len(shares),
        "hidden": len(found) - len(shares),
        "least": options.least,
    }


def figures(sight: Sight, options: Options) -> Mapping[str, FigureTitle]:
    """Each agency of the ranking by its code."""
    return {code: FigureTitle(words=sight.place(code)) for code in snapshot(sight, options)["rows"]}


def explain(sight: Sight, options: Options, part: str) -> Explanation | None:
    codes = next((codes for org, codes in _orgs(sight, options) if org.code == part), None)
    if codes is None:
        return None
    mine, title = _counts(sight, options, codes), FigureTitle(words=sight.place(part))
    page = f"&org={part}&by={options.by}"
    return _dossier_records.share(sight, mine, options.figure, title, _dossiers.empty(sight), page)


def ranked(worths: Iterable[float]) -> list[int]:
    """Places from the greatest on; equals share one and the next ones are as far behind as there are ahead."""
    worths = list(worths)
    return [1 + sum(other > worth for other in worths) for worth in worths]


def _orgs(sight: Sight, options: Options) -> Iterator[tuple[Org, frozenset[str]]]:
    """Each with the codes it stands for; the org itself among those below it for what is only its own."""
    orgs = sight.world.inventory.orgs
    if options.kinds:
        yield from (
            (org, orgs.scope(org.code).codes) for org in _inside(sight, orgs.living()) if org.kind in options.kinds
        )
        return
    if sight.org is not None:
        yield sight.org, orgs.own(sight.org.code)
    yield from ((org, orgs.scope(org.code).codes) for org in _inside(sight, orgs.children(sight.root)))


def _inside(sight: Sight, orgs: Iterable[Org]) -> Iterator[Org]:
    return (org for org in orgs if org.code in sight.scope)


def _counted_at(sight: Sight, options: Options) -> int | None:
    return sight.facts.handled_at if options.by == "handling" else sight.facts.at


def _share(sight: Sight, options: Options, codes: frozenset[str], reason: Void | None) -> Share:
    return total(_counts(sight, options, codes).values()).pct(reason)[options.figure]


def _counts(sight: Sight, options: Options, codes: frozenset[str]) -> dict[str, Counts]:
    counts = sight.facts.handled if options.by == "handling" else sight.facts.dossiers
    return {code: counts[code] for code in codes & counts.keys()}


def _worth(options: Options, share: Share) -> float:
    """The greater the further ahead, of the share as it is shown: what looks equal shares a place."""
    value = share.pct or 0.0
    return value if (options.figure in _LESS_IS_BETTER) is (options.first == "worst") else -value


def _row(sight: Sight, org: Org, rank: int, share: Share, at: int) -> dict[str, Any]:
    named = {"name": org.name, "parent_name": sight.above(org.code), "kind": org.kind}
    return {**named, "rank": rank, "order": at, **share.shown()}
