"""The index of QĐ 766/QĐ-TTg: versioned criteria, points and thresholds, shipped or one's own."""

import tomllib
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from ioc.config import read
from ioc.core.errors import Code, UsageError

_ROUNDING = 1e-6
Text = Annotated[str, Meta(min_length=1)]
Name = Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,64}$")]
Points = Annotated[float, Meta(gt=0, le=100)]


class DossierRatio(StrEnum):
    """The ratios that dossiers alone give."""

    ON_TIME = "on_time"
    ONLINE = "online"
    PAID_ONLINE = "paid_online"
    ELECTRONIC_RESULT = "electronic_result"
    DIGITISED = "digitised"
    SATISFACTION = "satisfaction"


class Criterion(Struct, frozen=True, kw_only=True):
    """One line of the decision; its ratio comes from `dossiers` or, as NAME and NAME_of, from the feed of an org."""

    code: Text
    vi: Text
    en: Text
    points: Points
    threshold: Annotated[float, Meta(gt=0, le=1)] | None = None
    dossiers: DossierRatio | None = None
    feed: Name | None = None

    def __post_init__(self) -> None:
        if (self.dossiers is None) == (self.feed is None):
            raise ValueError("one of dossiers, feed is needed")

    @property
    def input(self) -> str:
        """Its name among the inputs."""
        return f"feed.{self.feed}" if self.dossiers is None else f"dossiers.{self.dossiers}"


class CriterionGroup(Struct, frozen=True, kw_only=True):
    """A group of criteria; its points are those of its criteria."""

    code: Text
    vi: Text
    en: Text
    points: Points
    criterion: tuple[Criterion, ...]

    def __post_init__(self) -> None:
        if abs(sum(one.points for one in self.criterion) - self.points) > _ROUNDING:
            raise ValueError(f"points {self.points} are not those of its criteria together")


class Definition(Struct, frozen=True, kw_only=True):
    """Criteria, points and thresholds of one version; `official` names the feed figure of the published score."""

    version: Text
    source: Text
    group: tuple[CriterionGroup, ...]
    official: Name = "index766"

    def __post_init__(self) -> None:
        codes = [one.code for group in self.group for one in group.criterion]
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise ValueError(f"criteria stand twice: {', '.join(twice)}")

    @property
    def points(self) -> float:
        return sum(group.points for group in self.group)

    @property
    def feeds(self) -> list[str]:
        """The feed figures it reads."""
        named = [one.feed for group in self.group for one in group.criterion if one.feed is not None]
        return [self.official, *named, *(f"{name}_of" for name in named)]


@lru_cache(maxsize=8)
def definition(path: str | None = None) -> Definition:
    """The shipped one, or that of a file; UsageError names every problem in it."""
    origin = path or "index766.toml"
    try:
        text = (Path(path) if path else resources.files(__package__) / "index766.toml").read_text(encoding="utf-8")
        return read.table_as(Definition, tomllib.loads(text), origin)
    except OSError as error:
        raise UsageError(Code.CONFIG_UNREADABLE, f"{origin}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(Code.CONFIG_NOT_TOML, f"{origin}: not TOML: {error}") from error
