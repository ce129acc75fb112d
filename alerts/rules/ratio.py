"""Rule kind `ratio`: the share of one metric in another, or of sources in a state, beyond a limit."""

from collections.abc import Iterable, Iterator, Sequence

from alerts.model import Condition, Finding, Subject, View
from alerts.past import Replayer
from alerts.rules import _ratio_past
from alerts.rules._n_of import as_quotient, as_share
from alerts.rules._ratio_options import Options, RatioSelector
from alerts.rules._watched import fresh, named, watched
from ioc.config.alerting import Rule
from ioc.core.model import Severity, SourceKey
from ioc.core.share import percent
from ioc.domain.inventory import Org, OrgTree, Source
from ioc.live.world import UNCOUNTED

kind = "ratio"
default_hold_s = 60.0
every_s = 2.0
CATCH_UP_MS = 120_000  # after we were away ourselves, sources are given so long to be heard


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    options: Options = rule.options
    sources = watched(view, rule, options.on.kind, options.on.source)
    for subject, members in _groups(view.world.inventory.orgs, rule, list(sources)):
        yield from _judged(view, rule, subject, members)


def _groups(orgs: OrgTree, rule: Rule, sources: Sequence[Source]) -> Iterator[tuple[Subject, Sequence[Source]]]:
    """What each alert is about, and the sources that make its figure."""
    options: Options = rule.options
    if options.on.metric is not None and options.each is None:
        yield from ((source.key, [source]) for source in sources)
        return
    for org in _orgs(orgs, rule, options.each):
        scope = orgs.scope(org.code)
        yield org.code, [source for source in sources if source.key.org in scope]


def _orgs(orgs: OrgTree, rule: Rule, each: str | None) -> Iterable[Org]:
    if each is not None:
        scope = orgs.reach(rule.org)
        return [org for org in orgs.living() if org.kind == each and org.code in scope]
    if rule.org is None:
        return orgs.roots()
    return filter(None, [orgs.by_code.get(orgs.heir(rule.org))]) if rule.org in orgs else ()


replay = Replayer(
    lambda view, rule: watched(view, rule, rule.options.on.kind, rule.options.on.source),
    _ratio_past.wants,
    lambda past, rule, sources: _ratio_past.replayed(past, rule, _groups(past.inventory.orgs, rule, sources)),
    _ratio_past.refusal,
)


def _judged(view: View, rule: Rule, subject: Subject, sources: Sequence[Source]) -> Iterator[Finding]:
    options: Options = rule.options
    severity = Severity(rule.severity)
    found = _in_states(view, sources, options.on) if options.on.states else _of_metrics(view, sources, options.on)
    if found is None:
        yield Finding(rule.id, subject, Condition.CLOSED, severity)
        return
    n, of = found
    if of < options.at_least or not of or (options.on.states and view.listening_since is None):
        yield Finding(rule.id, subject, Condition.UNKNOWN, severity)
        return
    figure = percent(n, of) if options.percent else n / of
    condition = options.of_number(figure or 0.0)
    if condition is not None:
        yield _finding(view, rule, subject, condition, (n, of, figure or 0.0), all(one.simulated for one in sources))


def _in_states(view: View, sources: Iterable[Source], on: RatioSelector) -> tuple[float, float] | None:
    """How many are in the states, of those that stand in the denominator; None outside the hours of all."""
    health = [view.world.health(source, view.now) for source in sources]
    counted = [one for one in health if one not in UNCOUNTED]
    return (sum(one in on.states for one in counted), len(counted)) if counted else None


def _of_metrics(view: View, sources: Iterable[Source], on: RatioSelector) -> tuple[float, float] | None:
    """Both figures added up over the sources that tell both now."""
    opened = [(source, at) for source in sources if (at := view.world.opened_at(source, view.now)) is not None]
    pairs = [pair for source, at in opened if (pair := _pair(view, source, at, on)) is not None]
    return (sum(n for n, _ in pairs), sum(of for _, of in pairs)) if opened else None


def _pair(view: View, source: Source, opened: int, on: RatioSelector) -> tuple[float, float] | None:
    metrics = view.world.of(source.key).metrics
    readings = [metrics[name] for name in (on.metric, on.of) if name in metrics]
    if len(readings) < 2 or not all(fresh(view, source, at, opened) for at, _ in readings):
        return None
    return float(readings[0][1]), float(readings[1][1])


def _finding(
    view: View,
    rule: Rule,
    subject: Subject,
    condition: Condition,
    figures: tuple[float, float, float],
    simulated: bool,
) -> Finding:
    options: Options = rule.options
    n, of, figure = figures
    side, limit = options.beyond(figure)
    shown = as_share(figure, n, of, limit) if options.percent else as_quotient(n, of, limit)
    was = "" if condition is Condition.BAD else "was_"
    return Finding(
        rule.id,
        subject,
        condition,
        Severity(rule.severity),
        f"alert.plain.{was}{side}",
        {"metric": _name(view, options.on), "source": _source_name(view, subject), **shown},
        view.now,
        not_before=(view.listening_since or 0) + CATCH_UP_MS if options.on.states else 0,
        simulated=simulated,
    )


def _name(view: View, on: RatioSelector) -> object:
    if on.metric is not None and on.of is not None:
        parts = {"metric": named(view, on.kind, on.metric), "of": named(view, on.kind, on.of)}
        return {"key": "alert.metric_of", "params": parts}
    states: object = {"key": f"health.{on.states[0]}"}
    for state in on.states[1:]:
        states = {"key": "alert.either", "params": {"one": states, "other": {"key": f"health.{state}"}}}
    return {"key": "alert.sources_in", "params": {"kind": _kind_name(view, on.kind), "states": states}}


def _kind_name(view: View, kind_of_source: str) -> object:
    return {"key": f"kind.{kind_of_source}"} if kind_of_source in view.world.kinds else kind_of_source


def _source_name(view: View, subject: Subject) -> str:
    source = view.world.inventory.sources.get(subject) if isinstance(subject, SourceKey) else None
    return source.name if source is not None else ""
