"""An administrative unit, and what it was before its latest change."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

LAST_DAY = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Org:
    """One unit; dates are ISO `YYYY-MM-DD`, `valid_to` is its last day."""

    code: str
    name: str
    kind: str = ""
    parent: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    successor: str | None = None
    tz: str | None = None
    head_name: str | None = None
    head_phone: str | None = None
    head_email: str | None = None
    lat: float | None = None
    lon: float | None = None

    def valid_on(self, day: str) -> bool:
        return self.begun_by(day) and not self.closed_by(day)

    def begun_by(self, day: str) -> bool:
        return (self.valid_from or "") <= day

    def closed_by(self, day: str) -> bool:
        return self.valid_to is not None and self.valid_to < day


@dataclass(frozen=True, slots=True)
class Past:
    """A past form of a unit, up to and including the day `until`, since its beginning or the `until` before."""

    code: str
    until: str
    name: str
    kind: str
    parent: str | None


def as_of(org: Org, past: Iterable[Past], day: str) -> Org:
    """The unit as it was on a day; `past` are its own, in any order."""
    held = min((was for was in past if day <= was.until), key=lambda was: was.until, default=None)
    return org if held is None else replace(org, name=held.name, kind=held.kind, parent=held.parent)
