"""What widgets made of dossiers share: how far their counts can be trusted, and the period they are of."""

from typing import Any

from ioc.core.model import State
from ioc.core.share import Void
from ioc.domain.dossiers.counting.watermarks import year_start
from ioc.domain.dossiers.reporting.freshness import void
from web.sight import Sight


def head(sight: Sight) -> dict[str, Any]:
    """Judged from the systems that tell of the subtree: those in it, and those above that tell of all below them.

    `as_of` is up to when the records of all of them are known; `reason` says why shares, or all figures, are null.
    """
    standing = sight.look.standing(sight.root)
    plain = sight.head(one.source for one in standing.tellers)
    return plain | {"state": standing.state, "as_of": sight.at(standing.as_of), "reason": empty(sight)}


def empty(sight: Sight) -> Void | None:
    """Nobody tells of the subtree, or nobody has worked in this year yet."""
    if sight.look.standing(sight.root).state is State.UNKNOWN:
        return Void.NOT_REPORTED
    calendar = sight.world.inventory.calendar(sight.root or "")
    return void(calendar, year_start(sight.world, sight.now), sight.now)


def period(sight: Sight) -> dict[str, Any]:
    """This year so far."""
    return {"from": sight.at(year_start(sight.world, sight.now)), "to": sight.at(sight.facts.at)}
