"""Video-conference endpoints on the cartogram: a cell a site, and the sites where none was ever installed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from ioc.core.model import Health
from ioc.domain.inventory import Source
from ioc.live.meetings import roll_call
from web.cartograms.drawing import Area
from web.explained import Explanation, FigureTitle, RecordRow, among, said, source_rows
from web.facts import Announced
from web.sight import Sight
from web.widgets import _kpi_records, _tiles

kind = "vc_grid"

NONE = "none"
_MEETINGS = 3
_PAGE = "/sources?kind=vc"
_SAID = tuple(str(health) for health in Health if health is not Health.PENDING)
_SITE_KINDS = frozenset({"commune", "ward"})


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    org: str | None = None


def touches(_options: Options) -> frozenset[str]:
    return frozenset({"vc", "link", "facts"})


def snapshot(sight: Sight, _options: Options) -> dict[str, Any]:
    sources = sight.sources("vc")
    by_org = _by_org(sources)
    drawn = _tiles.drawing(sight)
    every = {area.key: _area(sight, area, by_org) for area in drawn.areas}
    areas = {key: area for key, area in every.items() if area["sites"] or not area["own"]}
    counts = Counter(site["health"] for area in areas.values() for site in area["sites"].values())
    totals = {str(name): counts[name] for name in (*Health, NONE)}
    there, of = sight.reporting(sources)
    near = [_meeting(sight, one) for one in sight.facts.announced if one.meeting.org in sight.scope]
    told = {"cartogram": _tiles.grid(drawn), "areas": areas, "totals": totals, "online": there, "of": of}
    return sight.head(sources) | told | {"meetings": near[:_MEETINGS]}


def figures(sight: Sight, _options: Options) -> Mapping[str, FigureTitle]:
    """`total`, then each state, `in_call`, and `area:KEY` for each tile."""
    states = {state: _title(state) for state in (*_SAID, NONE)}
    tiles = {f"area:{area.key}": FigureTitle(words=area.name) for area in _tiles.drawing(sight).areas}
    return {"total": said("ui.vc.online"), **states, "in_call": said("ui.legend.in_call"), **tiles}


def explain(sight: Sight, options: Options, part: str) -> Explanation | None:
    sources = sight.sources("vc")
    if part == "total":
        return _kpi_records.explanation(sight, "vc_online", snapshot(sight, options)["online"], said("ui.vc.online"))
    if part == "in_call":
        calling = source_rows(sight, (one for one in sources if sight.current(one, "in_call")))
        of = len(sight.due(sources))
        return among(said("ui.legend.in_call"), "explain.vc.in_call", "explain.source.vc", calling, of, _PAGE)
    if part == NONE:
        bare = [_bare(sight, code) for area in _tiles.drawing(sight).areas for code in _without(sight, area)]
        return among(said("ui.legend.none"), "explain.vc.none", "explain.source.inventory", bare, None)
    if part in _SAID:
        return _tiles.explain_health(sight, part, sources, _title(part), f"{_PAGE}&health={part}")
    area = next((area for area in _tiles.drawing(sight).areas if part == f"area:{area.key}"), None)
    mine = [one for one in sources if area is not None and one.key.org in area.codes]
    return None if area is None else _tiles.explain_area(sight, area, mine, _PAGE)


def _title(state: str) -> FigureTitle:
    return said("health.closed" if state == Health.CLOSED else f"ui.legend.{state}")


def _bare(sight: Sight, code: str) -> RecordRow:
    return RecordRow(name=sight.place(code), org=code, org_name=None, state=NONE)


def _by_org(sources: Iterable[Source]) -> dict[str, list[Source]]:
    found: dict[str, list[Source]] = {}
    for source in sources:
        found.setdefault(source.key.org, []).append(source)
    return found


def _without(sight: Sight, area: Area) -> list[str]:
    """The communes on a tile that never had an endpoint."""
    orgs, having = sight.world.inventory.orgs, {source.key.org for source in sight.sources("vc")}
    sites = (code for code in sorted(area.codes) if orgs.by_code[code].kind in _SITE_KINDS and orgs.lives(code))
    return [code for code in sites if not orgs.own(code) & having]


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


def _area(sight: Sight, area: Area, by_org: dict[str, list[Source]]) -> dict[str, Any]:
    sites: dict[str, Any] = {}
    orgs = sight.world.inventory.orgs
    here = [source for code in area.codes for source in by_org.get(code, ())]
    for code in sorted(area.codes):
        for source in by_org.get(code, ()):
            sites[f"{code}/{source.key.source}"] = _site(sight, source)
        org = orgs.by_code[code]
        if org.kind in _SITE_KINDS and orgs.lives(code) and not orgs.own(code) & by_org.keys():
            sites[code] = {"name": org.name, "org_name": org.name, "health": NONE, "in_call": None, "cause": None}
    return _tiles.head(area) | _tiles.standing(sight, here) | {"sites": sites}


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
