"""The scenes of an installation: ours and its plug-ins', each replaced by what people saved under its name."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy.engine import Connection

from ioc.core.errors import Code, IocError
from ioc.platform import documents
from ioc.platform.documents import DocumentVersion
from web.scenes.builtin import SCENES
from web.scenes.check import read
from web.scenes.layout import Scene

log = logging.getLogger(__name__)

SORT = "scene"


class KeptScene(NamedTuple):
    """`saved` is None where nobody changed it; `original` where it came with the build or a plug-in."""

    scene: Scene
    saved: DocumentVersion | None
    original: bool


def originals(widgets: Iterable[object]) -> Mapping[str, Scene]:
    """Ours, with those that widgets bring."""
    brought: Iterator[Scene] = (scene for widget in widgets for scene in getattr(widget, "SCENES", ()))
    return {**SCENES, **{scene.name: scene for scene in brought}}


def every(conn: Connection, widgets: Iterable[object]) -> dict[str, KeptScene]:
    """Originals in their order, then those of people by name; one that this build cannot read is left out, and said."""
    ours = originals(widgets)
    found = {name: KeptScene(scene, None, original=True) for name, scene in ours.items()}
    for name, version in documents.latest(conn, SORT).items():
        scene = _scene(version)
        if scene is not None:
            found[name] = KeptScene(scene, version, original=name in ours)
    return found


def one(conn: Connection, widgets: Iterable[object], name: str) -> KeptScene:
    """IocError `unknown_scene`."""
    found = every(conn, widgets).get(name)
    if found is None:
        raise IocError(Code.UNKNOWN_SCENE, f"no scene {name!r}", name=name)
    return found


def history(conn: Connection, widgets: Iterable[object], name: str) -> list[DocumentVersion]:
    """Every version that was saved, the newest first; IocError `unknown_scene` where there never was such a scene."""
    versions = documents.versions(conn, SORT, name)
    if not versions:
        one(conn, widgets, name)
    return versions


def version(conn: Connection, name: str, number: int) -> Scene:
    """As it was saved; IocError `unknown_version`, also for a version that took it away."""
    return read(documents.version(conn, SORT, name, number))


def save(conn: Connection, scene: Scene, *, at: int, author: str, note: str | None = None) -> None:
    body = msgspec.to_builtins(scene)
    documents.save(conn, SORT, scene.name, body, at=at, author=author, note=note)


def remove(conn: Connection, widgets: Iterable[object], name: str, *, at: int, author: str) -> None:
    """One of ours is as it came again, any other is gone; IocError `unknown_scene` where nothing was saved."""
    if one(conn, widgets, name).saved is None:
        raise IocError(Code.SCENE_UNCHANGED, f"scene {name!r} is as it came", name=name)
    documents.save(conn, SORT, name, None, at=at, author=author, note=None)


def _scene(version: DocumentVersion) -> Scene | None:
    try:
        return read(version.body)
    except IocError as error:
        log.warning("scene %s, version %d, is not shown: %s", version.name, version.version, error)
        return None
