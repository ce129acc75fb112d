"""Whether the scenes that a display is told to show exist."""

from collections.abc import Mapping
from typing import Protocol

from ioc.core.errors import Code, IocError
from ioc.domain.displays.model import DisplaySettings
from web.boundary.ports import Reads
from web.scenes import kept
from web.subject import Widget


class Scenes(Reads, Protocol):
    """The widgets there are, which may bring scenes, and the scenes that people saved."""

    @property
    def widgets(self) -> Mapping[str, Widget]: ...


def check_scenes(scenes: Scenes, settings: DisplaySettings) -> None:
    """IocError `unknown_scene` names the first that is not there."""
    there = scenes.read(lambda conn: kept.every(conn, scenes.widgets.values()))
    for name in filter(None, (settings.scene, *settings.scenes)):
        if name not in there:
            raise IocError(Code.UNKNOWN_SCENE, f"no scene {name!r}", name=name)
