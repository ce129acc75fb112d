"""The province as tiles or in its true borders: n of N in trouble in each part, and down from there to a device."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from ioc.core.model import Health
from ioc.domain.inventory import Source
from ioc.live.world import UNCOUNTED
from ioc.messages import severity
from ioc.messages.severity import Tone
from web.cartograms.drawing import Area, outlined
from web.cartograms.maps import KeptOutline
from web.explained import Explanation, FigureTitle, counted, said, source_row
from web.sight import Sight
from web.widgets import _kpi_records, _tiles

kind = "org_map"

MOST_DEVICES = 200
MOST_POINTS = 500
_KINDS = ("vc", "queue", "service", "link")
_SAID = tuple(str(health) for health in Health if health is not Health.PENDING)
_WORST = list(severity.TONES)  # the worst first
_AT_HOME = frozenset({"vc", "queue"})  # they stand where their org is; lines and systems lie anywhere


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """`shape`: tiles give every part the same room; an outline, where there is one, is the true map with its points.

    `devices`: also each source of the org, as the last step down shows them.
    """

    org: str | None = None
    kind: Literal["all", "vc", "queue", "service", "link"] = "all"
    shape: Literal["tiles", "outline"] = "tiles"
    devices: bool = False


def touches(options: Options) -> frozenset[str]:
    return frozenset({*_KINDS, "facts"}) if options.kind == "all" else frozenset({options.kind, "link", "facts"})


def snapshot(sight: Sight, options: Options) -> dict[str, Any]:
    sources = _sources(sight, options)
    by_org: dict[str, list[Source]] = {}
    for source in sources:
        by_org.setdefault(source.key.org, []).append(source)
    areas = _areas(sight, options)
    every = {area.key: _area(sight, area, by_org) for area in areas}
    counts = Counter(sight.health(source) for source in sources)
    due = sight.due(sources)
    good = sum(severity.tone(sight.health(source)) is Tone.OK for source in due)
    return sight.head(sources) | {
        "kind": options.kind,
        **_drawn(sight, options, areas, sources),
        "areas": {key: area for key, area in every.items() if area["sites"] or not area["own"]},
        "totals": {str(health): counts[health] for health in Health},
        "good": good,
        "of": len(due),
        "devices": _devices(sight, sources) if options.devices else {},
    }


def figures(sight: Sight, options: Options) -> Mapping[str, FigureTitle]:
    """`total`, each state, and `area:KEY` for each area."""
    states = {str(health): said(f"ui.map.{health}") for health in _SAID}
    tiles = {f"area:{area.key}": FigureTitle(words=area.name) for area in _areas(sight, options)}
    return {"total": said(f"ui.map.title.{options.kind}"), **states, **tiles}


def explain(sight: Sight, options: Options, part: str) -> Explanation | None:
    sources, page = _sources(sight, options), None if options.kind == "all" else f"/sources?kind={options.kind}"
    if part == "total":
        due = _kpi_records.worst_first(sight, sight.due(sources))
        rows = [source_row(sight, one, counts=severity.tone(sight.health(one)) is Tone.OK) for one in due]
        return counted(said(f"ui.map.title.{options.kind}"), "explain.tiles.good", "explain.source.tiles", rows, page)
    if part in _SAID:
        return _tiles.explain_health(sight, part, sources, said(f"ui.map.{part}"), page)
    area = next((area for area in _areas(sight, options) if part == f"area:{area.key}"), None)
    mine = [one for one in sources if area is not None and one.key.org in area.codes]
    return None if area is None else _tiles.explain_area(sight, area, mine, page)


def _sources(sight: Sight, options: Options) -> list[Source]:
    wanted = _KINDS if options.kind == "all" else (options.kind,)
    return [source for source in sight.sources() if source.key.kind in wanted]


def _kept(sight: Sight, options: Options) -> KeptOutline | None:
    """The borders it is drawn by; None for tiles, also where no org of them is left."""
    kept = sight.facts.maps.outlines.get(sight.root or "") if options.shape == "outline" else None
    lives = sight.world.inventory.orgs.lives
    return kept if kept is not None and any(map(lives, kept.orgs)) else None


def _areas(sight: Sight, options: Options) -> Sequence[Area]:
    kept = _kept(sight, options)
    if kept is None or sight.root is None:
        return _tiles.drawing(sight).areas
    return outlined(sight.world.inventory.orgs, sight.root, kept.orgs)


def _drawn(sight: Sight, options: Options, areas: Sequence[Area], sources: Iterable[Source]) -> dict[str, Any]:
    """A grid, or the version of an outline with the points on it."""
    kept = _kept(sight, options)
    if kept is None:
        return {"cartogram": _tiles.grid(_tiles.drawing(sight))}
    outline = {"root": sight.root, "version": kept.version}
    return {"outline": outline, "points": _points(sight, areas, sources)}


def _points(sight: Sight, areas: Sequence[Area], sources: Iterable[Source]) -> dict[str, Any]:
    """The sources of which it is known where they are; where there are too many, the worst."""
    area_of = {code: area.key for area in areas for code in area.codes}
    placed = [(source, at) for source in sources if (at := _place(sight, source)) is not None]
    placed.sort(key=lambda one: (_WORST.index(sight.health(one[0])), one[0].key))
    return {
        str(source.key): {
            "area": area_of[source.key.org], "name": source.name, "kind": source.key.kind,
            "health": sight.health(source), "lon": lon, "lat": lat,
        }
        for source, (lon, lat) in placed[:MOST_POINTS]
    }  # fmt: skip


def _place(sight: Sight, source: Source) -> tuple[float, float] | None:
    """Longitude and latitude: its own, else those of the org it stands at."""
    org = sight.world.inventory.orgs.by_code.get(source.key.org) if source.key.kind in _AT_HOME else None
    for one in (source, org):
        if one is not None and one.lon is not None and one.lat is not None:
            return one.lon, one.lat
    return None


def _area(sight: Sight, area: Area, by_org: dict[str, list[Source]]) -> dict[str, Any]:
    """With a cell for each org on the tile that has a source of its own."""
    here = [source for code in area.codes for source in by_org.get(code, ())]
    sites = {code: _site(sight, code, by_org[code]) for code in sorted(area.codes & by_org.keys())}
    return _tiles.head(area) | _tiles.standing(sight, here) | {"sites": sites}


def _site(sight: Sight, code: str, sources: list[Source]) -> dict[str, Any]:
    """An org in the worst state of its sources; one where nothing is due now rests."""
    due = sight.due(sources)
    healths = [sight.health(source) for source in due or sources]
    told = _tiles.standing(sight, sources)
    worst = min(healths, key=_WORST.index)
    return {"name": sight.org_name(code), "health": worst, "n": told["n"], "of": told["of"], "worst": told["worst"]}


def _devices(sight: Sight, sources: Iterable[Source]) -> dict[str, Any]:
    """The worst first, then by name."""
    ranked = sorted(sources, key=lambda source: (_WORST.index(sight.health(source)), source.name))
    return {str(source.key): _device(sight, source, at) for at, source in enumerate(ranked[:MOST_DEVICES])}


def _device(sight: Sight, source: Source, order: int) -> dict[str, Any]:
    health, cause = sight.verdict(source)
    line = _tiles.cause_of(sight, source)
    org = sight.world.inventory.orgs.by_code.get(source.key.org)
    return {
        "order": order,
        "kind": source.key.kind,
        "name": source.name,
        "org_name": sight.org_name(source.key.org),
        "health": health,
        "due": health not in UNCOUNTED,
        "cause": cause,
        "behind": None if line is None else sight.world.inventory.sources[line].name,
        "as_of": sight.at(sight.live(source).as_of, source.key.org),
        "owner": source.owner,
        "contact": source.contact or (org.head_phone if org else None),
        "person": org.head_name if org else None,
    }
