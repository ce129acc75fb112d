"""The commands of this package, a module each; `ioc` adds them to its own."""

from web.commands import scene

GROUPS = (scene,)
