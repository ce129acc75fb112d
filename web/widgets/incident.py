"""Incidents that stand now: what each hit, who has it, what is told next; and the situation in one sentence."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from alerts.model import WORST_FIRST, AlertState, IncidentState
from alerts.standing import StandingNow
from ioc.core.model import Health, Severity, SourceKey
from ioc.domain.inventory import Source
from ioc.domain.inventory.naming import place, short_name
from web import losses, situation, unfolding
from web.boundary.ports import Reads
from web.cartograms.drawing import Area
from web.explained import Explanation, FigureTitle, RecordRow, among, counted, said, source_row, source_rows
from web.losses import EndpointLosses
from web.sight import Sight
from web.unfolding import Unfolding
from web.widgets import _tiles

kind = "incident"

NAMED = 80
LIKE = 3  # so many alike are one line
Hit = Sequence[tuple[Source, bool]]  # what an incident may hit, and whether it has

TAKEOVER_MS = 300_000  # so long after it fired a critical incident that nobody has holds a whole wall


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """`grouped`: what is alike and hit one source each is one line, which bears the ids. `view` is the screen's.

    `id`: that one in full; `takeover`: the one that holds the walls.
    """

    org: str | None = None
    id: int | None = None
    takeover: bool = False
    view: Literal["list", "sentence"] = "list"
    limit: Annotated[int, Meta(ge=1, le=200)] = 20
    grouped: bool = True


REFRESH_S = 2.0


def load(site: Reads, sight: Sight, options: Options) -> Unfolding | None:
    """The records of the one that is shown in full."""
    one = _in_full(sight, options)
    return None if one is None else site.read(lambda conn: unfolding.load(conn, sight.scope, one))


def touches(_options: Options) -> frozenset[str]:
    return frozenset({"facts", "vc", "link"})


def snapshot(sight: Sight, options: Options) -> dict[str, Any]:
    """`counts` are of all there are, whatever the limit; those in a group are counted one by one."""
    standing, lost = sorted(situation.on_wall(sight), key=_rank), losses.losses(sight)
    grave = situation.critical(standing)
    alike = _alike(standing) if options.grouped else {}
    in_groups = {one.incident.id for group in alike.values() for one in group}
    single = [one for one in standing if one.incident.id not in in_groups]
    return sight.alerts_head(()) | {
        "simulated": any(one.incident.simulated for one in standing),
        "crisis": situation.is_crisis(standing, lost),
        "sentence": [part.shown() for part in situation.sentence(sight, standing, lost)],
        "incidents": {str(one.incident.id): row(sight, one) for one in single[: options.limit]},
        "groups": {f"{group[0].incident.id}": _group(sight, group, lost) for group in alike.values()},
        "counts": {
            "open": len(standing),
            "untaken": len(situation.untaken(standing)),
            "taken": len(standing) - len(situation.untaken(standing)),
            "critical": len(grave),
            "critical_untaken": len(situation.untaken(grave)),
        },
        "critical_untaken": [one.incident.id for one in situation.untaken(grave)],
        "takeover": _takeover(sight, grave),
        "full": _full(sight, options),
        "totals": {"lost": lost.n, "of": lost.of, "behind": lost.by_lines, "scattered": len(lost.scattered)},
    }


def figures(sight: Sight, _options: Options) -> Mapping[str, FigureTitle]:
    """`open`: all that stand; `lost`: the endpoints that are gone; and each incident by its id: what it hit."""
    hit = {
        str(one.incident.id): FigureTitle(words=_name(sight, one))
        for one in sorted(situation.on_wall(sight), key=_rank)
    }
    return {"open": said("ui.widget.incident"), "lost": said("ui.legend.offline"), **hit}


def explain(sight: Sight, options: Options, part: str) -> Explanation | None:
    if part == "open":
        rows = [_record(sight, one) for one in sorted(situation.on_wall(sight), key=_rank)]
        return among(
            said("ui.widget.incident"), "explain.incident.open", "explain.source.alerts", rows, None, "/alerts"
        )
    if part == "lost":
        gone, of = losses.losses(sight), sight.due(sight.sources("vc"))
        lost = [*(one for behind in gone.behind.values() for one in behind), *gone.scattered]
        return among(
            said("ui.legend.offline"), "explain.incident.lost", "explain.source.vc", source_rows(sight, lost), len(of)
        )
    one = next((one for one in situation.on_wall(sight) if str(one.incident.id) == part), None)
    if one is None:
        return None
    hit = sorted(_hit(sight, one), key=lambda each: (not each[1], each[0].key))
    rows = [source_row(sight, source, counts=is_hit) for source, is_hit in hit]
    return counted(
        FigureTitle(words=_name(sight, one)),
        "explain.incident.hit",
        "explain.source.tiles",
        rows,
        f"/alerts?incident={part}",
    )


def _record(sight: Sight, one: StandingNow) -> RecordRow:
    org = one.incident.org
    return RecordRow(
        name=_name(sight, one),
        org=org,
        org_name=sight.place(org),
        state=one.incident.severity,
        value=one.incident.owner,
        as_of=sight.at(one.incident.since, org),
    )


def _name(sight: Sight, one: StandingNow) -> str:
    subject = one.incident.subject
    return sight.place(subject) if isinstance(subject, str) else situation.subject_name(sight, subject)


def _in_full(sight: Sight, options: Options) -> StandingNow | None:
    standing = situation.on_wall(sight)
    held = _takeover(sight, situation.critical(standing)) if options.takeover else None
    wanted = held["id"] if held is not None else options.id
    return next((one for one in standing if one.incident.id == wanted), None)


def _full(sight: Sight, options: Options) -> dict[str, Any] | None:
    """With the name of everything it hit; what is read of it follows its head within seconds."""
    one = _in_full(sight, options)
    if one is None:
        return None
    found = sight.loaded if isinstance(sight.loaded, Unfolding) and sight.loaded.id == one.incident.id else None
    told = {} if found is None else unfolding.shown(sight, one, found)
    named = sorted(_hit(sight, one), key=lambda each: (not each[1], each[0].key.kind != "vc", each[0].key))
    return {
        **row(sight, one),
        "sources": [
            {"name": source.name, "kind": source.key.kind, "org_name": sight.org_name(source.key.org), "hit": is_hit}
            for source, is_hit in named[:NAMED]
        ],
        "areas": _areas(sight, named),
        "map": _map(sight, one, named),
        "log": None,
        "contacts": [],
        "last_time": None,
        **told,
    }


def _areas(sight: Sight, found: Hit) -> list[dict[str, Any]]:
    """The parts of the subtree that it hit, the worst first."""
    hit = losses.areas_of(sight, [source for source, is_hit in found if is_hit])
    of = losses.areas_of(sight, [source for source, _ in found])
    return [
        {"org": code, "name": short_name(sight.org_name(code)), "n": n, "of": of[code]} for code, n in hit.most_common()
    ]


def _map(sight: Sight, one: StandingNow, found: Hit) -> dict[str, Any]:
    """The tiles of the subtree: how many of what it hit are on each, and how many endpoints are lost there at all."""
    drawn = _tiles.drawing(sight)
    points = sight.due(sight.sources("vc"))
    return {
        "columns": drawn.columns,
        "rows": drawn.rows,
        "tiles": [
            {
                "key": area.key,
                "name": short_name(area.name),
                **area.place._asdict(),
                "n": sum(is_hit for source, is_hit in found if source.key.org in area.codes),
                "of": sum(source.key.org in area.codes for source, _ in found),
                "lost": sum(sight.health(each) is Health.OFFLINE for each in points if each.key.org in area.codes),
                "due": sum(each.key.org in area.codes for each in points),
            }
            for area in drawn.areas
        ],
        "line": _line(sight, one, drawn.areas),
    }


def _line(sight: Sight, one: StandingNow, areas: Sequence[Area]) -> dict[str, str] | None:
    """The tiles that a line which is the cause joins; None where it is none, or joins nothing on the map."""
    inventory, subject = sight.world.inventory, one.incident.subject
    source = None if isinstance(subject, str) else inventory.sources.get(subject)
    if source is None or not inventory.behind(source.key):
        return None
    begins = sight.root if source.parent is None else source.parent.org
    ends = [next((area.key for area in areas if org in area.codes), None) for org in (begins, source.key.org)]
    above, below = ends
    return None if above is None or below is None or above == below else {"from": above, "to": below}


def row(sight: Sight, one: StandingNow) -> dict[str, Any]:
    """One incident; `n` of `of` sources are hit, `hit` has them by kind, `affected` by org."""
    incident, subject = one.incident, one.incident.subject
    hit = _hit(sight, one)
    return {
        **{name: getattr(incident, name) for name in ("id", "state", "severity", "owner", "simulated")},
        "title": situation.named(sight, one)["title"],
        "cause": _cause(sight, subject),
        "since": sight.at(incident.since, incident.org),
        "taken_at": sight.at(incident.taken_at, incident.org),
        "alerts": sum(each.org in sight.scope for each in one.members),
        **_shares(sight, hit),
        "next_step": _next_step(sight, one),
    }


def _cause(sight: Sight, subject: SourceKey | str) -> dict[str, Any]:
    org = subject if isinstance(subject, str) else subject.org
    path = sight.world.inventory.orgs.path(org)
    return {
        "org": org,
        "org_name": sight.org_name(org),
        "parent_name": short_name(path[-2].name) if len(path) > 1 else None,
        "place": place(sight.world.inventory.orgs, org),
        "kind": None if isinstance(subject, str) else subject.kind,
        "source": None if isinstance(subject, str) else subject.source,
        "source_name": None if isinstance(subject, str) else situation.subject_name(sight, subject),
    }


def _next_step(sight: Sight, one: StandingNow) -> dict[str, Any] | None:
    """None once somebody has it: the ladder rests then."""
    step = one.next_step
    if step is None or one.incident.state is not IncidentState.OPEN:
        return None
    return {"at": sight.at(step.at, one.incident.org), "step": step.step, "receivers": list(step.receivers)}


def _hit(sight: Sight, one: StandingNow) -> Hit:
    """What hangs on its cause, and whether that is out of reach; else the sources of its kind around it."""
    sources, subject = sight.world.inventory.sources, one.incident.subject
    alarmed = {SourceKey(each.org, each.kind, each.source) for each in one.members if each.kind and each.source}
    hanging = (
        [] if isinstance(subject, str) else [each for each in sight.world.inventory.behind(subject) if each.counts]
    )
    if hanging:
        due = sight.due(each for each in hanging if each.key.org in sight.scope)
        return [(each, losses.is_down(sight, each)) for each in due]
    known = [sources[key] for key in alarmed if key in sources and key.org in sight.scope]
    return [(each, each.key in alarmed) for each in _around(sight, known)]


def _around(sight: Sight, hit: Sequence[Source]) -> list[Source]:
    """The sources of the same kinds in the same parts of the subtree."""
    kinds = {each.key.kind for each in hit}
    areas = {losses.area_of(sight, each.key.org) for each in hit}
    keys = {each.key for each in hit}
    return [
        each
        for each in sight.sources()
        if each.key in keys or (each.key.kind in kinds and each.counts and losses.area_of(sight, each.key.org) in areas)
    ]


def _shares(sight: Sight, found: Hit) -> dict[str, Any]:
    hit = [each for each, is_hit in found if is_hit]
    by_kind, of_kind = _count(hit, "kind"), _count((each for each, _ in found), "kind")
    by_org, of_org = _count(hit, "org"), _count((each for each, _ in found), "org")
    orgs = sorted(by_org, key=lambda code: (-by_org[code], code))
    return {
        "n": len(hit),
        "of": len(found),
        "hit": [{"kind": name, "n": by_kind[name], "of": of} for name, of in of_kind.most_common()],
        "affected": [
            {"org": code, "org_name": place(sight.world.inventory.orgs, code), "n": by_org[code], "of": of_org[code]}
            for code in orgs
        ],
    }


def _count(sources: Iterable[Source], by: str) -> Counter[str]:
    return Counter(getattr(each.key, by) for each in sources)


def _alike(standing: Iterable[StandingNow]) -> Mapping[tuple[object, ...], list[StandingNow]]:
    """Incidents of one source each by the same rule that are in the same hands, from LIKE on."""
    found: dict[tuple[object, ...], list[StandingNow]] = {}
    for one in standing:
        cause, incident = one.cause, one.incident
        if cause is not None and incident.kind is not None and len(one.members) == 1:
            alike = (cause.rule, incident.kind, incident.severity, incident.state, incident.owner)
            found.setdefault(alike, []).append(one)
    return {alike: group for alike, group in found.items() if len(group) >= LIKE}


def _group(sight: Sight, group: Sequence[StandingNow], lost: EndpointLosses) -> dict[str, Any]:
    """One line for many; it has no cause in common, and stands in the order of the list where its worst would."""
    first, inventory = group[0], sight.world.inventory
    keys = {one.incident.subject for one in group}
    sources = [source for key in keys if isinstance(key, SourceKey) and (source := inventory.sources.get(key))]
    behind = {each.key for each_line in lost.behind.values() for each in each_line}
    among = [each for each in sight.due(sight.sources(first.incident.kind)) if each.key not in behind]
    areas = losses.areas_of(sight, sources)
    titles = [situation.named(sight, one)["title"] for one in group]
    return {
        **{name: getattr(first.incident, name) for name in ("kind", "severity", "state", "owner")},
        "incidents": [one.incident.id for one in group],
        "title": titles[0],
        "same": all(title == titles[0] for title in titles),
        "since": sight.at(min(one.incident.since for one in group)),
        "taken_at": sight.at(max(filter(None, (one.incident.taken_at for one in group)), default=None)),
        "n": len(group),
        "of": max(len(among), len(group)),
        "areas": {
            "sort": losses.sort_of_areas(sight, areas),
            "n": len(areas),
            "worst": [
                {"org": code, "name": short_name(sight.org_name(code)), "n": n} for code, n in areas.most_common()
            ],
        },
        "simulated": any(one.incident.simulated for one in group),
    }


def _takeover(sight: Sight, grave: Iterable[StandingNow]) -> dict[str, Any] | None:
    """The critical incident that holds a wall: of those nobody has, fired a moment ago, the one that hit the most.

    One that is about no source and hit none, such as a point that a meeting lacks, is in the list and in the sentence;
    it takes no wall. A line that is down does, before anything behind it is known to be lost.
    """
    fired = [(at, one) for one in situation.untaken(grave) if (at := fired_at(one)) and sight.now - at < TAKEOVER_MS]
    hit = [(_weight(sight, one), at, one) for at, one in fired]
    worst = min(hit, key=lambda each: (-each[0], each[1], each[2].incident.id), default=None)
    if worst is None or not worst[0]:
        return None
    _, at, one = worst
    return {"id": one.incident.id, "fired_at": sight.at(at, one.incident.org), "until": sight.at(at + TAKEOVER_MS)}


def _weight(sight: Sight, one: StandingNow) -> int:
    return sum(is_hit for _, is_hit in _hit(sight, one)) + isinstance(one.incident.subject, SourceKey)


def fired_at(one: StandingNow) -> int | None:
    loud = (each for each in one.members if each.state is AlertState.FIRING and each.severity is Severity.CRITICAL)
    return min((each.fired_at for each in loud if each.fired_at is not None), default=None)


def _rank(one: StandingNow) -> tuple[bool, int, int]:
    """Nobody's first, then the gravest, then the oldest."""
    return one.incident.state is not IncidentState.OPEN, WORST_FIRST[one.incident.severity], one.incident.since
