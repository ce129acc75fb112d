"""The scenes of the wall: reading them, saving one as a whole, its versions, and the way back to one."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct
from sqlalchemy.engine import Connection

from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.platform.documents import DocumentVersion
from web.boundary.answers import Instant, Page
from web.boundary.call import Call
from web.boundary.ports import Announces, Reads, Writes
from web.boundary.route import V1, Route
from web.scenes import Scene, Tile, Title, Variant, check, kept
from web.scenes.kept import KeptScene
from web.subject import Widget


class WallWidgets(Protocol):
    """The widgets there are."""

    @property
    def widgets(self) -> Mapping[str, Widget]: ...


class SceneBody(Struct, frozen=True, forbid_unknown_fields=True):
    """All of a scene; `note` says why, for those who read its history."""

    name: str
    widgets: list[Tile]
    variants: list[Variant] = []
    title: Title | None = None
    note: str | None = None


class SceneTitle(Struct, frozen=True, omit_defaults=True):
    """The key of a text, or the words themselves."""

    key: str | None = None
    vi: str | None = None
    en: str | None = None


class SceneItem(Struct, frozen=True, kw_only=True):
    """Which widget stands where. `version` 0 is the scene as it came; what is `original` can return to that."""

    name: str
    title: SceneTitle
    widgets: tuple[Tile, ...]
    variants: tuple[Variant, ...]
    version: int
    saved_at: Instant | None
    author: str | None
    original: bool


class SceneVersion(Struct, frozen=True, kw_only=True):
    """`widgets` is 0 where this version took the scene away."""

    version: int
    saved_at: Instant
    author: str
    note: str | None
    widgets: int


class RestoreBody(Struct, frozen=True, forbid_unknown_fields=True):
    version: int


def scenes(call: Call, site: WallWidgets, records: Reads) -> Page[SceneItem]:
    found = records.read(lambda conn: kept.every(conn, site.widgets.values()))
    return call.part.of(list(found.values()), lambda one: _shown(call, one))


def scene(call: Call, site: WallWidgets, records: Reads) -> SceneItem:
    return _shown(call, records.read(lambda conn: kept.one(conn, site.widgets.values(), call.path["name"])))


def put(call: Call, body: SceneBody, site: WallWidgets, records: Writes, workers: Announces) -> SceneItem:
    _check_own(call)
    wanted = Scene(body.name, tuple(body.widgets), tuple(body.variants), body.title)
    return _save(call, wanted, body.note, site, records, workers)


def restore(call: Call, body: RestoreBody, site: WallWidgets, records: Writes, workers: Announces) -> SceneItem:
    _check_own(call)
    then = records.read(lambda conn: kept.version(conn, call.path["name"], body.version))
    return _save(call, then, f"version {body.version}", site, records, workers)


def remove(call: Call, site: WallWidgets, records: Writes, workers: Announces) -> None:
    """One of ours is as it came again."""
    _check_own(call)
    name, widgets = call.path["name"], site.widgets.values()
    records.write(lambda conn: kept.remove(conn, widgets, name, at=call.now, author=call.actor))
    workers.announce("scenes")


def versions(call: Call, site: WallWidgets, records: Reads) -> Page[SceneVersion]:
    found = records.read(lambda conn: kept.history(conn, site.widgets.values(), call.path["name"]))
    return call.part.of(found, lambda one: _version(call, one))


def _save(
    call: Call, wanted: Scene, note: str | None, site: WallWidgets, records: Writes, workers: Announces
) -> SceneItem:
    """Checked against the widgets of today, also where it was saved with those of another day."""
    check.check(wanted, site.widgets, kept.originals(site.widgets.values()))

    def write(conn: Connection) -> KeptScene:
        kept.save(conn, wanted, at=call.now, author=call.actor, note=note)
        return kept.one(conn, site.widgets.values(), wanted.name)

    saved = records.write(write)
    workers.announce("scenes")
    return _shown(call, saved)


def _check_own(call: Call) -> None:
    """Scenes are those of the whole installation."""
    if not call.sees_all:
        raise IocError(Code.BEYOND_SCOPE, "scenes are those of the whole tree")


def _shown(call: Call, one: KeptScene) -> SceneItem:
    scene, saved = one.scene, one.saved
    said = scene.title
    return SceneItem(
        name=scene.name,
        title=SceneTitle(key=f"ui.scene.{scene.name}") if said is None else SceneTitle(vi=said.vi, en=said.en),
        widgets=scene.widgets,
        variants=scene.variants,
        version=0 if saved is None else saved.version,
        saved_at=None if saved is None else call.at(saved.saved_at, None),
        author=None if saved is None else saved.author,
        original=one.original,
    )


def _version(call: Call, one: DocumentVersion) -> SceneVersion:
    tiles = 0 if one.body is None else len(one.body["widgets"])
    at = call.at(one.saved_at, None)
    return SceneVersion(version=one.version, saved_at=at, author=one.author, note=one.note, widgets=tiles)


_SCENES = f"{V1}/scenes"
_ONE = f"{_SCENES}/<name>"
_FAULTS = (Code.BAD_SCENE, Code.BEYOND_SCOPE)
_GONE = (Code.UNKNOWN_SCENE, Code.SCENE_UNCHANGED, Code.BEYOND_SCOPE)
ROUTES = (
    Route("GET", _SCENES, Role.WALL, scenes, "The wall layouts"),
    Route("POST", _SCENES, Role.ADMIN, put, "Create or replace a wall layout by its name", _FAULTS, status=201),
    Route("GET", _ONE, Role.WALL, scene, "One wall layout", (Code.UNKNOWN_SCENE,)),
    Route("DELETE", _ONE, Role.ADMIN, remove, "Take away what was saved of a wall layout", _GONE, status=204),
    Route("GET", f"{_ONE}/versions", Role.LEADER, versions, "Every saved version of a layout", (Code.UNKNOWN_SCENE,)),
    Route(
        "POST", f"{_ONE}/restore", Role.ADMIN, restore, "Save an earlier version of a layout again",
        (Code.UNKNOWN_VERSION, *_FAULTS),
    ),
)  # fmt: skip
