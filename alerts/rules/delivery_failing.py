"""Rule kind `delivery_failing`: messages do not reach people: a channel fails, or a critical one reached nobody."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from alerts import reach
from alerts.model import ChannelState, Condition, Finding, View
from alerts.reach import ChannelStanding, Undelivered
from ioc.config.alerting import Minutes, Rule
from ioc.config.fields import Seconds
from ioc.core.clock import local
from ioc.core.model import Severity
from ioc.domain.inventory import Org

kind = "delivery_failing"
default_hold_s = 0.0
every_s = 10.0


class Options(Struct, frozen=True, kw_only=True):
    """A channel counts once it has failed for `failing_s`; a critical message that reached nobody for `recent_min`."""

    failing_s: Seconds = 300.0
    recent_min: Minutes = 60.0


class _Trouble(NamedTuple):
    title: str
    params: Mapping[str, Any]
    since: int


def evaluate(view: View, rule: Rule) -> Iterator[Finding]:
    options: Options = rule.options
    with view.db.read() as conn:
        lost = reach.undelivered(conn, view.now - round(options.recent_min * 60_000), rule.id)
        failing = [one for one in reach.standings(conn) if _is_failing(one, view.now, options.failing_s)]
    if not lost and not failing:
        return
    for root in view.world.inventory.orgs.roots():
        title, params, since = _lost(lost) if lost else _failing(view, root, failing)
        yield Finding(rule.id, root.code, Condition.BAD, Severity(rule.severity), title, params, since)


def _is_failing(one: ChannelStanding, now: int, failing_s: float) -> bool:
    return one.state is ChannelState.FAILING and one.since is not None and now - one.since >= failing_s * 1000


def _lost(lost: Sequence[Undelivered]) -> _Trouble:
    receivers = ", ".join(sorted({one.receiver for one in lost}))
    channels = ", ".join(sorted({one.channel for one in lost}))
    params = {"n": len(lost), "receivers": receivers, "channels": channels}
    return _Trouble("alert.delivery_lost", params, min(one.ended_at for one in lost))


def _failing(view: View, root: Org, failing: Sequence[ChannelStanding]) -> _Trouble:
    since = min(one.since or view.now for one in failing)
    words = {"key": f"alert.failure.{failing[0].failure}", "params": {}}
    clock = f"{local(since, view.world.inventory.orgs.tz(root.code)):%H:%M %d/%m/%Y}"
    params = {
        "channels": ", ".join(one.channel for one in failing),
        "since": clock,
        "why": words,
        "queued": sum(one.queued for one in failing),
    }
    return _Trouble("alert.delivery_failing", params, since)
