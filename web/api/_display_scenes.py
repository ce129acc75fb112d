"""Whether the scenes that a display is told to show exist."""

from collections.abc import Mapping
from typing import Protocol

from ioc.core.errors import Code, IocError
from ioc.domain.displays.model import DisplaySettings
from web.scenes import known
from web.subject import Widget


class Scenes(Protocol):
    """The widgets there are, which may bring scenes."""

    @property
    def widgets(self) -> Mapping[str, Widget]: ...


def check_scenes(scenes: Scenes, settings: DisplaySettings) -> None:
    """IocError `unknown_scene` names the first that is not there."""
    there = known(scenes.widgets.values())
    for name in filter(None, (settings.scene, *settings.scenes)):
        if name not in there:
            raise IocError(Code.UNKNOWN_SCENE, f"no scene {name!r}", name=name)
