"""Borders with fewer points: every border is thinned once, for both areas that share it; pure."""

from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush
from math import inf

from web.outlines.geojson import Polygon, Position, Ring, area, count

Shape = tuple[Polygon, ...]
Border = tuple[Position, ...]  # from one junction to the next, or all around

_SPECK = 1e-5  # of the box around everything: what is smaller is left out where points are short


def thinned(shapes: Sequence[Shape], most: int) -> list[Shape]:
    """With about `most` points together; what has no more than that stays as it is."""
    if sum(map(count, shapes)) <= most:
        return list(shapes)
    kept = [_without_specks(shape, _speck(shapes)) for shape in shapes]
    rings = [ring for shape in kept for polygon in shape for ring in polygon]
    cut = _cut(rings)
    borders = _thin_borders([_canonical(border) for parts in cut for border in parts], most)
    found = (_joined(parts, borders, ring) for ring, parts in zip(rings, cut, strict=True))
    return [tuple(tuple(next(found) for _ in polygon) for polygon in shape) for shape in kept]


def _speck(shapes: Sequence[Shape]) -> float:
    borders = [polygon[0] for shape in shapes for polygon in shape]
    across = [x for ring in borders for x, _ in ring]
    up = [y for ring in borders for _, y in ring]
    return _SPECK * (max(across) - min(across)) * (max(up) - min(up))


def _without_specks(shape: Shape, speck: float) -> Shape:
    """Of islands and holes; the largest piece of each area stays."""
    largest = max(shape, key=lambda polygon: area(polygon[0]))
    return tuple(
        (polygon[0], *(hole for hole in polygon[1:] if area(hole) >= speck))
        for polygon in shape
        if polygon is largest or area(polygon[0]) >= speck
    )


def _cut(rings: Sequence[Ring]) -> list[list[Border]]:
    """Each ring in pieces, cut where borders meet."""
    junctions = _junctions(rings)
    return [list(_pieces(ring[:-1], junctions)) for ring in rings]


def _junctions(rings: Sequence[Ring]) -> set[Position]:
    """The positions that have other neighbours in one ring than in another."""
    beside: dict[Position, tuple[Position, Position]] = {}
    found: set[Position] = set()
    for ring in rings:
        around = ring[:-1]
        for at, position in enumerate(around):
            before, after = around[at - 1], ring[at + 1]
            pair = (before, after) if before < after else (after, before)
            if beside.setdefault(position, pair) != pair:
                found.add(position)
    return found


def _pieces(around: Border, junctions: set[Position]) -> Iterator[Border]:
    """One that meets no other border is a piece all around, from its lowest position."""
    ends = [at for at, position in enumerate(around) if position in junctions]
    first = ends[0] if ends else around.index(min(around))
    turned = (*around[first:], *around[:first], around[first])
    steps = [at - first for at in ends] if ends else [0]
    for begin, end in zip(steps, [*steps[1:], len(around)], strict=True):
        yield turned[begin : end + 1]


def _canonical(border: Border) -> Border:
    """The same whichever of its two areas it is seen from."""
    return min(border, border[::-1])


def _thin_borders(borders: Sequence[Border], most: int) -> dict[Border, Border]:
    """The points that change a border least are left out first, of all borders alike."""
    uses: dict[Border, int] = {}
    for border in borders:
        uses[border] = uses.get(border, 0) + 1
    worth = {border: worths(border) for border in uses}
    ranked = sorted(((one, n) for border, n in uses.items() for one in worth[border]), reverse=True)
    limit, left = -1.0, most
    for one, n in ranked:
        left -= n
        if left < 0 and one != inf:
            limit = one
            break
    return {
        border: tuple(at for at, one in zip(border, ones, strict=True) if one > limit) for border, ones in worth.items()
    }


def worths(border: Border) -> list[float]:
    """Of each point the area that its border loses without it (Visvalingam); of its ends, and of as many points as it
    takes to enclose something, no end."""
    last = len(border) - 1
    found = [inf] * len(border)
    before, after = list(range(-1, last)), list(range(1, last + 2))

    def loss(at: int) -> float:
        (ax, ay), (bx, by), (cx, cy) = border[before[at]], border[at], border[after[at]]
        return abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2

    now = {at: loss(at) for at in range(1, last)}
    heap = [(size, at) for at, size in now.items()]
    heapify(heap)
    least, kept = 0.0, 2 if border[0] == border[-1] else 1
    while len(now) > kept:
        size, at = heappop(heap)
        if now.get(at) != size:
            continue
        del now[at]
        found[at] = least = max(least, size)
        left, right = before[at], after[at]
        after[left], before[right] = right, left
        for side in (left, right):
            if side in now:
                now[side] = loss(side)
                heappush(heap, (now[side], side))
    return found


def _joined(parts: Sequence[Border], thin: dict[Border, Border], whole: Ring) -> Ring:
    """A ring of its thinned pieces; as it was, where they enclose nothing."""
    found: list[Position] = []
    for border in parts:
        key = _canonical(border)
        piece = thin[key] if key == border else thin[key][::-1]
        found.extend(piece[:-1])
    ring = (*found, found[0])
    return ring if area(ring) else whole
