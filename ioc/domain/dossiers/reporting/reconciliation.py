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


class Check(StrEnum):
    """What a line compares."""

    COUNTED = "counted"  # a figure the source gave with what we count
    SUM = "sum"  # figures of one account with each other


@dataclass(frozen=True, slots=True)
class Line:
    """`said` must be `found`, to the digits in which it was said; `of` is what a percentage found is of."""

    check: Check
    name: str
    said: float
    found: float | None
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
    """What we count of a source for the period of its totals, all of whose dossiers it says it has sent."""
    known = {source_id: max(known_until, min(totals.end, now))}
    question = Question(known, totals.start, totals.end, min(totals.end, now))
    return overall(conn, question)


def compare(totals: SourceTotals, counts: Counts) -> list[Line]:
    """Line by line: each figure with ours, then its own sums."""
    ours, shares = account(counts), counts.pct()
    lines = [Line(Check.COUNTED, name, said, ours[name], said == ours[name]) for name, said in totals.counts.items()]
    for name, said in totals.shares.items():
        share = shares[name]
        lines.append(Line(Check.COUNTED, f"pct.{name}", said, share.pct, _is_about(said, share), share))
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


def sums(counts: Mapping[str, int], shares: Mapping[str, float]) -> Iterator[Line]:
    """Received + carried over = resolved + open, and each whole = its parts, as far as they were given.

    Parts given only as percentages stand for every whole number that rounds to them.
    """
    balance = ("received", "carried_over", "resolved", "open")
    if all(name in counts for name in balance):
        taken, accounted = counts["received"] + counts["carried_over"], counts["resolved"] + counts["open"]
        yield Line(Check.SUM, "balance", taken, accounted, taken == accounted)
    for whole, names in _PARTS_OF.items():
        parts = [_span(name, counts, shares) for name in names]
        if whole in counts and all(parts):
            yield _sum(whole, counts[whole], [part for part in parts if part is not None])


def _sum(whole: str, said: int, parts: list[_Span]) -> Line:
    together = sum(parts, _Span(0, 0))
    nearest = min(max(said, together.least), together.most)
    return Line(Check.SUM, whole, said, nearest, nearest == said)


def _span(name: str, counts: Mapping[str, int], shares: Mapping[str, float]) -> _Span | None:
    if name in counts:
        return _Span(counts[name], counts[name])
    share = _SHARE_OF.get(name, "")
    if share not in shares or "must_resolve" not in counts:
        return None
    said, half = _printed(shares[share])
    whole = counts["must_resolve"]
    least, most = ceil((said - half) * whole / 100), floor((said + half) * whole / 100)
    if said == 2 * half:  # the least that is not nothing, however little
        least = min(least, 1)
    if said == 100 - 2 * half:
        most = max(most, whole - 1)
    return _Span(least, most)


def _is_about(said: float, share: Share) -> bool:
    """Whether a percentage is ours, rounded to the digits it was printed with; of nothing only 0 can be said."""
    if not share.denominator:
        return said == 0
    printed, half = _printed(said)
    as_we_print = percent(share.numerator, share.denominator, _digits(said))
    return said == as_we_print or abs(printed - Fraction(100 * share.numerator, share.denominator)) <= half


def _printed(said: float) -> tuple[Fraction, Fraction]:
    """A figure as printed, with half a unit of its last digit."""
    return Fraction(repr(said)), Fraction(1, 2 * 10 ** _digits(said))


def _digits(said: float) -> int:
    text = repr(said)
    return len(text.partition(".")[2]) if "." in text and not text.endswith(".0") else 0
