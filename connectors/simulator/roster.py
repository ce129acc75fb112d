"""The inhabitants of a demo province: the packaged inventory, as the simulator needs it."""

import csv
import io
from dataclasses import dataclass
from functools import cached_property

from connectors.simulator.profile import ProvinceProfile, packaged, profile
from ioc.core.hours import OFFICE
from ioc.core.model import SourceKey


@dataclass(frozen=True, slots=True)
class SimSource:
    """One simulated source; `line` is the org of the area line it hangs on, None where it needs none.

    `unit` is the org that the source's own belongs to: the commune of a one-stop centre.
    """

    key: SourceKey
    name: str
    office: bool
    line: str | None
    unit: str

    @property
    def path(self) -> str:
        return str(self.key)

    @property
    def provincial(self) -> bool:
        return self.line is None


@dataclass(frozen=True, eq=False)
class Roster:
    """Every simulated source, in the order of the inventory; itself its identity, as it keys what was worked out."""

    sites: tuple[SimSource, ...]
    profile: ProvinceProfile

    def of(self, kind: str) -> tuple[SimSource, ...]:
        return self._by_kind.get(kind, ())

    @cached_property
    def _by_kind(self) -> dict[str, tuple[SimSource, ...]]:
        kinds = dict.fromkeys(site.key.kind for site in self.sites)
        return {kind: tuple(site for site in self.sites if site.key.kind == kind) for kind in kinds}

    @cached_property
    def areas(self) -> tuple[str, ...]:
        """The orgs where the lines end that others hang on."""
        return tuple(site.key.org for site in self.of("link") if site.line is not None)

    @cached_property
    def leading_points(self) -> tuple[SimSource, ...]:
        """The conference points that are manned day and night."""
        return tuple(site for site in self.of("vc") if not site.office)

    def line(self, area: str) -> SimSource:
        return next(site for site in self.of("link") if site.key.org == area)

    def behind(self, area: str) -> tuple[SimSource, ...]:
        """Everything that hangs on the line of an area, without the line."""
        return self._behind.get(area, ())

    @cached_property
    def _behind(self) -> dict[str, tuple[SimSource, ...]]:
        hanging = [site for site in self.sites if site.line is not None and site.key.kind != "link"]
        return {area: tuple(site for site in hanging if site.line == area) for area in self.areas}

    def points_of(self, area: str) -> tuple[SimSource, ...]:
        return tuple(site for site in self.of("vc") if site.line == area)


def load(province: str) -> Roster:
    told = profile(province)
    above = {row["code"]: row["parent"] or row["code"] for row in _rows(province, "orgs.csv")}
    return Roster(tuple(_site(row, told.root, above) for row in _rows(province, "sources.csv")), told)


def _rows(province: str, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(packaged(province, name))))


def _site(row: dict[str, str], root: str, above: dict[str, str]) -> SimSource:
    key = SourceKey(row["org"], row["kind"], row["source"])
    if key.kind == "link":
        line = None if key.org == root else key.org
    else:
        upstream = row["parent"].split("/")[0]
        line = upstream if upstream not in ("", root) else None
    return SimSource(key, row["name"], row["hours"] == OFFICE, line, above[key.org])
