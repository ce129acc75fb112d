"""The document of a cartogram: its form, and what is wrong with one."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from ioc.core.errors import Code, IocError
from ioc.domain.inventory import OrgTree

SORT = "cartogram"  # of documents
MOST_TILES = 400
_TOLD = 3

Side = Annotated[int, Meta(ge=1, le=60)]
Step = Annotated[int, Meta(ge=0)]
Name = Annotated[str, Meta(min_length=1, max_length=80)]


class MapTile(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of the province: an `org` with all below it, or `orgs` under a `name` of their own.

    Columns count from 0 in the west, rows from 0 in the north. The tile of the root holds what stands on no other.
    """

    column: Step
    row: Step
    org: str | None = None
    name: Name | None = None
    orgs: tuple[str, ...] = ()


class Cartogram(Struct, frozen=True, forbid_unknown_fields=True):
    """The tiles of what is below `root`; a place without a tile stays empty, which is what gives the true shape."""

    root: str
    columns: Side
    rows: Side
    tiles: Annotated[tuple[MapTile, ...], Meta(min_length=1, max_length=MOST_TILES)]


def read(body: Mapping[str, Any]) -> Cartogram:
    """As a document keeps it; IocError names the member that is of a wrong form."""
    try:
        return msgspec.convert(body, Cartogram)
    except msgspec.ValidationError as error:
        why, _, at = str(error).partition(" - at ")
        place = at.strip("`").removeprefix("$.")
        raise _refused(place or "cartogram", why) from None


def checked(body: Mapping[str, Any], orgs: OrgTree) -> Cartogram:
    """One that fits the tree; IocError names the first tiles that do not, and why."""
    found = read(body)
    told = list(islice(faults(found, orgs), _TOLD))
    if told:
        raise _refused(told[0][0], "; ".join(why for _, why in told))
    return found


def faults(cartogram: Cartogram, orgs: OrgTree) -> Iterator[tuple[str, str]]:
    """Each with its place in the document."""
    if not orgs.lives(cartogram.root):
        yield "root", f"{cartogram.root!r} is not in the tree of today"
        return
    taken: dict[tuple[int, int], str] = {}
    shown: dict[str, str] = {}
    for at, tile in enumerate(cartogram.tiles):
        name = f"tiles[{at}]"
        yield from _place(cartogram, tile, name, taken)
        yield from _content(cartogram, tile, name, orgs, shown)


def _place(
    cartogram: Cartogram, tile: MapTile, name: str, taken: dict[tuple[int, int], str]
) -> Iterator[tuple[str, str]]:
    size = f"{cartogram.columns} columns by {cartogram.rows} rows"
    if tile.column >= cartogram.columns or tile.row >= cartogram.rows:
        yield name, f"{name}: column {tile.column}, row {tile.row} is outside {size}"
    before = taken.setdefault((tile.column, tile.row), name)
    if before != name:
        yield name, f"{name}: column {tile.column}, row {tile.row} is taken by {before}"


def _content(
    cartogram: Cartogram, tile: MapTile, name: str, orgs: OrgTree, shown: dict[str, str]
) -> Iterator[tuple[str, str]]:
    if (tile.org is None) == (tile.name is None) or bool(tile.orgs) != (tile.org is None):
        yield name, f"{name}: give org, or name with orgs"
        return
    for code in members(tile):
        if code != cartogram.root and not _is_below(orgs, code, cartogram.root):
            yield name, f"{name}: {code!r} is not in the tree below {cartogram.root!r}"
            continue
        below = {code} if code == cartogram.root else orgs.scope(code).codes
        twice = next((shown[one] for one in sorted(below) if one in shown), None)
        if twice is not None:
            yield name, f"{name}: {code!r} stands on {twice} already"
        shown.update(dict.fromkeys(below, name))


def members(tile: MapTile) -> tuple[str, ...]:
    return tile.orgs if tile.org is None else (tile.org,)


def _is_below(orgs: OrgTree, code: str, root: str) -> bool:
    return orgs.lives(code) and any(step.code == root for step in orgs.path(code)[:-1])


def _refused(name: str, detail: str) -> IocError:
    return IocError(Code.INVALID_VALUE, f"cartogram: {name}: {detail}", name=name, detail=detail)
