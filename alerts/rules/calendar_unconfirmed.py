"""Rule kind `calendar_unconfirmed`: a year is near, or here, whose days off around Tết nobody has confirmed."""

from collections.abc import Iterator
from datetime import date, time, timedelta

import msgspec
from msgspec import Struct

from alerts.model import Condition, Finding, View
from ioc.config.alerting import Rule
from ioc.config.weekly import month_day
from ioc.core.model import Severity
from ioc.domain.inventory import Org

kind = "calendar_unconfirmed"
default_hold_s = 0.0
every_s = 10.0
duty = True


class Options(Struct, frozen=True, kw_only=True):
    """`from`: the day (MM-DD) from which the year that follows is expected to be known."""

    from_: str = msgspec.field(default="11-01", name="from")

    def __post_init__(self) -> None:
        self.reminder(date.min.year)

    def reminder(self, year: int) -> date:
        month, day = month_day("from", self.from_)
        return date(year, month, 1) + timedelta(day - 1)


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    """One finding an org: that of the rule, else each root of the tree, whose rows all below it inherit."""
    orgs = view.world.inventory.orgs
    for org in orgs.roots() if rule.org is None else filter(None, [orgs.by_code.get(rule.org)]):
        finding = evaluate_org(view, rule, org)
        if finding is not None:
            yield finding


def evaluate_org(view: View, rule: Rule, org: Org) -> Finding | None:
    """The nearest year that is only computed."""
    options: Options = rule.options
    calendar = view.world.inventory.calendar(org.code)
    today = calendar.date_of(view.now)
    years = (today.year, today.year + 1) if today >= options.reminder(today.year) else (today.year,)
    year = next(filter(calendar.estimated, years), None)
    if year is None or not org.valid_on(today.isoformat()):
        return None
    since = calendar.instant(options.reminder(year - 1), time())
    severity = Severity(rule.severity)
    return Finding(rule.id, org.code, Condition.BAD, severity, "alert.calendar_unconfirmed", {"year": year}, since)
