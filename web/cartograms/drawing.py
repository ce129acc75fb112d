"""A cartogram as it is drawn: which orgs stand on which tile, nothing of the subtree left out."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ioc.domain.inventory import Org, OrgTree
from web.cartograms.document import Cartogram, MapTile, members
from web.cartograms.placing import Box, Place, free_boxes, placed, spare_place
from web.outlines.document import OFFICES


@dataclass(frozen=True, slots=True)
class Area:
    """A tile with the orgs on it; `key` is an org's code or the name of a cluster."""

    key: str
    name: str
    kind: str
    place: Place
    codes: frozenset[str]
    parts: tuple[str, ...]  # the orgs that it is made of
    own: bool = False  # what stands on no other tile


@dataclass(frozen=True, slots=True)
class Drawing:
    """Every org of the subtree is on exactly one area."""

    columns: int
    rows: int
    areas: tuple[Area, ...]
    free: tuple[Box, ...]


def draw(orgs: OrgTree, root: str | None, kept: Mapping[str, Cartogram]) -> Drawing:
    """By the document of `root` (None: everything), or calculated where there is none."""
    document = None if root is None else kept.get(root)
    every = orgs.scope(root).codes
    areas = [] if document is None else list(_drawn(orgs, document, every))
    if document is None or all(area.own for area in areas):
        return _calculated(orgs, root, every)
    return _closed(orgs, root, every, areas, document.columns, document.rows)


def outlined(orgs: OrgTree, root: str, shapes: Collection[str]) -> tuple[Area, ...]:
    """An area for each org of an outline that still lives, without those below it that have their own."""
    rest = orgs.scope(root).codes
    nowhere = Place(0, 0)
    living = [code for code in shapes if orgs.lives(code) and code in rest and code != root]
    found: list[Area] = []
    for code in sorted(living, key=lambda code: -len(orgs.path(code))):
        codes = orgs.scope(code).codes & rest
        found.append(_area(orgs.by_code[code], nowhere, codes))
        rest -= codes
    own = (_area(orgs.by_code[root], nowhere, rest, own=True),)
    return (*own, *reversed(found))  # what lies inside another is drawn after it


def _drawn(orgs: OrgTree, document: Cartogram, every: frozenset[str]) -> Iterator[Area]:
    """The tiles that still have something to show; an org that left the tree since leaves its tile."""
    for tile in document.tiles:
        place = Place(tile.column, tile.row)
        if tile.org == document.root:
            yield _area(orgs.by_code[document.root], place, frozenset(), own=True)
            continue
        parts = tuple(code for code in members(tile) if orgs.lives(code))
        codes = frozenset[str]().union(*(orgs.scope(code).codes for code in parts)) & every
        if codes:
            yield _of_tile(orgs, tile, place, codes, parts)


def _of_tile(orgs: OrgTree, tile: MapTile, place: Place, codes: frozenset[str], parts: tuple[str, ...]) -> Area:
    if tile.org is None:
        return Area(tile.name or "", tile.name or "", "cluster", place, codes, parts)
    return _area(orgs.by_code[tile.org], place, codes)


def _area(org: Org, place: Place, codes: frozenset[str], *, own: bool = False) -> Area:
    return Area(org.code, org.name, org.kind, place, codes, (org.code,), own)


def _calculated(orgs: OrgTree, root: str | None, every: frozenset[str]) -> Drawing:
    below = [child for child in orgs.children(root) if child.code in every]
    parts = [child for child in below if child.kind not in OFFICES or orgs.children(child.code)] or below
    grid = placed(tuple(_point(part) for part in parts))
    areas = [
        _area(part, place, orgs.scope(part.code).codes & every) for part, place in zip(parts, grid.places, strict=True)
    ]
    return _closed(orgs, root, every, areas, grid.columns if areas else 1, grid.rows if areas else 1)


def _point(org: Org) -> tuple[float, float] | None:
    return None if org.lat is None or org.lon is None else (org.lat, org.lon)


def _closed(
    orgs: OrgTree, root: str | None, every: frozenset[str], areas: Sequence[Area], columns: int, rows: int
) -> Drawing:
    """With the tile of the root, which holds whatever stands on no other."""
    others = [area for area in areas if not area.own]
    rest = every - frozenset[str]().union(*(area.codes for area in others))
    drawn = list(others)
    if root is not None and rest:
        kept = next((area.place for area in areas if area.own), None)
        place = kept or spare_place(columns, rows, {area.place for area in others})
        drawn.insert(0, _area(orgs.by_code[root], place, rest, own=True))
        rows = max(rows, place.row + 1)
    free = free_boxes(columns, rows, {area.place for area in drawn})
    return Drawing(columns, rows, tuple(drawn), tuple(free))
