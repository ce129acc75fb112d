"""Video-conference endpoints by area: a cell a site, and the sites where none was ever installed."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from ioc.core.model import Health
from ioc.domain.inventory import Org, Source
from ioc.live.meetings import roll_call
from web.facts import Announced
from web.sight import Sight

kind = "vc_grid"

NONE = "none"
_MEETINGS = 3
_SITE_KINDS = frozenset({"commune", "ward"})


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    org: str | None = None


def touches(_options: Options) -> frozenset[str]:
    return frozenset({"vc", "facts"})


def snapshot(sight: Sight, _options: Options) -> dict[str, Any]:
    sources = sight.sources("vc")
    by_org: dict[str, list[Source]] = {}
    for source in sources:
        by_org.setdefault(source.key.org, []).append(source)
    every = [_area(sight, area, order, codes, by_org) for order, (area, codes) in enumerate(_areas(sight))]
    areas = {area.pop("code"): area for area in every if area["sites"]}
    counts = Counter(site["health"] for area in areas.values() for site in area["sites"].values())
    totals = {str(name): counts[name] for name in (*Health, NONE)}
    near = [_meeting(sight, one) for one in sight.facts.announced if one.meeting.org in sight.scope]
    told = {"areas": areas, "totals": totals, "of": len(sight.due(sources)), "meetings": near[:_MEETINGS]}
    return sight.head(sources) | told


def _meeting(sight: Sight, one: Announced) -> dict[str, Any]:
    """A meeting that runs or is near: `ready` of `of` sites are there or confirmed."""
    meeting = one.meeting
    called = roll_call(sight.world, meeting, one.confirmed, sight.now)
    return {
        "org_name": sight.org_name(meeting.org),
        "title": meeting.title,
        "confidential": meeting.confidential,
        "starts_at": sight.at(meeting.starts_at, meeting.org),
        "ends_at": sight.at(meeting.ends_at, meeting.org),
        "running": meeting.starts_at <= sight.now,
        "ready": sum(not presence.missing for presence in called.values()),
        "of": len(called),
    }


def _areas(sight: Sight) -> Iterable[tuple[Org, frozenset[str]]]:
    """The org itself for its own points, then each child with all below it."""
    orgs = sight.world.inventory.orgs
    if sight.org is not None:
        yield sight.org, orgs.own(sight.org.code)
    for child in orgs.children(sight.root):
        if child.code in sight.scope:
            yield child, sight.look.scope(child.code).codes


def _area(
    sight: Sight, area: Org, order: int, codes: frozenset[str], by_org: dict[str, list[Source]]
) -> dict[str, Any]:
    sites: dict[str, Any] = {}
    orgs = sight.world.inventory.orgs
    for code in sorted(codes):
        for source in by_org.get(code, ()):
            sites[f"{code}/{source.key.source}"] = _site(sight, source)
        org = orgs.by_code[code]
        if org.kind in _SITE_KINDS and orgs.lives(code) and not orgs.own(code) & by_org.keys():
            sites[code] = {"name": org.name, "org_name": org.name, "health": NONE, "in_call": None, "cause": None}
    place = {"lat": area.lat, "lon": area.lon, "order": order}
    return {"code": area.code, "name": area.name, "kind": area.kind, **place, "sites": sites}


def _site(sight: Sight, source: Source) -> dict[str, Any]:
    health, cause = sight.verdict(source)
    return {
        "name": source.name,
        "org_name": sight.org_name(source.key.org),
        "health": health,
        "in_call": sight.current(source, "in_call"),
        "cause": cause,
        "source": source.key.source,
    }
