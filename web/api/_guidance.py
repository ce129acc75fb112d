"""What helps with an alert: the steps of its rule's guide."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from alerts.actions.guiding import ticks
from alerts.model import Alert
from web.boundary.answers import Instant
from web.boundary.call import Call


class GuideStepItem(Struct, frozen=True):
    """`step` counts from 1; `done_by` is who ticked it."""

    step: int
    text: str
    done_at: Instant | None
    done_by: str | None


def guide(
    call: Call, alert: Alert, rule: Mapping[str, Any], history: Iterable[Mapping[Any, Any]]
) -> list[GuideStepItem]:
    done = ticks(history)
    zone = alert.org if alert.org in call.orgs else None
    return [
        GuideStepItem(n, text, call.at(tick.at, zone) if tick else None, tick.actor if tick else None)
        for n, text in enumerate(rule.get("guide", ()), start=1)
        for tick in [done.get(text)]
    ]
