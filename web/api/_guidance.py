"""What helps with an alert: the steps of its rule's guide, and whom to call about it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct

from alerts.actions.guiding import ticks
from alerts.model import Alert
from ioc.core.model import SourceKey
from ioc.domain.inventory import Source
from web.boundary.answers import Instant
from web.boundary.call import Call


class GuideStepItem(Struct, frozen=True):
    """`step` counts from 1; `done_by` is who ticked it."""

    step: int
    text: str
    done_at: Instant | None
    done_by: str | None


class AlertContact(Struct, frozen=True, kw_only=True):
    """`of`: named by the rule, by the source, or the head of its org; `contract` is what a hotline asks for."""

    of: Literal["rule", "source", "org"]
    name: str
    phone: str | None
    email: str | None = None
    contract: str | None = None


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


def contacts(call: Call, alert: Alert, rule: Mapping[str, Any]) -> list[AlertContact]:
    """Those of the rule first: who mends it; then who has the device; then who answers for it."""
    subject = alert.subject
    source = call.inventory.sources.get(subject) if isinstance(subject, SourceKey) else None
    named = [AlertContact(of="rule", **contact) for contact in rule.get("contacts", ())]
    return [*named, *_of_source(source), *_of_org(call, alert.org)]


def _of_source(source: Source | None) -> Iterator[AlertContact]:
    """A line of the inventory that may hold a number among its words."""
    if source is not None and source.contact:
        number = _NUMBER.search(source.contact)
        rest = source.contact if number is None else source.contact.replace(number.group(), "")
        name = rest.strip(" ,;:–-()") or source.owner or source.name
        yield AlertContact(of="source", name=name, phone=number.group() if number else None)


def _of_org(call: Call, code: str) -> Iterator[AlertContact]:
    """The head of the nearest living org that has one."""
    for org in reversed(call.orgs.path(code)):
        if not call.orgs.closed(org.code) and (org.head_name or org.head_phone or org.head_email):
            yield AlertContact(
                of="org", name=org.head_name or org.name, phone=org.head_phone or None, email=org.head_email or None
            )
            return


_NUMBER = re.compile(r"\+?\d[\d .()-]{6,}\d")
