"""What widgets made of dossiers share: how far their counts can be trusted, and the period they are of."""

from typing import Any

from ioc.dossiers.known import year_start
from ioc.inventory import Source
from ioc.world import Live
from web.sight import Sight, State


def head(sight: Sight) -> dict[str, Any]:
    """Judged from the systems that tell of the subtree: those in it, and those above that tell of all below them.

    `as_of` is up to when the records of all of them are known; what was imported by hand has promised nothing more.
    """
    sources = tellers(sight)
    known = [until for source in sources if (until := sight.facts.known.get(source.id))]
    plain = sight.head(sources)
    state = State.LIVE if known and not any(_spoken(sight.live(s)) for s in sources) else plain["state"]
    return plain | {"state": state if known else State.UNKNOWN, "as_of": sight.at(min(known, default=None))}


def tellers(sight: Sight) -> list[Source]:
    above = {org.code for org in sight.world.inventory.orgs.path(sight.root)} if sight.root is not None else set()
    every = sight.world.inventory.sources.values()
    return [
        s for s in every if s.key.kind == "dossier" and s.counts and (s.key.org in above or s.key.org in sight.scope)
    ]


def period(sight: Sight) -> dict[str, Any]:
    """This year so far."""
    return {"from": sight.at(year_start(sight.world, sight.now)), "to": sight.at(sight.facts.at)}


def _spoken(live: Live) -> bool:
    return live.heard_at is not None or live.online is not None
