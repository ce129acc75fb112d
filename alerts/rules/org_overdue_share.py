"""Rule kind `org_overdue_share`: of what an org has still to resolve, too large a share is overdue."""

from collections.abc import Iterator

from msgspec import Struct

from alerts.model import Condition, Finding, View
from alerts.rules._limits import RuleLimits
from alerts.rules._n_of import as_share
from alerts.rules.dossier_overdue import OverdueCount, counts
from ioc.config.alerting import Rule
from ioc.config.fields import Percentage, Positive
from ioc.core.model import Severity
from ioc.core.share import percent

kind = "org_overdue_share"
in_digest = True
default_hold_s = 600.0
every_s = 15.0


class Options(Struct, frozen=True, kw_only=True):
    """RuleLimits in per cent of the open dossiers that an org itself took in; fewer than `at_least` say nothing."""

    above: Percentage
    recover_below: Percentage | None = None
    at_least: Positive = 20

    def __post_init__(self) -> None:
        self.limits.check_recovery()

    @property
    def limits(self) -> RuleLimits:
        return RuleLimits(above=self.above, recover_below=self.recover_below)


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    scope = view.world.inventory.orgs.reach(rule.org)
    for org, count in counts(view).items():
        if org in scope and (finding := evaluate_org(view, rule, org, count)) is not None:
            yield finding


def evaluate_org(view: View, rule: Rule, org: str, count: OverdueCount) -> Finding | None:
    options: Options = rule.options
    severity = Severity(rule.severity)
    if count.open < options.at_least or count.unsettled:  # what its source has still to tell may explain it
        return Finding(rule.id, org, Condition.UNKNOWN, severity)
    pct = percent(count.total, count.open) or 0.0
    condition = options.limits.of_number(pct)
    if condition is None:
        return None
    was = "" if condition is Condition.BAD else "was_"
    shown = as_share(pct, count.total, count.open, options.above)
    params = {"metric": {"key": "alert.overdue_share", "params": {}}, **shown}
    return Finding(
        rule.id,
        org,
        condition,
        severity,
        f"alert.plain.{was}above",
        params,
        view.now,
        simulated=count.simulated,
    )
