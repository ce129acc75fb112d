"""The dossiers to be resolved this year: early, on time, late, still open beyond their date; each with its whole."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ioc.core.share import Void
from ioc.domain.dossiers.counting.buckets import Bucket
from web.explained import Explanation, FigureTitle, said
from web.sight import Sight
from web.widgets import _dossier_records, _dossiers

kind = "dossier_split"

_PARTS = ("early", "on_time", "late", "open_overdue")
_ASIDE = (
    Bucket.RECEIVED, Bucket.RECEIVED_ONLINE, Bucket.OPEN_IN_TERM, Bucket.NEAR_DUE, Bucket.PAUSED,
    Bucket.LATE_TO_ACCEPT, Bucket.DUE_UNCONFIRMED,
)  # fmt: skip


_PART_TITLES = {name: said(f"ui.dossiers.part.{name}") for name in _PARTS}
_SHARE_TITLES = {
    "in_time": said("ui.dossiers.in_time"),
    **_PART_TITLES,
    "online": said("ui.dossiers.bucket.received_online"),
}
_NUMBERS = {f"n:{bucket}": bucket for bucket in (Bucket.MUST_RESOLVE, *_ASIDE)}


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    org: str | None = None


def touches(_options: Options) -> frozenset[str]:
    return frozenset({"facts", "dossier"})


def snapshot(sight: Sight, _options: Options) -> dict[str, Any]:
    """`parts` add up to `must_resolve`; every share stands beside its numerator and denominator; null: nobody tells."""
    counts, head = sight.dossiers(), _dossiers.head(sight)
    shares = {name: share.shown() for name, share in counts.pct(head["reason"]).items()}
    untold = head["reason"] is Void.NOT_REPORTED
    return head | {
        "period": _dossiers.period(sight),
        "must_resolve": None if untold else counts[Bucket.MUST_RESOLVE],
        "parts": {name: shares[name] for name in _PARTS},
        "in_time": shares["in_time"],
        "online": shares["online"],
        "counts": {str(bucket): None if untold else counts[bucket] for bucket in _ASIDE},
    }


def figures(_sight: Sight, _options: Options) -> Mapping[str, FigureTitle]:
    """The shares by their names, the numbers of a sort as `n:BUCKET`."""
    numbers = {part: said(f"ui.dossiers.bucket.{bucket}") for part, bucket in _NUMBERS.items()}
    return _SHARE_TITLES | numbers


def explain(sight: Sight, _options: Options, part: str) -> Explanation | None:
    mine = {org: counts for org, counts in sight.facts.dossiers.items() if org in sight.scope}
    void = _dossiers.empty(sight)
    if part in _SHARE_TITLES:
        return _dossier_records.share(sight, mine, part, _SHARE_TITLES[part], void, "")
    return _dossier_records.number(sight, mine, _NUMBERS[part], void) if part in _NUMBERS else None
