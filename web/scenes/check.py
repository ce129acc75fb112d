"""The faults of a scene: every one, with the place it is at."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

import msgspec

from ioc.core.errors import Code, IocError
from web.scenes.builtin import SCENES
from web.scenes.layout import GRID, GridArea, Scene, Tile, When

MOST_TILES = 30  # two scenes are watched at once while one follows the other
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST = 60


class ShownTile(Protocol):
    """A sort of widget, as far as a scene asks for it."""

    Options: type[msgspec.Struct]


class Fault(NamedTuple):
    """`at` is a place in the JSON, `what` says what is wrong there and what is allowed."""

    at: str
    what: str

    def __str__(self) -> str:
        return f"{self.at}: {self.what}"


def read(body: Any) -> Scene:
    """A scene from plain JSON; IocError `bad_scene` names the place that has another shape."""
    try:
        return msgspec.convert(body, Scene)
    except msgspec.ValidationError as error:
        what, _, at = str(error).partition(" - at `$")
        raise refusal([Fault(at.rstrip("`").lstrip(".") or "scene", what)]) from None


def check(scene: Scene, kinds: Mapping[str, ShownTile], named: Container[str] = SCENES) -> None:
    """IocError `bad_scene` with every fault of it."""
    found = list(faults(scene, kinds, named))
    if found:
        raise refusal(found)


def refusal(found: Iterable[Fault]) -> IocError:
    problems = [{"at": fault.at, "what": fault.what} for fault in found]
    return IocError(Code.BAD_SCENE, "; ".join(f"{one['at']}: {one['what']}" for one in problems), problems=problems)


def faults(scene: Scene, kinds: Mapping[str, ShownTile], named: Container[str] = SCENES) -> Iterator[Fault]:
    """`named` are the scenes that the catalogue has a title of."""
    if len(scene.name) > LONGEST or not NAME.fullmatch(scene.name):
        yield Fault("name", f"{scene.name!r}: small letters, digits and hyphens, at most {LONGEST}")
    if scene.title is None and scene.name not in named:
        yield Fault("title", f"{scene.name!r} is a scene of your own: say its title in vi and en")
    if scene.title is not None and not (scene.title.vi.strip() and scene.title.en.strip()):
        yield Fault("title", "vi and en must both be said")
    yield from _tiles("widgets", scene.widgets, kinds)
    before: list[When] = []
    for number, variant in enumerate(scene.variants):
        at = f"variants[{number}]"
        if variant.when == When():
            yield Fault(f"{at}.when", 'says nothing; allowed: "crisis": true or false, "room": "small"')
        if variant.when in before:
            yield Fault(f"{at}.when", "is that of a variant above")
        before.append(variant.when)
        yield from _tiles(f"{at}.widgets", variant.widgets, kinds)


def _tiles(at: str, tiles: tuple[Tile, ...], kinds: Mapping[str, ShownTile]) -> Iterator[Fault]:
    if not 1 <= len(tiles) <= MOST_TILES:
        yield Fault(at, f"{len(tiles)} widgets; 1 to {MOST_TILES}")
    taken: dict[tuple[int, int], str] = {}
    seen: set[str] = set()
    for number, tile in enumerate(tiles):
        here = f"{at}[{number}]"
        if not 1 <= len(tile.id) <= LONGEST or tile.id in seen:
            yield Fault(f"{here}.id", f"{tile.id!r}: 1 to {LONGEST} characters, each once in a list")
        seen.add(tile.id)
        yield from _options(here, tile, kinds)
        yield from _place(here, tile, taken)


def _options(at: str, tile: Tile, kinds: Mapping[str, ShownTile]) -> Iterator[Fault]:
    widget = kinds.get(tile.kind)
    if widget is None:
        yield Fault(f"{at}.kind", f"no widget {tile.kind!r}; there are {', '.join(sorted(kinds))}")
        return
    try:
        msgspec.convert(tile.options, widget.Options)
    except msgspec.ValidationError as error:
        what, _, inner = str(error).partition(" - at `$")
        yield Fault(f"{at}.options{inner.rstrip('`')}", what)


def _place(at: str, tile: Tile, taken: dict[tuple[int, int], str]) -> Iterator[Fault]:
    """What lies outside takes no cells, so that it is told once."""
    if not fits(tile.place):
        where = ", ".join(f"{name} {value}" for name, value in msgspec.structs.asdict(tile.place).items())
        yield Fault(f"{at}.place", f"{where} lies outside the grid of {GRID[0]} columns by {GRID[1]} rows")
        return
    cells = [(x, y) for x in _span(tile.place.x, tile.place.w) for y in _span(tile.place.y, tile.place.h)]
    others = sorted({taken[cell] for cell in cells if cell in taken})
    if others:
        yield Fault(f"{at}.place", f"{tile.id!r} lies over {', '.join(map(repr, others))}")
    taken.update(dict.fromkeys(cells, tile.id))


def _span(begin: int, length: int) -> range:
    return range(begin, begin + length)


def fits(place: GridArea) -> bool:
    inside = place.x + place.w <= GRID[0] and place.y + place.h <= GRID[1]
    return inside and min(place.x, place.y) >= 0 and min(place.w, place.h) >= 1
