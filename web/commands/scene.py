"""scene list; scene export; scene import: the layouts of the wall as files."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ioc.cli.common import Commands, command, group, now_ms, open_database, say, settings_of

if TYPE_CHECKING:
    from ioc.config.settings import Settings

ACTOR = "cli"


def add(commands: Commands) -> None:
    given = group(commands, "scene", "The layouts of the wall.")
    command(given, "list", "Every scene, and which were changed.", show)
    out = command(given, "export", "Print scenes as JSON, one or all.", export)
    out.add_argument("name", nargs="?", metavar="NAME", help="one scene; all when absent")
    taken = command(given, "import", "Check the scenes of a file and save them; walls show them at once.", read)
    taken.add_argument("file", type=Path, metavar="FILE", help="one scene or a list of them, as `export` prints them")
    taken.add_argument("--note", metavar="TEXT", help="why, for those who read the history")


def show(arguments: argparse.Namespace) -> None:
    from web.scenes import kept

    settings = settings_of(arguments)
    with open_database(settings).read() as conn:
        found = kept.every(conn, _widgets(settings).values())
    for name, one in found.items():
        state = "as it came" if one.saved is None else f"version {one.saved.version} by {one.saved.author}"
        say(f"{name}  {len(one.scene.widgets)} widgets  {state}")


def export(arguments: argparse.Namespace) -> None:
    import msgspec

    from web.scenes import kept

    settings = settings_of(arguments)
    widgets = _widgets(settings).values()
    with open_database(settings).read() as conn:
        name = arguments.name
        found = [kept.one(conn, widgets, name)] if name else list(kept.every(conn, widgets).values())
    scenes = [one.scene for one in found]
    say(msgspec.json.format(msgspec.json.encode(scenes[0] if name else scenes), indent=2).decode())


def read(arguments: argparse.Namespace) -> None:
    """All of the file or nothing."""
    from web.scenes import check, kept

    now, settings = now_ms(), settings_of(arguments)
    widgets = _widgets(settings)
    scenes = [check.read(body) for body in _bodies(arguments.file)]
    for scene in scenes:
        check.check(scene, widgets, kept.originals(widgets.values()))
    with open_database(settings).write() as conn:
        for scene in scenes:
            kept.save(conn, scene, at=now, author=ACTOR, note=arguments.note)
    say(f"saved: {', '.join(scene.name for scene in scenes)}")


def _bodies(file: Path) -> list[Any]:
    import msgspec

    from ioc.core import jsons
    from ioc.core.errors import Code, UsageError

    try:
        told = jsons.decode(file.read_bytes())
    except OSError as error:
        raise UsageError(Code.BAD_OPTION, f"{file}: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise UsageError(Code.BAD_OPTION, f"{file}: {error}") from None
    return told if isinstance(told, list) else [told]


def _widgets(settings: "Settings") -> Mapping[str, Any]:
    from ioc import bootstrap
    from ioc.core.registry import PluginSort

    return bootstrap.plugins_of(settings).of(PluginSort.WIDGET)
