"""Do the figures add up: a source's own totals in themselves, and against the dossiers it sent us."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

from sqlalchemy.engine import Connection

from ioc.core.share import Share, percent
from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.domain.dossiers.counting.question import Question
from ioc.domain.dossiers.counting.summary import Counts, overall
from ioc.domain.dossiers.reporting.source_totals import SourceTotals


class Comparison(StrEnum):
    """The subject of a comparison."""

    COUNTED = "counted"  # a figure the source gave with what we count
    SUM = "sum"  # figures of one account with each other


@dataclass(frozen=True, slots=True)
class ComparedFigure:
    """`reported` must be `expected`, to the digits it was reported in; `of` is what an expected percentage is of."""

    check: Comparison
    name: str
    reported: float
    expected: float | None
    ok: bool
    of: Share | None = None


@dataclass(frozen=True, slots=True)
class _Span:
    """The whole numbers that a figure can stand for."""

    least: int
    most: int

    def __add__(self, other: "_Span") -> "_Span":
        return _Span(self.least + other.least, self.most + other.most)


_PARTS_OF = {  # a whole and its parts, by the names of counts
    "must_resolve": ("resolved_early", "resolved_on_time", "resolved_late", "open_overdue"),
    "resolved": ("resolved_early", "resolved_on_time", "resolved_late"),
    "open": ("open_in_term", "open_overdue"),
}
_SHARE_OF = {  # the percentage of `must_resolve` that a count also is
    "resolved_early": "early",
    "resolved_on_time": "on_time",
    "resolved_late": "late",
    "open_overdue": "open_overdue",
}


def counted(conn: Connection, source_id: int, totals: SourceTotals, known_until: int, now: int) -> Counts:
    """Our counts of a source for the period of its totals, all of whose dossiers it says it has sent."""
    known = {source_id: max(known_until, min(totals.end, now))}
    question = Question(known, totals.start, totals.end, min(totals.end, now))
    return overall(conn, question)


def compare(totals: SourceTotals, counts: Counts) -> list[ComparedFigure]:
    """Line by line: each figure with ours, then its own sums."""
    ours, shares = account(counts), counts.pct()
    lines = [
        ComparedFigure(Comparison.COUNTED, name, reported, ours[name], reported == ours[name])
        for name, reported in totals.counts.items()
    ]
    for name, reported in totals.shares.items():
        share = shares[name]
        lines.append(
            ComparedFigure(Comparison.COUNTED, f"pct.{name}", reported, share.pct, _is_about(reported, share), share)
        )
    return lines + list(sums(totals.counts, totals.shares))


def account(counts: Counts) -> dict[str, int]:
    """Our counts by the names of totals; open without a known due state is in term, as on form 06."""
    in_term = counts[Bucket.OPEN_IN_TERM] + counts[Bucket.DUE_UNCONFIRMED]
    ended = (Bucket.RESOLVED_EARLY, Bucket.RESOLVED_ON_TIME, Bucket.RESOLVED_LATE, Bucket.RESOLVED_UNDATED)
    plain = (Bucket.RECEIVED, Bucket.RECEIVED_ONLINE, Bucket.CARRIED_OVER, Bucket.MUST_RESOLVE, *ended[:3])
    return {
        **{bucket.value: counts[bucket] for bucket in plain},
        "resolved": sum(counts[bucket] for bucket in ended),
        "open": in_term + counts[Bucket.OPEN_OVERDUE],
        "open_in_term": in_term,
        "open_overdue": counts[Bucket.OPEN_OVERDUE],
    }


def sums(counts: Mapping[str, int], shares: Mapping[str, float]) -> Iterator[ComparedFigure]:
    """Received + carried over = resolved + open, and each whole = its parts, as far as they were given.

    Parts given only as percentages stand for every whole number that rounds to them.
    """
    balance = ("received", "carried_over", "resolved", "open")
    if all(name in counts for name in balance):
        taken, accounted = counts["received"] + counts["carried_over"], counts["resolved"] + counts["open"]
        yield ComparedFigure(Comparison.SUM, "balance", taken, accounted, taken == accounted)
    for whole, names in _PARTS_OF.items():
        parts = [_span(name, counts, shares) for name in names]
        if whole in counts and all(parts):
            yield _sum(whole, counts[whole], [part for part in parts if part is not None])


def _sum(whole: str, reported: int, parts: list[_Span]) -> ComparedFigure:
    together = sum(parts, _Span(0, 0))
    nearest = min(max(reported, together.least), together.most)
    return ComparedFigure(Comparison.SUM, whole, reported, nearest, nearest == reported)


def _span(name: str, counts: Mapping[str, int], shares: Mapping[str, float]) -> _Span | None:
    if name in counts:
        return _Span(counts[name], counts[name])
    share = _SHARE_OF.get(name, "")
    if share not in shares or "must_resolve" not in counts:
        return None
    reported, half = _printed(shares[share])
    whole = counts["must_resolve"]
    least, most = ceil((reported - half) * whole / 100), floor((reported + half) * whole / 100)
    if reported == 2 * half:  # the least that is not nothing, however little
        least = min(least, 1)
    if reported == 100 - 2 * half:
        most = max(most, whole - 1)
    return _Span(least, most)


def _is_about(reported: float, share: Share) -> bool:
    """True where a percentage is ours, rounded to the digits it was printed with; of nothing only 0 can be said."""
    if not share.denominator:
        return reported == 0
    printed, half = _printed(reported)
    as_we_print = percent(share.numerator, share.denominator, _digits(reported))
    return reported == as_we_print or abs(printed - Fraction(100 * share.numerator, share.denominator)) <= half


def _printed(reported: float) -> tuple[Fraction, Fraction]:
    """A figure as printed, with half a unit of its last digit."""
    return Fraction(repr(reported)), Fraction(1, 2 * 10 ** _digits(reported))


def _digits(reported: float) -> int:
    text = repr(reported)
    return len(text.partition(".")[2]) if "." in text and not text.endswith(".0") else 0
