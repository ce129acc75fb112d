"""The dossiers to be resolved this year: early, on time, late, still open beyond their date; each with its whole."""

from typing import Any

from msgspec import Struct

from ioc.core.share import Void
from ioc.domain.dossiers.counting.buckets import Bucket
from web.sight import Sight
from web.widgets import _dossiers

kind = "dossier_split"

_PARTS = ("early", "on_time", "late", "open_overdue")
_ASIDE = (
    Bucket.RECEIVED, Bucket.RECEIVED_ONLINE, Bucket.OPEN_IN_TERM, Bucket.NEAR_DUE, Bucket.PAUSED,
    Bucket.LATE_TO_ACCEPT, Bucket.DUE_UNCONFIRMED,
)  # fmt: skip


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
