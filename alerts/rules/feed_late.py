"""Rule kind `feed_late`: a feed that is due by the calendar has not delivered; notifies its owner, not the operator."""

from collections.abc import Iterator

from msgspec import Struct

from alerts.model import Condition, Finding, View
from alerts.rules._watched import undecided, watched
from ioc.config.alerting import Rule
from ioc.config.fields import Seconds
from ioc.core.clock import local
from ioc.core.model import Severity
from ioc.domain.feeds.contracts import last_deliveries, late
from ioc.domain.inventory import Source

kind = "feed_late"
default_hold_s = 0.0
every_s = 15.0
to_owner = True
CATCH_UP_MS = 60_000  # what waited at the broker while we were away comes in first


class Options(Struct, frozen=True, kw_only=True):
    """`grace_s`: so long after a due instant before it counts."""

    grace_s: Seconds = 0.0


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    options: Options = rule.options
    with view.db.read() as conn:
        deliveries = last_deliveries(conn)
    for source, since in late(view.world.inventory, watched(view, rule, None), deliveries, view.now):
        if view.listening_since is None:  # it may be us who hear nothing
            yield undecided(rule, source, Condition.UNKNOWN)
        elif since is not None and view.now >= since + options.grace_s * 1000:
            yield _finding(view, rule, source, since)


def _finding(view: View, rule: Rule, source: Source, since: int) -> Finding:
    due = f"{local(since, view.world.inventory.tz(source.key)):%H:%M %d/%m/%Y}"
    return Finding(
        rule.id,
        source.key,
        Condition.BAD,
        Severity(rule.severity),
        "alert.feed_late",
        {"source": source.name, "due": due},
        since,
        not_before=(view.listening_since or 0) + CATCH_UP_MS,
        simulated=source.simulated,
    )
