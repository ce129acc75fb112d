"""Rule kind `clock_suspect`: the clock of a source has been ahead or behind again and again."""

from collections.abc import Iterator

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import RowMapping

from alerts.model import Condition, Finding, View
from alerts.rules._watched import undecided, watched
from alerts.rules.offline import SourceSelector
from ioc.config.alerting import Minutes, Rule
from ioc.config.fields import Positive
from ioc.core.model import Leniency, Severity
from ioc.domain.inventory import Source
from ioc.platform.db.tables import leniency

kind = "clock_suspect"
default_hold_s = 0.0
every_s = 10.0
duty = True
_WRONG = (Leniency.CLOCK_AHEAD, Leniency.CLOCK_BEHIND)


class Options(Struct, frozen=True, kw_only=True):
    """`times` in one run, the newest within `within_min`: a single old message proves nothing."""

    on: SourceSelector = SourceSelector()
    times: Positive = 3
    within_min: Minutes = 60.0


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    options: Options = rule.options
    runs = _runs(view, options)
    for source in watched(view, rule, options.on.kind, options.on.source) if runs else ():
        run = runs.get(source.id)
        if run is None:
            continue
        if view.world.opened_at(source, view.now) is None:
            yield undecided(rule, source, Condition.CLOSED)
        elif view.world.offline_since(source, view.now) is not None:
            yield undecided(rule, source, Condition.UNKNOWN)  # what the broker kept of it is as old as it may be
        else:
            yield _finding(rule, source, run)


def _runs(view: View, options: Options) -> dict[int, RowMapping]:
    """By source the run that goes on."""
    t = leniency.c
    goes_on = t.last_at >= view.now - round(options.within_min * 60_000)
    wanted = sa.select(leniency).where(t.name.in_(_WRONG), t.run_n >= options.times, goes_on).order_by(t.last_at)
    with view.db.read() as conn:
        return {row["source_id"]: row for row in conn.execute(wanted).mappings()}


def _finding(rule: Rule, source: Source, run: RowMapping) -> Finding:
    title = "alert.clock_ahead" if run["name"] == Leniency.CLOCK_AHEAD else "alert.clock_behind"
    params = {"source": source.name, "n": run["run_n"]}
    severity = Severity(rule.severity)
    return Finding(
        rule.id, source.key, Condition.BAD, severity, title, params, run["run_since"], simulated=source.simulated
    )
