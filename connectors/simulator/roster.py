"""The inhabitants of the demo province: the packaged inventory, as the simulator needs it."""

import csv
import io
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Final

from ioc.core.hours import OFFICE
from ioc.core.model import SourceKey

ROOT_ORG: Final = "hg"


@dataclass(frozen=True, slots=True)
class SimSource:
    """One simulated source; `line` is the org of the district line it hangs on, None where it needs none."""

    key: SourceKey
    name: str
    office: bool
    line: str | None

    @property
    def path(self) -> str:
        return str(self.key)

    @property
    def provincial(self) -> bool:
        return self.key.org in (ROOT_ORG, "hg.ttpvhcc")


@dataclass(frozen=True)
class Roster:
    """Every simulated source, in the order of the inventory."""

    sites: tuple[SimSource, ...]

    def of(self, kind: str) -> tuple[SimSource, ...]:
        return tuple(site for site in self.sites if site.key.kind == kind)

    @cached_property
    def districts(self) -> tuple[str, ...]:
        return tuple(site.key.org for site in self.of("link") if site.line is not None)

    @cached_property
    def leading_points(self) -> tuple[SimSource, ...]:
        """The conference points of the province and its districts: manned day and night."""
        return tuple(site for site in self.of("vc") if not site.office)

    def points_of(self, district: str) -> tuple[SimSource, ...]:
        return tuple(site for site in self.of("vc") if site.line == district)


def packaged(name: str) -> str:
    """The text of a file of the province, such as `orgs.csv`."""
    return (resources.files(__package__) / "hagiang" / name).read_text(encoding="utf-8")


def load() -> Roster:
    return Roster(tuple(_site(row) for row in csv.DictReader(io.StringIO(packaged("sources.csv")))))


def _site(row: dict[str, str]) -> SimSource:
    key = SourceKey(row["org"], row["kind"], row["source"])
    if key.kind == "link":
        line = None if key.org == ROOT_ORG else key.org
    else:
        upstream = row["parent"].split("/")[0]
        line = upstream if upstream not in ("", ROOT_ORG) else None
    return SimSource(key, row["name"], row["hours"] == OFFICE, line)
