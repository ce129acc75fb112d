"""The beat of the live screens: recompute what changed, tell the clients, say `beat` each second."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from msgspec import json

from ioc.core.clock import rfc3339
from ioc.core.errors import IocError
from ioc.core.model import SourceKey
from ioc.platform.beat import LATE_MS
from web import facts
from web.sight import Moment
from web.site import Site
from web.watch import Board, Shared

log = logging.getLogger(__name__)

LEAST_GAP_S = 0.25
BEAT_S = 1.0
RECHECK_S = 3.0
DATABASE = "database"


_ALERTING = ("alerts", "alert_counts", "incidents", "duties")


def _alerting(known: facts.Facts) -> dict[str, Any]:
    return {name: getattr(known, name) for name in _ALERTING}


class DeltaPump:
    """`step` never waits for anything; what reads databases is called from loops of its own."""

    def __init__(self, site: Site, board: Board, recheck: Callable[[], None]) -> None:
        self._site, self._board, self._recheck = site, board, recheck
        self._touched: set[str] = set()
        self._beat_at = 0.0
        self._recheck_at = 0.0

    def touch(self, changed: set[SourceKey]) -> None:
        """These sources have something new."""
        self._touched |= {key.kind for key in changed}

    def step(self) -> None:
        """One round: widgets that changed, then each client once."""
        now = self._site.clock.monotonic()
        beats = now - self._beat_at >= BEAT_S - LEAST_GAP_S / 2
        touched, self._touched = self._touched, set()
        self._board.mark(touched)
        if beats:
            self._board.mark_all()
        self._board.refresh(self.look())
        self._site.clients.flush(now, self._beat_text() if beats else None)
        if beats:
            self._beat_at = now

    def look(self) -> Moment:
        return Moment(self._site.world, self._site.facts.value, self._site.clock.now_ms())

    def load_facts(self) -> None:
        """A database that is away leaves the facts as they were, with their age."""
        now = self._site.clock.now_ms()
        try:
            before, kinds, world = self._site.facts.value, self._site.duty_kinds, self._site.world
            found = self._site.read(lambda conn: facts.load(conn, world, now, before, duty_kinds=kinds))
            # what was read of alerts meanwhile is newer
            newer = {} if self._site.facts.value is before else _alerting(self._site.facts.value)
            self._site.facts.value = replace(found, **newer)
        except IocError as error:
            log.warning("facts cannot be read: %s", error)
        self._touched.add("facts")

    def load_alerts(self) -> None:
        """What somebody does with an alert is on every screen at once, whatever else is still being read."""
        now = self._site.clock.now_ms()
        try:
            before, kinds, world = self._site.facts.value, self._site.duty_kinds, self._site.world
            found = self._site.read(lambda conn: facts.alerting(conn, world, now, before, kinds))
            self._site.facts.value = replace(self._site.facts.value, **found)
        except IocError as error:
            log.warning("alerts cannot be read: %s", error)
        self._touched.add("facts")

    def load_series(self) -> bool:
        """Read for every widget that reads for itself and is due; whether there was one."""
        due = [shared for shared in self._board if shared.due(self._site.clock.now_ms())]
        for shared in due:
            self._load_one(shared)
        return bool(due)

    def check_rights(self, *, at_once: bool = False) -> None:
        """Every few seconds: are those connected still allowed to be."""
        now = self._site.clock.monotonic()
        if now - self._recheck_at < RECHECK_S and not at_once:
            return
        self._recheck_at = now
        try:
            self._recheck()
        except IocError as error:
            log.warning("rights cannot be checked: %s", error)

    def _load_one(self, shared: Shared) -> None:
        look = self.look()
        try:
            shared.loaded, shared.unread = self._site.loaded(shared.subject, look), False
        except IocError as error:
            log.warning("widget %s cannot read what it shows: %s", shared.subject.widget.kind, error)
            shared.unread = True
        shared.loaded_at = look.now
        shared.dirty = True

    def _beat_text(self) -> str:
        now, zone = self._site.clock.now_ms(), self._site.zone(None)
        silent = {name: rfc3339(since, zone) for name, since in self._silent(now).items()}
        told = {"now": rfc3339(now, zone), "build": self._site.build, "scenes": self._site.facts.value.scenes}
        told |= {"silent": silent} if silent else {}
        return json.encode(["beat", told]).decode()

    def _silent(self, now: int) -> Mapping[str, int]:
        """The facts know of roles; that they are not read any more is seen by their age."""
        facts_now = self._site.facts.value
        is_old = facts_now.at is not None and now - facts_now.at > LATE_MS
        return {DATABASE: facts_now.at or 0} if is_old else facts_now.silent
