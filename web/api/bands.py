"""From which value on a figure is amber or red: the one table of screens, maps and rules."""

from collections.abc import Iterator

from msgspec import Struct

from ioc.config.settings import Settings
from ioc.context import Context
from ioc.core.model import Role
from ioc.messages.kinds import Metric
from ioc.messages.severity import FIGURES
from web.boundary.answers import Page
from web.boundary.call import Call
from web.boundary.route import V1, Route


class BandItem(Struct, frozen=True, kw_only=True):
    """`kind` is null for a figure made of many sources; `shipped`: the site has not set a band of its own.

    `critical_when` and `warning_when` are of a metric that is true or false.
    """

    kind: str | None
    metric: str
    unit: str
    warning_above: float | None
    critical_above: float | None
    warning_below: float | None
    critical_below: float | None
    warning_when: bool | None
    critical_when: bool | None
    shipped: bool


def bands(call: Call, context: Context, settings: Settings) -> Page[BandItem]:
    own = {(band.kind, band.metric) for band in settings.band}
    found = [item(kind, name, metric, (kind, name) not in own) for kind, name, metric in _banded(context)]
    return call.part.of(found, lambda one: one)


def _banded(context: Context) -> Iterator[tuple[str | None, str, Metric]]:
    for kind, spec in sorted(context.kinds.items()):
        yield from ((kind, name, metric) for name, metric in sorted(spec.metrics.items()) if metric.is_banded)
    yield from ((None, name, metric) for name, metric in sorted(FIGURES.items()))


def item(kind: str | None, name: str, metric: Metric, shipped: bool) -> BandItem:
    return BandItem(
        kind=kind,
        metric=name,
        unit=metric.unit,
        warning_above=metric.warning_above,
        critical_above=metric.critical_above,
        warning_below=metric.warning_below,
        critical_below=metric.critical_below,
        warning_when=metric.warning_when,
        critical_when=metric.critical_when,
        shipped=shipped,
    )


ROUTES = (Route("GET", f"{V1}/bands", Role.WALL, bands, "From which value on a figure is amber or red"),)
