"""The agencies behind a figure of dossiers: for a share each with its numerator and what that is of."""

from collections.abc import Mapping

from ioc.core.share import Share, Void
from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.domain.dossiers.counting.summary import Counts, total
from web.explained import Explanation, FigureTitle, by_org
from web.sight import Sight

SHARES = ("early", "on_time", "in_time", "late", "open_overdue", "online")
_PAGES = {
    "early": "resolved_early",
    "on_time": "resolved_on_time",
    "in_time": "must_resolve",
    "late": "resolved_late",
    "online": "received_online",
}


def share(
    sight: Sight, counts: Mapping[str, Counts], name: str, title: FigureTitle, void: Void | None, page: str
) -> Explanation:
    """A percentage of the dossiers that had to be resolved, or were received."""
    whole = total(counts.values()).pct(void)[name]
    return _explanation(sight, {org: one.pct()[name] for org, one in counts.items()}, whole, name, title, page)


def number(sight: Sight, counts: Mapping[str, Counts], bucket: Bucket, void: Void | None) -> Explanation:
    """So many dossiers of one sort."""
    rows = by_org(sight, {org: (one[bucket], None) for org, one in counts.items()})
    n = None if void is Void.NOT_REPORTED else sum(one[bucket] for one in counts.values())
    return Explanation(
        title=FigureTitle(key=f"ui.dossiers.bucket.{bucket}"),
        formula=f"explain.dossiers.bucket.{bucket}",
        source="explain.source.dossier",
        value=n,
        numerator=n,
        rows=rows,
        total=len(rows),
        page=f"/dossiers?bucket={bucket}&period=year",
    )


def _explanation(
    sight: Sight, shares: Mapping[str, Share], whole: Share, name: str, title: FigureTitle, page: str
) -> Explanation:
    rows = by_org(sight, {org: (one.numerator, one.denominator) for org, one in shares.items()})
    told = whole.shown()
    return Explanation(
        title=title,
        formula=f"explain.dossiers.share.{name}",
        source="explain.source.dossier",
        unit="%",
        value=told["value"],
        numerator=told["numerator"],
        denominator=told["denominator"],
        rows=rows,
        total=len(rows),
        page=f"/dossiers?bucket={_PAGES.get(name, name)}&period=year{page}",
    )
