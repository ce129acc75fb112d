"""A meeting on the wall: which of the sites it expects are ready before it begins, and who is in while it runs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from ioc.core.model import SeriesKey, SourceKey
from ioc.domain.inventory import Source
from ioc.domain.meetings import attended
from ioc.domain.meetings.attended import Attended
from ioc.live.attending import MeetingPart, attending
from ioc.live.meetings import SitePresence, roll_call, site_key, site_name
from ioc.live.world import MISSED_INTERVALS
from ioc.metrics import Aggregate, Fill, RangeQuery
from web.explained import Explanation, FigureTitle, RecordRow, among, counted, said, source_row
from web.facts import Announced
from web.sight import Sight

kind = "conference"

REFRESH_S = 5
SOON_MS = 10 * 60_000  # how long before its beginning a meeting counts down
_OTHERS = 3
_MINUTE_MS = 60_000
_GOOD = frozenset({SitePresence.READY, SitePresence.CONFIRMED, MeetingPart.IN})
# the worst first: what is gone, what left, what has not come, what nobody has heard of
_ORDER = ("lost", "offline", "left", "not_registered", "late", "unknown")


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    org: str | None = None
    conference: str | None = None  # the id of one; else the largest that runs, else the next to begin


class Heard(NamedTuple):
    """What is kept of one meeting: who said that it joined or left, and who was measured in a call since."""

    conference_id: str
    stays: Sequence[Attended]
    seen: frozenset[SourceKey]


class Called(NamedTuple):
    """One site: its state before or during, since when, and whether it was ever in."""

    state: SitePresence | MeetingPart
    since: int | None = None
    came: bool = False


def touches(_options: Options) -> frozenset[str]:
    return frozenset({"vc", "facts"})


def load(site: Any, sight: Sight, options: Options) -> Heard | None:
    chosen = _chosen(sight, options)
    if chosen is None or chosen.meeting.confidential or chosen.meeting.starts_at > sight.now:
        return None
    meeting = chosen.meeting
    stays = site.read(lambda conn: attended.stays(conn, meeting.conference_id))
    silent = sorted({*meeting.expected} - {site_key(stay.site) for stay in stays})
    return Heard(meeting.conference_id, stays, _measured(site, silent, meeting.starts_at, sight.now))


def _measured(site: Any, keys: Sequence[SourceKey], start: int, now: int) -> frozenset[SourceKey]:
    """Those that say nothing when they join, and were in a call at any time since the beginning."""
    step = max(_MINUTE_MS, -(-(now - start) // _MINUTE_MS) * _MINUTE_MS)
    asked = [
        RangeQuery(SeriesKey(key, "in_call"), start, start + step, step, Aggregate.MAX, Fill.NULL, -start % step)
        for key in keys
    ]
    told = zip(keys, site.read_series(asked) if asked else (), strict=True)
    return frozenset(key for key, points in told if any(value for _, value in points))


def snapshot(sight: Sight, options: Options) -> dict[str, Any]:
    """`n` of `of` sites are ready, or in; `sites` are the others, the worst first by `order`."""
    near = [one for one in sight.facts.announced if one.meeting.org in sight.scope]
    chosen = _chosen(sight, options)
    if chosen is None:
        return sight.head(sight.sources("vc")) | {"meeting": None, "others": []}
    called = _called(sight, chosen)
    known = sight.world.inventory.sources
    told = sight.head([known[key] for key in called if key in known])
    counts = Counter(str(one.state) for one in called.values())
    others = [_about(sight, one) for one in near if one is not chosen][:_OTHERS]
    return told | {
        "meeting": _about(sight, chosen),
        "n": sum(one.state in _GOOD for one in called.values()),
        "of": len(called),
        "counts": dict(counts),
        "areas": _areas(sight, called),
        "sites": _exceptions(sight, called),
        "others": others,
    }


def figures(sight: Sight, options: Options) -> Mapping[str, FigureTitle]:
    """`total`, each `state:STATE` there is, and `area:ORG`."""
    chosen = _chosen(sight, options)
    if chosen is None:
        return {}
    called = _called(sight, chosen)
    states = {f"state:{one.state}": said(f"ui.conference.state.{one.state}") for one in called.values()}
    areas = {f"area:{code}": FigureTitle(words=sight.org_name(code)) for code in _areas(sight, called)}
    return {"total": _total_title(sight, chosen), **states, **areas}


def explain(sight: Sight, options: Options, part: str) -> Explanation | None:
    chosen, titles = _chosen(sight, options), figures(sight, options)
    if chosen is None or part not in titles:
        return None
    what, _, name = part.partition(":")
    runs = chosen.meeting.starts_at <= sight.now
    called = _called(sight, chosen)
    if what == "state":
        found = [_record(sight, key, one, counts=True) for key, one in called.items() if one.state == name]
        return among(titles[part], "explain.conference.state", "explain.source.vc", found, len(called))
    rows = [
        _record(sight, key, one, counts=one.state in _GOOD)
        for key, one in sorted(called.items(), key=lambda item: (item[1].state in _GOOD, item[0]))
        if what == "total" or _area(sight, key) == name
    ]
    return counted(titles[part], f"explain.conference.{'during' if runs else 'before'}", "explain.source.vc", rows)


def _total_title(sight: Sight, one: Announced) -> FigureTitle:
    meeting = one.meeting
    if meeting.confidential:
        return said("ui.conference.confidential")
    return FigureTitle(words=meeting.title or sight.org_name(meeting.org))


def _record(sight: Sight, key: SourceKey, one: Called, *, counts: bool) -> RecordRow:
    source = sight.world.inventory.sources.get(key)
    if source is not None:
        return source_row(sight, source, counts=counts)
    return RecordRow(name=site_name(key), org=key.org, org_name=sight.place(key.org), state=None, counts=counts)


def _chosen(sight: Sight, options: Options) -> Announced | None:
    near = [one for one in sight.facts.announced if one.meeting.org in sight.scope]
    if options.conference is not None:
        return next((one for one in near if one.meeting.conference_id == options.conference), None)
    running = [one for one in near if one.meeting.starts_at <= sight.now]
    soon = [one for one in near if one.meeting.starts_at - SOON_MS <= sight.now < one.meeting.starts_at]
    largest = max([*running, *soon], key=lambda one: len(one.meeting.expected), default=None)
    return largest or next(iter(near), None)


def _about(sight: Sight, one: Announced) -> dict[str, Any]:
    meeting = one.meeting
    runs, soon = meeting.starts_at <= sight.now, meeting.starts_at - SOON_MS <= sight.now
    return {
        "org": meeting.org,
        "org_name": sight.org_name(meeting.org),
        "id": meeting.conference_id,
        "title": meeting.title,
        "confidential": meeting.confidential,
        "starts_at": sight.at(meeting.starts_at, meeting.org),
        "ends_at": sight.at(meeting.ends_at, meeting.org),
        "phase": "running" if runs else "soon" if soon else "later",
    }


def _called(sight: Sight, one: Announced) -> dict[SourceKey, Called]:
    meeting = one.meeting
    if meeting.starts_at > sight.now:
        before = roll_call(sight.world, meeting, one.confirmed, sight.now)
        return {key: Called(presence, _gone(sight, key)) for key, presence in before.items()}
    heard: Heard | None = sight.loaded
    stays, seen = (heard.stays, heard.seen) if heard and heard.conference_id == meeting.conference_id else ((), ())
    there = attending(sight.world, meeting, stays, seen, sight.now)
    return {key: Called(*where) for key, where in there.items()}


def _areas(sight: Sight, called: Mapping[SourceKey, Called]) -> dict[str, Any]:
    """What lies directly below the org of the widget, those first that lack most of theirs."""
    found: dict[str, Counter[str]] = {}
    for key, one in called.items():
        found.setdefault(_area(sight, key), Counter())[str(one.state)] += 1
    ranked = sorted(found.items(), key=lambda area: (_there(area[1]) / area[1].total(), -area[1].total(), area[0]))
    return {
        code: {
            "name": sight.org_name(code),
            "order": order,
            "n": _there(counts),
            "of": counts.total(),
            "counts": dict(counts),
        }
        for order, (code, counts) in enumerate(ranked)
    }


def _there(counts: Counter[str]) -> int:
    return sum(counts[state] for state in _GOOD)


def _area(sight: Sight, key: SourceKey) -> str:
    path = [org.code for org in sight.world.inventory.orgs.path(key.org)]
    below = path.index(sight.root) + 1 if sight.root in path else 0
    return path[min(below, len(path) - 1)] if path else key.org


def _exceptions(sight: Sight, called: Mapping[SourceKey, Called]) -> dict[str, Any]:
    wanted = sorted(
        (item for item in called.items() if item[1].state not in _GOOD),
        key=lambda item: (_ORDER.index(item[1].state), _area(sight, item[0]), item[0]),
    )
    return {site_name(key): _site(sight, key, one) | {"order": order} for order, (key, one) in enumerate(wanted)}


def _site(sight: Sight, key: SourceKey, one: Called) -> dict[str, Any]:
    source = sight.world.inventory.sources.get(key)
    return {
        "name": source.name if source else site_name(key),
        "org_name": sight.org_name(key.org),
        "parent_name": sight.above(key.org),
        "area": _area(sight, key),
        "state": one.state,
        "since": sight.at(one.since, key.org if key.org in sight.world.inventory.orgs else None),
        "came": one.came,
        "cause": _cause(sight, source) if one.state in ("lost", "offline") else None,
    }


def _gone(sight: Sight, key: SourceKey) -> int | None:
    source = sight.world.inventory.sources.get(key)
    return None if source is None else sight.world.offline_since(source, sight.now, MISSED_INTERVALS)


def _cause(sight: Sight, source: Source | None) -> str | None:
    """The name of the furthest line it hangs on that is gone too."""
    found, seen = None, set[SourceKey]()
    while source is not None and source.parent is not None and source.parent not in seen:
        seen.add(source.parent)
        source = sight.world.inventory.sources.get(source.parent)
        if source is not None and (sight.is_up(source) is False):
            found = source.name
    return found
