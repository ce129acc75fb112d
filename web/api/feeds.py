"""The board of feeds: what each promised, and how well it keeps it."""

from typing import Any

from msgspec import Struct
from sqlalchemy.engine import Connection

from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.core.share import Share
from ioc.domain.dossiers.counting.watermarks import Watermarks, imported
from ioc.live.feed_scores import Score, scores
from ioc.messages import severity
from ioc.messages.kinds import delivering
from web.boundary.route import V1, Call, Route, listed


class Query(Struct, frozen=True):
    org: str | None = None
    kind: str | None = None


def feeds(call: Call) -> dict[str, Any]:
    """The worst first: what is late, then by name."""
    world, scope = call.site.world, call.subtree(call.query.org)
    kinds = delivering(call.site.context.kinds)
    if call.query.kind is not None:
        if call.query.kind not in kinds:
            detail = f"kind: {', '.join(sorted(kinds))}"
            raise IocError(Code.INVALID_VALUE, f"{call.query.kind!r}; {detail}", name="kind", detail=detail)
        kinds = frozenset({call.query.kind})
    wanted = [one for one in world.sources(scope) if one.key.kind in kinds and one.counts and not one.derived]

    def read(conn: Connection) -> tuple[list[Score], Watermarks]:
        return scores(conn, world, wanted, call.now), imported(conn)

    found, by_hand = call.site.read(read)
    found.sort(key=lambda score: (score.late_since is None, score.late_since or 0, score.source.key))
    items = listed(call, found, lambda score: _shown(call, score, by_hand))
    return {"as_of": call.at(call.now, call.query.org)} | items


def _shown(call: Call, score: Score, by_hand: Watermarks) -> dict[str, Any]:
    source, key = score.source, score.source.key
    said = call.site.world.of(key).values()
    told = [int(at) for at in (said.get("as_of", score.told_until), by_hand.get(source.id)) if at is not None]
    as_of = max(told, default=None)
    instants = {
        "delivered_at": score.delivered_at,
        "told_until": score.told_until,
        "due_at": score.due_at,
        "late_since": score.late_since,
    }
    shares = {"correct": score.correct, "complete": score.complete, "clean": score.clean, "alive": score.alive}
    return {
        **key._asdict(),
        "name": source.name,
        "org_name": call.site.orgs.by_code[key.org].name,
        "owner": source.owner,
        "contact": source.contact,
        "cadence": None if source.cadence is None else source.cadence.text,
        "interval_s": source.interval_s,
        "cut_off": source.cut_off,
        "hours": source.hours.text,
        "as_of": call.at(as_of, key.org),
        "age_s": None if as_of is None else max(0, round((call.now - as_of) / 1000)),
        "vanished": said.get("vanished"),
        **{name: call.at(at, key.org) for name, at in instants.items()},
        "scores": {name: _share(share) for name, share in shares.items()},
        "simulated": source.simulated,
    }


def _share(share: Share) -> dict[str, Any]:
    """With its colour by the one table."""
    colour = "unknown" if share.pct is None else severity.of_figure("feed_pct", share.pct)
    return {"pct": share.pct, "numerator": share.numerator, "denominator": share.denominator, "severity": colour}


ROUTES = (
    Route(
        "GET",
        f"{V1}/feeds",
        Role.LEADER,
        feeds,
        "Feeds: what each promised and how well it keeps it",
        Query,
        answers="list",
    ),
)
