"""Rule kind `dossier_reconciliation`: a source's own totals do not add up, or are not what its dossiers add up to."""

from collections.abc import Iterator

from msgspec import Struct

from alerts.model import Condition, Finding, View
from alerts.rules._watched import undecided, watched
from ioc.config.alerting import Rule
from ioc.config.fields import Positive
from ioc.core.model import Severity
from ioc.domain.dossiers.counting.watermarks import imported
from ioc.domain.dossiers.reporting import reconciliation
from ioc.domain.dossiers.reporting.reconciliation import ComparedFigure
from ioc.domain.dossiers.reporting.source_totals import SourceTotals, reported
from ioc.domain.inventory import Source
from ioc.live.dossier_sources import backfilling, watermarks

kind = "dossier_reconciliation"
default_hold_s = 600.0  # dossiers may come in behind the totals they make up
every_s = 60.0
duty = True
HOUR_MS = 3_600_000


class Options(Struct, frozen=True, kw_only=True):
    """SourceTotals told more than `within_h` ago are not held against what has come in since."""

    within_h: Positive = 48


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    options: Options = rule.options
    incomplete = backfilling(view.world, view.now)
    for source in watched(view, rule, "dossier"):
        totals = reported(view.world.of(source.key).metrics)
        if totals is None:
            continue
        if source.id in incomplete or view.now - totals.reported_at > options.within_h * HOUR_MS:
            yield undecided(rule, source, Condition.UNKNOWN)
            continue
        checked = lines(view, source, totals)
        if wrong := [line for line in checked if not line.ok]:
            yield _finding(rule, source, totals, wrong, len(checked))


def lines(view: View, source: Source, totals: SourceTotals) -> list[ComparedFigure]:
    with view.db.read() as conn:
        until = watermarks(view.world, imported(conn), view.now)[source.id]
        counts = reconciliation.counted(conn, source.id, totals, until, view.now)
    return reconciliation.compare(totals, counts)


def _finding(rule: Rule, source: Source, totals: SourceTotals, wrong: list[ComparedFigure], checked: int) -> Finding:
    first = wrong[0]
    params = {
        "source": source.name,
        "line": {"key": f"reconcile.{first.check}.{first.name}"},
        "said": _plain(first.reported),
        "found": "–" if first.expected is None else _plain(first.expected),
        "of": f" ({first.of.numerator}/{first.of.denominator})" if first.of else "",
        "n": len(wrong),
        "lines": checked,
    }
    return Finding(
        rule.id,
        source.key,
        Condition.BAD,
        Severity(rule.severity),
        "alert.dossier_reconciliation",
        params,
        totals.reported_at,
        simulated=source.simulated,
    )


def _plain(number: float) -> str:
    return f"{number:.10g}"
