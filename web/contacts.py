"""Whom to call about an alert: who mends it, who has the device, who answers for it, who is on duty."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct

from alerts.model import Alert
from alerts.people.directory import Directory
from ioc.config.book import Book
from ioc.core.model import SourceKey
from ioc.domain.inventory import Inventory, OrgTree, Source


class AlertContact(Struct, frozen=True, kw_only=True):
    """`of`: named by the rule, by the source, or the head of its org; `contract` is what a hotline asks for."""

    of: Literal["rule", "source", "org"]
    name: str
    phone: str | None
    email: str | None = None
    contract: str | None = None


class PersonOnDuty(Struct, frozen=True, kw_only=True):
    """Somebody on duty, by which rota, and until when (epoch ms) where that is in sight."""

    name: str
    rota: str
    phone: str | None
    until: int | None


def contacts(inventory: Inventory, alert: Alert, rule: Mapping[str, Any]) -> list[AlertContact]:
    """Those of the rule first: who mends it; then who has the device; then who answers for it."""
    subject = alert.subject
    source = inventory.sources.get(subject) if isinstance(subject, SourceKey) else None
    named = [AlertContact(of="rule", **contact) for contact in rule.get("contacts", ())]
    return [*named, *_of_source(source), *_of_org(inventory.orgs, alert.org)]


def on_duty(book: Book, org: str, now: int, inventory: Inventory) -> list[PersonOnDuty]:
    """Those of the rotas of the org or of what is above it, each person once."""
    directory = Directory(book)
    above = {unit.code for unit in inventory.orgs.path(org)}
    found: dict[str, PersonOnDuty] = {}
    for name, rota in directory.rotas.items():
        if rota.org is None or rota.org in above:
            answer = directory.on(name, now, inventory)
            for each in directory.persons(answer.who, now, inventory):
                person = each.person
                phone = person.phone[0] if person.phone else None
                duty = PersonOnDuty(name=person.title or person.name, rota=name, phone=phone, until=answer.until)
                found.setdefault(person.name, duty)
    return list(found.values())


def _of_source(source: Source | None) -> Iterator[AlertContact]:
    """A line of the inventory that may hold a number among its words."""
    if source is not None and source.contact:
        number = _NUMBER.search(source.contact)
        rest = source.contact if number is None else source.contact.replace(number.group(), "")
        name = rest.strip(" ,;:–-()") or source.owner or source.name
        yield AlertContact(of="source", name=name, phone=number.group() if number else None)


def _of_org(orgs: OrgTree, code: str) -> Iterator[AlertContact]:
    """The head of the nearest living org that has one."""
    for org in reversed(orgs.path(code)):
        if not orgs.closed(org.code) and (org.head_name or org.head_phone or org.head_email):
            yield AlertContact(
                of="org", name=org.head_name or org.name, phone=org.head_phone or None, email=org.head_email or None
            )
            return


_NUMBER = re.compile(r"\+?\d[\d .()-]{6,}\d")
