"""The minutes of a meeting: who came, stayed how long, and why each call ended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from ioc.domain.meetings.attended import Attended

OVER_MS = 5 * 60_000  # who leaves so long before the end leaves with the others
NEAR_MS = 2 * 60_000  # a trouble so near to a goodbye is what ended the call


class EndOfCall(StrEnum):
    """Why a call ended."""

    OVER = "over"
    LEFT_EARLY = "left_early"
    LOST = "lost"
    STILL_IN = "still_in"
    UNTOLD = "untold"  # nobody said that it ended


@dataclass(frozen=True, slots=True)
class Trouble:
    """An endpoint that was away, and the id of what that hung on; epoch ms, `ended` None while it lasts."""

    since: int
    ended: int | None
    cause: str | None


@dataclass(frozen=True, slots=True)
class CallStay:
    """`left_at` None where nothing says when; `told`: the endpoint's own words for why it left."""

    joined_at: int
    left_at: int | None
    end: EndOfCall
    cause: str | None = None
    told: str | None = None


@dataclass(frozen=True, slots=True)
class SiteMinutes:
    """One site; `absent_cause` where it was away when the meeting began and never came."""

    site: str
    expected: bool
    stays: tuple[CallStay, ...]
    present_s: int
    away: bool = False
    absent_cause: str | None = None


def minutes(
    expected: Iterable[str],
    attended: Sequence[Attended],
    troubles: Mapping[str, Sequence[Trouble]],
    starts_at: int,
    ends_at: int,
    now: int,
) -> list[SiteMinutes]:
    """Those expected in their order, then who came beside them."""
    by_site: dict[str, list[Attended]] = {}
    for one in attended:
        by_site.setdefault(one.site, []).append(one)
    roster = dict.fromkeys(expected)
    span = (starts_at, ends_at, now)
    every = [*roster, *(site for site in by_site if site not in roster)]
    return [_site(site, site in roster, by_site.get(site, ()), troubles.get(site, ()), span) for site in every]


def _site(
    site: str, is_expected: bool, attended: Sequence[Attended], troubles: Sequence[Trouble], span: tuple[int, int, int]
) -> SiteMinutes:
    starts_at, ends_at, now = span
    following = [later.joined_at for _, later in pairwise(attended)]
    stays = tuple(
        _stay(one, next_at, troubles, ends_at, now) for one, next_at in zip(attended, [*following, None], strict=False)
    )
    present = sum(_overlap(stay, starts_at, min(ends_at, now)) for stay in stays) // 1000
    begun = [one for one in troubles if one.since < ends_at and (one.ended is None or one.ended > starts_at)]
    cause = next((one.cause for one in begun if one.cause), None)
    return SiteMinutes(site, is_expected, stays, present, bool(begun) and not stays, cause if not stays else None)


def _stay(one: Attended, next_at: int | None, troubles: Sequence[Trouble], ends_at: int, now: int) -> CallStay:
    if one.left_at is None:
        until = now if next_at is None else next_at
        lost = next((trouble for trouble in troubles if one.joined_at < trouble.since < until), None)
        if lost is not None:
            return CallStay(one.joined_at, lost.since, EndOfCall.LOST, lost.cause)
        still = next_at is None and now < ends_at
        return CallStay(one.joined_at, None, EndOfCall.STILL_IN if still else EndOfCall.UNTOLD)
    lost = next((trouble for trouble in troubles if abs(trouble.since - one.left_at) <= NEAR_MS), None)
    if lost is not None:
        return CallStay(one.joined_at, one.left_at, EndOfCall.LOST, lost.cause, one.reason)
    end = EndOfCall.OVER if one.left_at >= ends_at - OVER_MS else EndOfCall.LEFT_EARLY
    return CallStay(one.joined_at, one.left_at, end, None, one.reason)


def _overlap(stay: CallStay, start: int, end: int) -> int:
    """Of a stay whose end nobody told nothing is counted, while it goes on all until now."""
    left_at = end if stay.end is EndOfCall.STILL_IN else stay.left_at
    return 0 if left_at is None else max(0, min(left_at, end) - max(stay.joined_at, start))
