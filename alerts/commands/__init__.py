"""The commands of this package, a module each; `ioc` adds them to its own."""

from alerts.commands import drill, person, silence, watch

GROUPS = (drill, person, silence, watch)
