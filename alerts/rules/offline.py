"""Rule kind `offline`: a source that left by its last will, or is silent beyond its contract."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from alerts.model import Condition, Finding, View
from alerts.past import ConditionTrack, ReplayedPast, Replayer
from alerts.rules import _silence
from alerts.rules._watched import undecided, watched
from ioc.config.alerting import Rule
from ioc.config.fields import Positive
from ioc.config.selectors import Selector
from ioc.core.clock import local
from ioc.core.model import Health, Severity
from ioc.domain.inventory import Source

kind = "offline"
default_hold_s = 120.0
every_s = 0.0
AHEAD_MS = 60_000
_TITLES = defaultdict(lambda: "alert.silent", {Health.OFFLINE: "alert.offline"})  # as every screen calls it


class SourceSelector(Selector, frozen=True, kw_only=True):
    """The sources a rule watches; every kind when absent."""

    kind: str | None = None
    source: str | None = None


class Options(Struct, frozen=True, kw_only=True):
    """`missed` intervals of silence make a source offline.

    `never_heard`: whether what was promised and never came is late too, is all this rule looks at, or is left to
    another.
    """

    on: SourceSelector = SourceSelector()
    missed: Positive = 2
    never_heard: Literal["too", "only", "no"] = "too"


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    options: Options = rule.options
    for source in _watched(view, rule):
        finding = evaluate_source(view, rule, source, options.missed)
        if finding is not None:
            yield finding


def _watched(view: View, rule: Rule) -> Iterator[Source]:
    options: Options = rule.options
    left_out = {"only": False, "no": True}.get(options.never_heard)
    for source in watched(view, rule, options.on.kind, options.on.source):
        if view.world.never_heard(source) is not left_out:
            yield source


def _replayed(past: ReplayedPast, rule: Rule, sources: Sequence[Source]) -> Iterator[ConditionTrack]:
    for source in sources:
        yield ConditionTrack(source.key, _silence.silent(past, source, rule.options.missed))


replay = Replayer(
    lambda view, rule: (source for source in _watched(view, rule) if source.interval_s), _silence.wants, _replayed
)


def evaluate_source(view: View, rule: Rule, source: Source, missed: int) -> Finding | None:
    opened = view.world.opened_at(source, view.now)
    if opened is None:
        return undecided(rule, source, Condition.CLOSED)
    live = view.world.of(source.key)
    since = view.world.offline_since(source, view.now, missed)
    left = live.online is not None and not live.online[1]
    if since is None:
        heard = max(live.heard_at or 0, live.online[0] if live.online else 0)
        # not heard since opening, or heard by a clock that was ahead: no proof that it is back
        proven = not left and opened <= heard <= view.now + AHEAD_MS
        return None if proven else undecided(rule, source, Condition.UNKNOWN)
    if not left and view.listening_since is None:
        return undecided(rule, source, Condition.UNKNOWN)
    never = view.world.never_heard(source)
    patience = missed * source.interval_s * 1000
    title = "alert.never_heard_since" if never else _TITLES[view.world.health(source, view.now)]
    return Finding(
        rule.id,
        source.key,
        Condition.BAD,
        Severity(rule.severity),
        title,
        {"source": source.name} | ({"begins": _begins(view, source)} if never else {}),
        since,
        inhibits=not never,  # nothing depends yet on what was never there
        not_before=0 if left else (view.listening_since or 0) + patience,
        simulated=source.simulated,
        restarts=left,
    )


def _begins(view: View, source: Source) -> str:
    """The day its contract begins, in the local time of its org."""
    begins = view.world.inventory.begins(source) or 0
    return f"{local(begins, view.world.inventory.tz(source.key)):%d/%m/%Y}"
