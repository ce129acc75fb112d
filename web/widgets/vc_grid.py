"""Video-conference endpoints by area: a cell a site, and the sites where none was ever installed."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from ioc.core.model import Health
from ioc.domain.inventory import Org, Source
from web.sight import Sight

kind = "vc_grid"

NONE = "none"
_SITE_KINDS = frozenset({"commune", "ward"})


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    org: str | None = None


def touches(_options: Options) -> frozenset[str]:
    return frozenset({"vc"})


def snapshot(sight: Sight, _options: Options) -> dict[str, Any]:
    sources = sight.sources("vc")
    by_org: dict[str, list[Source]] = {}
    for source in sources:
        by_org.setdefault(source.key.org, []).append(source)
    every = [_area(sight, area, order, codes, by_org) for order, (area, codes) in enumerate(_areas(sight))]
    areas = {area.pop("code"): area for area in every if area["sites"]}
    counts = Counter(site["health"] for area in areas.values() for site in area["sites"].values())
    totals = {str(name): counts[name] for name in (*Health, NONE)}
    return sight.head(sources) | {"areas": areas, "totals": totals, "of": len(sight.due(sources))}


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
