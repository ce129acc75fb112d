"""A scene of the wall as data: which widget stands where on a grid of 24 by 14, and where it stands otherwise."""

from typing import Any, Literal

from msgspec import Struct

GRID = (24, 14)


class GridArea(Struct, frozen=True, forbid_unknown_fields=True):
    """Columns from the left, rows from the top."""

    x: int
    y: int
    w: int
    h: int


class Tile(Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    kind: str
    options: dict[str, Any] = {}
    place: GridArea = GridArea(0, 0, *GRID)


class When(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All that is said must be so: an emergency, and letters so large that few tiles fit."""

    crisis: bool | None = None
    room: Literal["small"] | None = None


class Variant(Struct, frozen=True, forbid_unknown_fields=True):
    """The widgets in their places while `when` holds."""

    when: When
    widgets: tuple[Tile, ...]


class Title(Struct, frozen=True, forbid_unknown_fields=True):
    vi: str
    en: str


class Scene(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Without a title its name is a text of the catalogue, `ui.scene.NAME`."""

    name: str
    widgets: tuple[Tile, ...]
    variants: tuple[Variant, ...] = ()
    title: Title | None = None
