"""The built-in wall layouts: which widget stands where on a grid of 24 by 14."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from msgspec import Struct

GRID = (24, 14)


class GridArea(Struct, frozen=True):
    """Columns from the left, rows from the top."""

    x: int
    y: int
    w: int
    h: int


class Tile(Struct, frozen=True):
    id: str
    kind: str
    options: dict[str, Any]
    place: GridArea


class Scene(Struct, frozen=True):
    name: str
    widgets: tuple[Tile, ...]


def _tile(id_: str, widget: str, place: tuple[int, int, int, int], /, **options: Any) -> Tile:
    return Tile(id_, widget, options, GridArea(*place))


def _kpis(*figures: str) -> list[Tile]:
    """Side by side over the whole width, the first ones a column wider where it does not divide."""
    edges = [-(-GRID[0] * n // len(figures)) for n in range(len(figures) + 1)]
    return [
        _tile(f, "kpi", (left, 0, right - left, 3), figure=f)
        for f, left, right in zip(figures, edges, edges[1:], strict=False)
    ]


_WAITING = {"kind": "queue", "metric": "waiting", "compare": "week"}
_OVERDUE = {"kind": "feed", "source": "ho-so", "metric": "open_overdue"}
_ALL = (
    Scene(
        "toan-canh",
        (
            *_kpis("vc_online", "dossiers_in_time", "queue_waiting", "services_up", "alerts_open"),
            _tile("vc", "vc_grid", (0, 3, 15, 6)),
            _tile("alerts", "alert_feed", (15, 3, 9, 6), limit=6),
            _tile("queues", "queue_board", (0, 9, 7, 5)),
            _tile("dossiers", "dossier_split", (7, 9, 6, 5)),
            _tile("waiting", "trend", (13, 9, 5, 5), **_WAITING),
            _tile("services", "service_status", (18, 9, 6, 5)),
        ),
    ),
    Scene(
        "mot-cua",
        (
            *_kpis("queue_waiting", "dossiers_overdue", "alerts_open"),
            _tile("queues", "queue_board", (0, 3, 16, 11)),
            _tile("waiting", "trend", (16, 3, 8, 5), **_WAITING),
            _tile("alerts", "alert_feed", (16, 8, 8, 6), limit=5),
        ),
    ),
    Scene(
        "hop-truc-tuyen",
        (
            *_kpis("vc_online", "meetings", "links_up"),
            _tile("vc", "vc_grid", (0, 3, 16, 11)),
            _tile("in-call", "trend", (16, 3, 8, 5), kind="vc", metric="in_call", compare="week"),
            _tile("alerts", "alert_feed", (16, 8, 8, 6), limit=5),
        ),
    ),
    Scene(
        "ho-so",
        (
            *_kpis("dossiers_in_time", "dossiers_overdue", "alerts_open"),
            _tile("split", "dossier_split", (0, 3, 9, 6)),
            _tile("agencies", "org_ranking", (9, 3, 8, 11), by="handling"),
            _tile("overdue", "org_ranking", (17, 3, 7, 5), by="handling", figure="open_overdue", first="worst"),
            _tile("index", "index766", (0, 9, 9, 5)),
            _tile("over-time", "trend", (17, 8, 7, 3), compare="week", **_OVERDUE),
            _tile("alerts", "alert_feed", (17, 11, 7, 3), limit=3),
        ),
    ),
    Scene(
        "ha-tang",
        (
            *_kpis("services_up", "links_up", "alerts_open"),
            _tile("services", "service_status", (0, 3, 14, 11)),
            _tile("freshness", "freshness", (14, 3, 10, 5)),
            _tile("alerts", "alert_feed", (14, 8, 10, 6), limit=6),
        ),
    ),
)
SCENES = MappingProxyType({scene.name: scene for scene in _ALL})


def known(widgets: Iterable[object]) -> Mapping[str, Scene]:
    """With those that widgets bring."""
    brought: Iterator[Scene] = (scene for widget in widgets for scene in getattr(widget, "SCENES", ()))
    return {**SCENES, **{scene.name: scene for scene in brought}}
