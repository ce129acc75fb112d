"""The commands of this package, a module each; `ioc` adds them to its own."""

from alerts.commands import alert, drill, person, readiness, rota, silence, watch

GROUPS = (alert, drill, person, readiness, rota, silence, watch)
CHECKS = (readiness.check,)  # of `ioc doctor`
