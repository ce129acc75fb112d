"""Dossier counts as readings of a feed of ours, so that trends and threshold rules work on them as on any figure."""

from collections.abc import Mapping
from typing import Final

from ioc.core.model import Number, SourceKey
from ioc.core.share import Share, Void
from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.domain.dossiers.counting.summary import Counts
from ioc.domain.inventory import OrgTree
from ioc.domain.inventory.sources import ROLL_UP

NAME: Final = "Tổng hợp hồ sơ"
INTERVAL_S: Final = 60
_PCT: Final = "pct_"
_OPEN: Final = (Bucket.OPEN_IN_TERM, Bucket.OPEN_OVERDUE, Bucket.DUE_UNCONFIRMED)
_WHOLES: Final[Mapping[str, tuple[Bucket, ...]]] = {
    **dict.fromkeys((Bucket.RESOLVED_EARLY, Bucket.RESOLVED_ON_TIME, Bucket.RESOLVED_LATE), (Bucket.MUST_RESOLVE,)),
    **dict.fromkeys((*_OPEN, Bucket.PAUSED, Bucket.NEAR_DUE), _OPEN),
    Bucket.RECEIVED_ONLINE: (Bucket.RECEIVED,),
}
METRICS: Final = (*Bucket, *(f"{_PCT}{name}" for name in Counts().pct()))


def key_of(org: str) -> SourceKey:
    return SourceKey(org, *ROLL_UP)


def rolled_up(counts: Mapping[str, Counts], orgs: OrgTree) -> dict[str, Counts]:
    """Each living org with all below it; what a closed org still holds counts for those that stand for it."""
    found: dict[str, Counts] = {}
    for org, n in counts.items():
        for unit in orgs.path(org):
            if orgs.lives(unit.code):
                found[unit.code] = found.get(unit.code, Counts()) + n
    return found


def metrics(counts: Counts, void: Void | None = None) -> dict[str, float]:
    """Every count by its name, and the percentages that say something."""
    shares = {f"{_PCT}{name}": share.pct for name, share in counts.pct(void).items()}
    return {bucket.value: counts[bucket] for bucket in Bucket} | {
        name: pct for name, pct in shares.items() if pct is not None
    }


def is_percentage(metric: str) -> bool:
    return metric.startswith(_PCT)


def share(metric: str, values: Mapping[str, Number]) -> Share | None:
    """The whole of one of our figures, by the counts that were published beside it; None of nothing."""
    counts = _read(values)
    if is_percentage(metric):
        found = counts.pct().get(metric.removeprefix(_PCT))
    else:
        whole = sum(counts[bucket] for bucket in _WHOLES.get(metric, ()))
        found = Share(int(values.get(metric, 0)), whole)
    return found if found is not None and found.denominator else None


def rest(metric: str, whole: Mapping[str, Number], part: Mapping[str, Number]) -> float | None:
    """The figure of an org without one below it."""
    left, taken = _read(whole), _read(part)
    return metrics(Counts({bucket: max(0, left[bucket] - taken[bucket]) for bucket in Bucket})).get(metric)


def _read(values: Mapping[str, Number]) -> Counts:
    return Counts({bucket: int(values[bucket]) for bucket in Bucket if bucket in values})
