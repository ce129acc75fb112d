"""The board of feeds: what each promised, and how well it keeps it."""

from msgspec import Struct
from sqlalchemy.engine import Connection

from ioc.core.errors import Code, IocError
from ioc.core.model import Number, Role
from ioc.core.share import Share
from ioc.domain.dossiers.counting.watermarks import Watermarks, imported
from ioc.live.feed_scores import Score, scores
from ioc.live.world import World
from ioc.messages import severity
from ioc.messages.kinds import delivering
from web.boundary.answers import Instant, Page, extended
from web.boundary.call import Call
from web.boundary.ports import HasKinds, LivePort, Reads
from web.boundary.route import V1, Route


class Query(Struct, frozen=True):
    org: str | None = None
    kind: str | None = None


class Mark(Struct, frozen=True):
    """A share with its colour by the one table."""

    pct: float | None
    numerator: int
    denominator: int
    severity: str


class Scores(Struct, frozen=True):
    """Đúng · đủ · sạch · sống."""

    correct: Mark
    complete: Mark
    clean: Mark
    alive: Mark


class Feed(Struct, frozen=True, kw_only=True):
    """One source that delivers: its contract, its last word, its scores."""

    org: str
    kind: str
    source: str
    name: str
    org_name: str
    parent_name: str | None
    owner: str | None
    contact: str | None
    cadence: str | None
    interval_s: int
    cut_off: str | None
    hours: str
    as_of: Instant | None
    age_s: int | None
    vanished: Number | None
    delivered_at: Instant | None
    told_until: Instant | None
    due_at: Instant | None
    late_since: Instant | None
    scores: Scores
    simulated: bool


class Feeds(Page[Feed], frozen=True, kw_only=True):
    as_of: Instant


def feeds(call: Call, query: Query, records: Reads, live: LivePort, plug_ins: HasKinds) -> Feeds:
    """The worst first: what is late, then by name."""
    world, scope = live.world, call.subtree(query.org)
    kinds = delivering(plug_ins.kinds)
    if query.kind is not None:
        if query.kind not in kinds:
            detail = f"kind: {', '.join(sorted(kinds))}"
            raise IocError(Code.INVALID_VALUE, f"{query.kind!r}; {detail}", name="kind", detail=detail)
        kinds = frozenset({query.kind})
    wanted = [one for one in world.sources(scope) if one.key.kind in kinds and one.counts and not one.derived]

    def read(conn: Connection) -> tuple[list[Score], Watermarks]:
        return scores(conn, world, wanted, call.now), imported(conn)

    found, by_hand = records.read(read)
    found.sort(key=lambda score: (score.late_since is None, score.late_since or 0, score.source.key))
    page = call.part.of(found, lambda score: _shown(call, world, score, by_hand))
    return extended(Feeds, page, as_of=call.at(call.now, query.org))


def _shown(call: Call, world: World, score: Score, by_hand: Watermarks) -> Feed:
    source, key = score.source, score.source.key
    said = world.of(key).values()
    told = [int(at) for at in (said.get("as_of", score.told_until), by_hand.get(source.id)) if at is not None]
    as_of = max(told, default=None)
    return Feed(
        **key._asdict(),
        name=source.name,
        org_name=call.orgs.by_code[key.org].name,
        parent_name=call.above(key.org),
        owner=source.owner,
        contact=source.contact,
        cadence=None if source.cadence is None else source.cadence.text,
        interval_s=source.interval_s,
        cut_off=source.cut_off,
        hours=source.hours.text,
        as_of=call.at(as_of, key.org),
        age_s=None if as_of is None else max(0, round((call.now - as_of) / 1000)),
        vanished=said.get("vanished"),
        delivered_at=call.at(score.delivered_at, key.org),
        told_until=call.at(score.told_until, key.org),
        due_at=call.at(score.due_at, key.org),
        late_since=call.at(score.late_since, key.org),
        scores=Scores(_mark(score.correct), _mark(score.complete), _mark(score.clean), _mark(score.alive)),
        simulated=source.simulated,
    )


def _mark(share: Share) -> Mark:
    colour = "unknown" if share.pct is None else severity.of_figure("feed_pct", share.pct)
    return Mark(share.pct, share.numerator, share.denominator, colour)


_SUMMARY = "Feeds: what each promised and how well it keeps it"
ROUTES = (Route("GET", f"{V1}/feeds", Role.LEADER, feeds, _SUMMARY, (Code.UNKNOWN_ORG,)),)
