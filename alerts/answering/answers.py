"""Answers of people, carried out under their names: who may answer what, and what became of it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.engine import Connection

from alerts.actions.act import COMMENT_LENGTH, Act, Action
from alerts.actions.performing import perform
from alerts.answering import links, target
from alerts.answering.links import Bound
from alerts.answering.offers import TAKE
from alerts.answering.target import AnswerTarget
from ioc.config.alerting import AlertOptions
from ioc.core.clock import Clock
from ioc.core.contact import is_mobile, subscriber
from ioc.domain.inventory import Scope
from ioc.platform import audit
from ioc.platform.db import Database

log = logging.getLogger(__name__)

EVERYWHERE = Scope(None, frozenset())  # who was told of an alert may answer it


class AnswerOutcome(StrEnum):
    """What became of an answer."""

    TAKEN = "taken"
    TAKEN_BEFORE = "taken_before"
    ENDED = "ended"
    NOT_UNDERSTOOD = "not_understood"
    UNKNOWN_PHONE = "unknown_phone"
    UNKNOWN_CODE = "unknown_code"
    EXPIRED = "expired"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class AnswerDesk:
    """Takes answers of any way in; each leaves a row of the audit, whatever became of it."""

    db: Database
    clock: Clock
    key: bytes
    options: AlertOptions

    def text(self, channel: str, phone: str, said: str) -> AnswerOutcome:
        """A text from a phone. Who is not known, or what has ended, changes nothing and is not answered."""
        with self.db.read() as conn:
            found = self._meant(conn, phone, said)
        way = {"way": "sms", "channel": channel, "phone": _veiled(phone)}
        if isinstance(found, AnswerOutcome):
            return self._noted(None, found, way)
        answer = target.understood(said)
        return self._take(found, way, answer.remark if answer else "")

    def link(self, token: str) -> tuple[AnswerOutcome | None, AnswerTarget | None]:
        """What a link leads to: an outcome where nothing can be done by it any more, and what it is about."""
        read = links.read(token)
        if read is None:
            return AnswerOutcome.FORGED, None
        with self.db.read() as conn:
            row = target.notification_of(conn, read.notification)
            if row is None or not links.holds(self.key, read, Bound.of(row)):
                return AnswerOutcome.FORGED, None
            about = target.target(conn, row)
        if not about.is_open:
            return AnswerOutcome.ENDED, about
        return (AnswerOutcome.EXPIRED if self.clock.now_ms() > read.until else None), about

    def by_link(self, token: str) -> tuple[AnswerOutcome, AnswerTarget | None]:
        """The button of the page behind a link."""
        outcome, about = self.link(token)
        way = {"way": "link"}
        if about is None or outcome is not None:
            return self._noted(about, outcome or AnswerOutcome.FORGED, way), about
        return self._take(about, way, ""), about

    def _meant(self, conn: Connection, phone: str, said: str) -> AnswerTarget | AnswerOutcome:
        if not is_mobile(phone) or not target.is_known(conn, phone):
            return AnswerOutcome.UNKNOWN_PHONE
        answer = target.understood(said)
        if answer is None or answer.action != TAKE:
            return AnswerOutcome.NOT_UNDERSTOOD
        return target.of_phone(conn, phone, answer.alert) or AnswerOutcome.UNKNOWN_CODE

    def _take(self, about: AnswerTarget, way: Mapping[str, str], remark: str) -> AnswerOutcome:
        if not about.is_open:
            return self._noted(about, AnswerOutcome.ENDED, way)
        now, ids = self.clock.now_ms(), about.to_take
        if ids:
            act = Act(Action.ACKNOWLEDGE, about.receiver, operates=True, now=now, comment=remark[:COMMENT_LENGTH])
            perform(self.db, EVERYWHERE, ids, act, self.options)
        return self._noted(about, AnswerOutcome.TAKEN if ids else AnswerOutcome.TAKEN_BEFORE, way)

    def _noted(self, about: AnswerTarget | None, outcome: AnswerOutcome, way: Mapping[str, str]) -> AnswerOutcome:
        actor = about.receiver if about else way["way"]
        subject, org = (str(about.alerts[0].id), about.alerts[0].org) if about and about.alerts else ("", None)
        log.info("an answer by %s of %s: %s", way["way"], actor, outcome)
        with self.db.write() as conn:
            audit.record(conn, self.clock.now_ms(), actor, "answered", subject, {**way, "outcome": outcome}, org)
        return outcome


def _veiled(phone: str) -> str:
    """As much of a number as tells two people of one office apart."""
    return f"…{subscriber(phone)[-3:]}" if is_mobile(phone) else "?"
