"""The rules in force: what they are, changed without a restart, and tried on the past before they are saved."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import Meta, Struct

from alerts import queries, trial
from alerts.configured import store
from alerts.configured.entry import Grounds
from alerts.duties import duty_kinds
from alerts.model import RulePlugin, View
from alerts.past import FiringSpan
from alerts.queries import Noise
from ioc.config import rule_checks
from ioc.config.alerting import ContactOptions, Rule
from ioc.config.read import refused
from ioc.config.rule_checks import KnownFigures
from ioc.context import Context
from ioc.core.errors import Code, IocError
from ioc.core.model import Role, Severity, SourceKey
from ioc.core.registry import PluginSort
from ioc.platform import observed
from ioc.platform.db import Database
from web.boundary.answers import Instant, Page
from web.boundary.call import Call
from web.boundary.ports import Announces, LivePort, Offloads, Reads, SeriesPort
from web.boundary.route import V1, Route

MOST_FIRINGS = 1_000
NOISE_DAYS = 30


class RuleNoise(Struct, frozen=True, kw_only=True):
    """How many of its alerts people called noise, of those that fired in the last `days`."""

    value: int
    of: int
    days: int
    as_of: Instant


class RuleItem(Struct, frozen=True, kw_only=True):
    """A rule in force; `options` are those of its kind. `duty`: what it finds is to be done by a date."""

    id: str
    kind: str
    severity: Severity
    hours: Literal["always", "source"]
    hold_s: float | None
    org: str | None
    org_closed: bool
    duty: bool
    guide: list[str]
    contacts: list[ContactOptions]
    noise: RuleNoise
    options: dict[str, Any] | None


class RuleBody(Struct, frozen=True):
    """The keys of a `[[rule]]`: the common ones and, beside them, those of its kind."""

    id: str
    kind: str


class TrialBody(Struct, frozen=True):
    """A rule as it would be saved, tried on the last `days`."""

    rule: dict[str, Any]
    days: Annotated[int, Meta(ge=1, le=30)] = 7


class WouldFire(Struct, frozen=True):
    """`until` null: it would be firing now."""

    org: str
    kind: str | None
    source: str | None
    since: Instant
    until: Instant | None


class TrialData(Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """What a trial went by: readings in steps of `step_s`, of so many sources of those the rule watches.

    `readings`: how many steps of all series held one. `listened_pct`: of the time we could hear; the rest proves
    nothing. What is not kept over time is not in it: last wills, topology, mutes.
    """

    from_: Instant
    to: Instant
    step_s: int
    sources: int
    of_sources: int
    readings: int
    listened_pct: float | None


class RuleTrial(Struct, frozen=True):
    """The earliest first, at most 1 000 of `total`."""

    would_fire: list[WouldFire]
    total: int
    used: TrialData


def rules(call: Call, context: Context, records: Reads) -> Page[RuleItem]:
    """The rules that can speak of something in the caller's subtree."""
    orgs, grounds = call.orgs, grounds_of(context)
    book = records.read(lambda conn: store.load(conn, grounds))
    above = {org.code for org in orgs.path(call.scope.root or "")}
    found = [rule for rule in book.rule if rule.org is None or rule.org in call.scope or orgs.heir(rule.org) in above]
    called, kinds = _noise(call, records), _duty_kinds(context)
    return call.part.of(found, lambda rule: _item(call, rule, called, kinds))


def put(call: Call, body: RuleBody, context: Context, records: Reads, db: Database, workers: Announces) -> RuleItem:
    """Create a rule or replace the one of that id; alerts whose condition still holds stay open."""
    table = msgspec.json.decode(call.raw)
    rule = checked(call, context, table)
    _check_standing(call, context, records, body.id)
    workers.offload(store.put, db, grounds_of(context), "rule", table, call.actor, call.now)
    workers.announce("configured")
    return _item(call, rule, _noise(call, records), _duty_kinds(context))


def remove(call: Call, context: Context, records: Reads, db: Database, workers: Announces) -> None:
    """Take a rule away; its open alerts are withdrawn."""
    name = call.path["name"]
    _check_standing(call, context, records, name)
    workers.offload(store.remove, db, grounds_of(context), "rule", name, call.actor, call.now)
    workers.announce("configured")


def checked(call: Call, context: Context, table: dict[str, Any]) -> Rule:
    """The rule that a person wrote; `bad_config` names every key, kind, metric and org that is wrong."""
    rule, problems = grounds_of(context).read("rule", table)
    if rule is None or not isinstance(rule, Rule):
        raise refused("rule", problems)
    settings = context.settings
    known = KnownFigures.of(context.kinds, settings.map, settings.connector)
    problems = [f"rule.{each}" for each in rule_checks.faults(rule, known)]
    if rule.org is None and not call.sees_all:
        problems.append(f"rule.org: missing; a rule of yours watches {call.home} or what is below it")
    if rule.org is not None and rule.org not in call.scope:
        problems.append(f"rule.org: {rule.org!r} is not in the tree")
    if problems:
        raise refused("rule", problems)
    return rule


def grounds_of(context: Context) -> Grounds:
    return Grounds.of(context.settings, context.plugins.of(PluginSort.RULE))


def _check_standing(call: Call, context: Context, records: Reads, name: str) -> None:
    """A rule of that id that watches more than the caller may see is as unknown as one that does not exist."""
    grounds = grounds_of(context)
    book = records.read(lambda conn: store.load(conn, grounds))
    standing = next((rule for rule in book.rule if rule.id == name), None)
    if standing is not None and not (call.sees_all or (standing.org is not None and standing.org in call.scope)):
        raise IocError(Code.UNKNOWN_ENTRY, f"there is no rule {name!r}", section="rule", name=name)


def _noise(call: Call, records: Reads) -> Mapping[str, Noise]:
    since = call.now - NOISE_DAYS * 86_400_000
    return records.read(lambda conn: queries.noise(conn, call.scope, since))


def _duty_kinds(context: Context) -> frozenset[str]:
    return duty_kinds(context.plugins.of(PluginSort.RULE))


def _item(call: Call, rule: Rule, called: Mapping[str, Noise], kinds: frozenset[str]) -> RuleItem:
    noise = called.get(rule.id, Noise(0, 0))
    plain = {name: getattr(rule, name) for name in ("id", "kind", "severity", "hours", "hold_s", "org")}
    return RuleItem(
        **plain,
        org_closed=call.orgs.closed(rule.org),
        duty=rule.kind in kinds if rule.duty is None else rule.duty,
        guide=list(rule.guide),
        contacts=list(rule.contacts),
        noise=RuleNoise(value=noise.called, of=noise.of, days=NOISE_DAYS, as_of=call.at(call.now, None)),
        options=msgspec.to_builtins(rule.options),
    )


def try_rule(
    call: Call,
    body: TrialBody,
    context: Context,
    records: Reads,
    live: LivePort,
    metrics: SeriesPort,
    db: Database,
    workers: Offloads,
) -> RuleTrial:
    """What a rule would have fired in the last days, before it is saved; nothing is written."""
    rule = checked(call, context, body.rule)
    view = View(live.world, call.now, None, db)
    plugins = cast("dict[str, RulePlugin]", context.plugins.of(PluginSort.RULE))
    planned = trial.plan(view, rule, plugins, body.days, call.scope)
    times = planned.times
    listened = records.read(lambda conn: observed.spans(conn, "ingest", times.start, times.stop))
    readings = trial.read(planned, metrics.read_series, context.clock.monotonic)
    found = workers.offload(trial.judge, planned, readings, view, listened)
    return RuleTrial(
        would_fire=[_would_fire(call, span) for span in found[:MOST_FIRINGS]],
        total=len(found),
        used=TrialData(
            from_=call.at(times.start, rule.org),
            to=call.at(times.stop, rule.org),
            step_s=times.step // 1000,
            sources=len(readings.sources),
            of_sources=len(planned.sources),
            readings=readings.steps_told,
            listened_pct=trial.listened_pct(times, listened),
        ),
    )


def _would_fire(call: Call, span: FiringSpan) -> WouldFire:
    subject = span.subject
    org, kind, source = subject if isinstance(subject, SourceKey) else (subject, None, None)
    zone = org if org in call.orgs else None
    return WouldFire(org, kind, source, call.at(span.since, zone), call.at(span.until, zone))


_RULES = f"{V1}/rules"
_REFUSED = (Code.BAD_CONFIG, Code.UNKNOWN_ENTRY)
_UNTRIED = (Code.BAD_CONFIG, Code.NOT_REPLAYABLE, Code.TRIAL_REFUSED)
ROUTES = (
    Route("GET", _RULES, Role.LEADER, rules, "The rules in force"),
    Route("POST", _RULES, Role.ADMIN, put, "Create or replace a rule", _REFUSED),
    Route("POST", f"{_RULES}/try", Role.ADMIN, try_rule, "What a rule would have fired", _UNTRIED),
    Route("DELETE", f"{_RULES}/<name>", Role.ADMIN, remove, "Take a rule away", _REFUSED, status=204),
)
