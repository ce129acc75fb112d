"""Common ground of widgets made of dossiers: the freshness of their counts, and the period they are of."""

from typing import Any

from ioc.core.model import State
from ioc.core.share import Void
from ioc.domain.dossiers.counting.question import year_start
from ioc.domain.dossiers.reporting.freshness import why_void
from web.sight import Sight


def head(sight: Sight) -> dict[str, Any]:
    """Judged from the sources that report on the subtree: those in it, and those above that report on all below.

    `as_of` is up to when the records of all of them are known; `reason` says why shares, or all figures, are null.
    """
    freshness = sight.look.freshness(sight.root)
    plain = sight.head(reporter.source for reporter in freshness.reporters)
    return plain | {"state": freshness.state, "as_of": sight.at(freshness.as_of), "reason": empty(sight)}


def empty(sight: Sight) -> Void | None:
    """Nobody reports on the subtree, or nobody has worked in this year yet."""
    if sight.look.freshness(sight.root).state is State.UNKNOWN:
        return Void.NOT_REPORTED
    calendar = sight.world.inventory.calendar(sight.root or "")
    return why_void(calendar, year_start(sight.world.inventory.orgs, sight.now), sight.now)


def period(sight: Sight) -> dict[str, Any]:
    """This year so far."""
    return {"from": sight.at(year_start(sight.world.inventory.orgs, sight.now)), "to": sight.at(sight.facts.at)}
