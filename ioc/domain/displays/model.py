"""A display: what it shows, how large it must write, what was sent there, what it says of itself."""

import math
from typing import Annotated

from msgspec import Meta, Struct

from ioc.core.errors import Code, IocError

MOST_SCALE = 2.5  # beyond, a scene has no room for its tiles
_LEAST_REM = 2.2  # the smallest text of a wall
_WALL_REM = 108  # the height of a wall
_READ_RAD = math.radians(16 / 60)  # what the eye still reads: 16 minutes of arc, for the height of a capital
_CAPITAL = 0.73  # a capital of our font in its em
_MM_PER_INCH = 25.4
_WIDE = 9 / math.hypot(16, 9)  # the height of a wide panel by its diagonal

Minutes = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]


class Profile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How large the picture is and from how far it is read; `night`: dim within these hours, None never."""

    diagonal_in: Annotated[float, Meta(ge=10, le=1_000)] | None = None
    distance_m: Annotated[float, Meta(ge=0.3, le=100)] | None = None
    night: Minutes | None = "22:00-05:00"
    sound: bool = True

    @property
    def scale(self) -> float:
        """How much larger than usual all must be, so that the smallest text is read from there."""
        if self.diagonal_in is None or self.distance_m is None:
            return 1.0
        return max(1.0, self._text_mm(self.distance_m) / self._least_mm(self.diagonal_in))

    def check(self) -> None:
        """IocError `too_far` where a picture of that size cannot be read from there."""
        if self.diagonal_in is not None and self.distance_m is not None and self.scale > MOST_SCALE:
            most = math.floor(self.distance_m / self.scale * MOST_SCALE * 10) / 10
            need = math.ceil(self.diagonal_in * self.scale / MOST_SCALE)
            line = f"{self.diagonal_in:g} in is read from {most} m at most; {self.distance_m:g} m needs {need} in"
            told = {"diagonal_in": self.diagonal_in, "distance_m": self.distance_m, "most_m": most, "least_in": need}
            raise IocError(Code.TOO_FAR, line, **told)

    @staticmethod
    def _text_mm(distance_m: float) -> float:
        return 2 * distance_m * 1000 * math.tan(_READ_RAD / 2) / _CAPITAL

    @staticmethod
    def _least_mm(diagonal_in: float) -> float:
        return diagonal_in * _MM_PER_INCH * _WIDE * _LEAST_REM / _WALL_REM


class DisplaySettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`scene` alone stands for ever; without it `scenes` (all, where none is named) take turns, each `every_s` long."""

    title: Annotated[str, Meta(max_length=80)] = ""
    scene: str | None = None
    scenes: Annotated[tuple[str, ...], Meta(max_length=12)] = ()
    every_s: Annotated[int, Meta(ge=10, le=600)] = 30
    profile: Profile = Profile()


class Shown(Struct, frozen=True, kw_only=True):
    """A scene or an incident that `by` sent there until an instant (epoch ms)."""

    until: int
    by: str
    scene: str | None = None
    incident: int | None = None


class Report(Struct, frozen=True, kw_only=True):
    """What a display says of itself every half minute; `errors` since its page was opened."""

    build: Annotated[str, Meta(max_length=64)]
    scene: Annotated[str, Meta(max_length=64)] | None = None
    width: Annotated[int, Meta(ge=0, le=100_000)] = 0
    height: Annotated[int, Meta(ge=0, le=100_000)] = 0
    heap_mb: Annotated[float, Meta(ge=0)] | None = None
    nodes: Annotated[int, Meta(ge=0)] | None = None
    fps: Annotated[float, Meta(ge=0, le=1_000)] | None = None
    errors: Annotated[int, Meta(ge=0)] = 0
    last_error: Annotated[str, Meta(max_length=300)] | None = None


class Display(Struct, frozen=True, kw_only=True):
    """`name` is that of its token, `org` None the whole tree; instants in epoch ms."""

    name: str
    org: str | None
    settings: DisplaySettings
    shown: Shown | None = None
    identify_until: int | None = None
    report: Report | None = None
    reported_at: int | None = None
    seen_at: int | None = None

    @property
    def heard_at(self) -> int | None:
        """The last sign of life, by whatever way."""
        return max((at for at in (self.reported_at, self.seen_at) if at is not None), default=None)
