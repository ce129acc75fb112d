"""The commands of this package, a module each; `ioc` adds them to its own."""

from connectors.commands import connector, demo, simulate

GROUPS = (demo, connector, simulate)
