"""A question about dossiers: which of them, in what period, seen from when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from ioc.core.clock import local
from ioc.domain.dossiers.counting.watermarks import Watermarks
from ioc.domain.inventory import OrgTree
from ioc.platform.db.tables import dossier


class Side(StrEnum):
    """Whose dossiers: those an org took in, or those it works on."""

    RECEIVING = "receiving"
    HANDLING = "handling"


@dataclass(frozen=True, slots=True)
class Question:
    """The dossiers asked for: `orgs` None is all of them; a period `[start, end)` seen from `at`, epoch ms.

    `at` is the earlier of `end` and now; `watermarks` names the sources that count. Of fewer than `min_ratings` nobody
    learns how satisfied they were.
    """

    watermarks: Watermarks
    start: int
    end: int
    at: int
    orgs: frozenset[str] | None = None
    side: Side = Side.RECEIVING
    min_ratings: int = 5

    @property
    def org_column(self) -> sa.Column[str]:
        return dossier.c.handling_org if self.side is Side.HANDLING else dossier.c.receiving_org

    @property
    def lagging(self) -> dict[int, int]:
        """The watermarks before the instant asked for, by source id."""
        return {source: until for source, until in self.watermarks.items() if until < self.at}


def year_start(orgs: OrgTree, now: int) -> int:
    """The first instant of the year where the tree begins."""
    roots = orgs.roots()
    tz = orgs.tz(roots[0].code if roots else "")
    return int(datetime(local(now, tz).year, 1, 1, tzinfo=tz).timestamp() * 1000)
