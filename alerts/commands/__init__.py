"""The commands of this package, a module each; `ioc` adds them to its own."""

from alerts.commands import alert, drill, indicator, person, readiness, rota, silence, watch

GROUPS = (alert, drill, indicator, person, readiness, rota, silence, watch)
CHECKS = (readiness.check,)  # of `ioc doctor`
