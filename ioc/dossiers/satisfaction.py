"""How satisfied people were: ratings at kiosks and of dossiers, by org, as a share with how many said so."""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.clock import local
from ioc.db.tables import ticket
from ioc.dossiers import trait_figures
from ioc.dossiers.buckets import Question
from ioc.dossiers.traits import SATISFIED_FROM, Trait
from ioc.inventory import Inventory, Source
from ioc.share import percent


@dataclass(frozen=True, slots=True)
class Ratings:
    """`satisfied` of `n` gave 4 or 5 of 5."""

    n: int = 0
    satisfied: int = 0

    def __add__(self, other: "Ratings") -> "Ratings":
        return Ratings(self.n + other.n, self.satisfied + other.satisfied)

    def pct(self, least: int) -> float | None:
        """None below `least` ratings, from which one could read who said what, and of none at all."""
        return percent(self.satisfied, self.n) if self.n >= least else None


def of_dossiers(conn: Connection, question: Question) -> dict[str, Ratings]:
    """Of the dossiers that ended in the period, by org."""
    if not question.known:
        return {}
    found = trait_figures.by_org(trait_figures.by_cell(conn, question), frozenset(question.known))
    return {
        org: Ratings(n[Trait.RATED], n[Trait.SATISFIED])
        for org, n in found.items()
        if n[Trait.RATED] and (question.orgs is None or org in question.orgs)
    }


def of_kiosks(conn: Connection, inventory: Inventory, orgs: Iterable[str], start: int, end: int) -> dict[str, Ratings]:
    """Of the tickets of every local day that `[start, end)` touches, by the org of the kiosk."""
    wanted = frozenset(orgs)
    by_zone: dict[ZoneInfo, list[Source]] = {}
    for source in inventory.sources.values():
        if source.key.kind == "queue" and source.counts and source.key.org in wanted:
            by_zone.setdefault(inventory.tz(source.key), []).append(source)
    found: dict[str, Ratings] = {}
    for zone, kiosks in by_zone.items() if start < end else ():
        days = [local(at, zone).date().isoformat() for at in (start, end - 1)]
        org_of = {kiosk.id: kiosk.key.org for kiosk in kiosks}
        for source_id, ratings in _rated(conn, sorted(org_of), *days):
            found[org_of[source_id]] = found.get(org_of[source_id], Ratings()) + ratings
    return found


def _rated(conn: Connection, sources: list[int], first: str, last: str) -> Iterable[tuple[int, Ratings]]:
    t = ticket.c
    satisfied = sa.func.sum(sa.case((t.rating >= SATISFIED_FROM, 1), else_=0))
    rows = (
        sa.select(t.source_id, sa.func.count().label("n"), satisfied.label("satisfied"))
        .where(t.source_id.in_(sources), t.day >= first, t.day <= last, t.rating.is_not(None))
        .group_by(t.source_id)
    )
    return [(row.source_id, Ratings(row.n, int(row.satisfied))) for row in conn.execute(rows)]
