"""When the watchman speaks: once of a silence, again while it lasts, and once of the return to whom it told."""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from alerts.deadman.look import LookOutcome, Sighting

GIVE_UP_MS = 86_400_000  # a return that could not be told for a day is no news


class Saying(StrEnum):
    """What everybody is to be told now."""

    SILENT = "silent"
    STILL = "still"
    RETURNED = "returned"


class Vigil(Struct, frozen=True, kw_only=True):
    """All that is remembered between looks; instants in epoch ms.

    `reached` got what is said now, `told` anything about this silence: only they are told of the return.
    """

    since: int | None = None
    why: LookOutcome = LookOutcome.WELL
    detail: str = ""
    saying: Saying | None = None
    said_at: int = 0
    reached: tuple[str, ...] = ()
    told: tuple[str, ...] = ()

    def says(self, what: Saying, now: int) -> "Vigil":
        return replace(self, saying=what, said_at=now, reached=())

    def reaches(self, whom: str) -> "Vigil":
        told = self.told if whom in self.told else (*self.told, whom)
        return replace(self, reached=(*self.reached, whom), told=told)

    def owed(self, everybody: list[str]) -> list[str]:
        """Who has yet to be told what is said now."""
        whom = self.told if self.saying is Saying.RETURNED else everybody if self.saying else ()
        return [one for one in everybody if one in whom and one not in self.reached]


def after(before: Vigil, seen: Sighting, now: int, silent_after_s: float, remind_min: float) -> Vigil:
    """What is known, and to be said, after one look."""
    if seen.why is LookOutcome.WELL:
        return _well(before, now)
    if before.since is None or before.saying is Saying.RETURNED:
        before = Vigil(since=now)
    known = replace(before, why=seen.why, detail=seen.detail)
    if known.saying is None:
        is_due = now - (known.since or now) >= silent_after_s * 1000
        return known.says(Saying.SILENT, now) if is_due else known
    return known.says(Saying.STILL, now) if now - known.said_at >= remind_min * 60_000 else known


def _well(before: Vigil, now: int) -> Vigil:
    if not before.told:
        return Vigil()
    if before.saying is not Saying.RETURNED:
        return before.says(Saying.RETURNED, now)
    is_done = set(before.told) <= set(before.reached) or now - before.said_at > GIVE_UP_MS
    return Vigil() if is_done else before
