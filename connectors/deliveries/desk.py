"""A turn of a connector that fetches dossiers: collect, check all, publish what changed, say up to when it is known."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import msgspec

from connectors.deliveries import post
from connectors.deliveries.contract import Errand, Offer, Pull
from connectors.deliveries.kept import DeliveryOutcome, SyncState
from connectors.deliveries.options import Delivered
from connectors.runner import wording
from ioc.config.settings import Connector
from ioc.core.clock import Clock
from ioc.core.errors import Code, IocError, UsageError
from ioc.core.model import SourceKey
from ioc.domain.dossiers.importing.check import CheckedDelivery, check
from ioc.domain.dossiers.importing.rows import Decode, RowReader
from ioc.domain.inventory import Inventory

log = logging.getLogger(__name__)

_SHOWN = 20
KEPT = "connectors"  # the folder in data_dir
LIMIT_S = 120.0  # how long one request or query may take where nothing is configured


class Stopped(Exception):
    """The role ends: what was sent is kept, the rest is sent at the next turn."""


class OfferPart(NamedTuple):
    """The part of one offer that has come in."""

    rows: int
    changed: int
    bad: int
    vanished: int


@dataclass(frozen=True, slots=True)
class Importer:
    """`publish` returns once the broker has the message, IocError where it has not; `inventory` is as of an instant."""

    root: Path
    inventory: Callable[[int], Inventory]
    decode: Decode
    publish: Callable[[str, bytes], None]
    clock: Clock
    stop: threading.Event = field(default_factory=threading.Event)

    def kept(self, name: str) -> SyncState:
        return SyncState(self.root / KEPT / f"{name}.sqlite")

    def visit(self, connector: Connector, pull: Pull) -> list[DeliveryOutcome]:
        """Everything that is there now; what went wrong is an outcome, published and kept like the others.

        A file is moved away only after the broker has all that follows from it: a kill repeats, it never loses.
        """
        outcomes: list[DeliveryOutcome] = []
        with closing(self.kept(connector.name)) as kept:
            try:
                outcomes.extend(self._taken(connector, pull, kept))
            except Stopped:
                log.info("connector %s: stopped in the middle of a delivery; it is taken up again", connector.name)
            except (OSError, EOFError, IocError) as error:
                outcomes.append(self._failed(connector, kept, wording.why(error)))
            except Exception as error:
                log.exception("connector %s: its turn failed", connector.name)
                outcomes.append(self._failed(connector, kept, f"fetch failed: {type(error).__name__}"))
        return outcomes

    def _failed(self, connector: Connector, kept: SyncState, why: str) -> DeliveryOutcome:
        outcome = DeliveryOutcome(self.clock.now_ms(), connector.name, None, False, error=why)
        kept.note(outcome)
        with suppress(IocError):  # the broker may be what is away
            self._tell(connector, outcome)
        return outcome

    def _taken(self, connector: Connector, pull: Pull, kept: SyncState) -> Iterator[DeliveryOutcome]:
        key, now = SourceKey.parse(connector.publish), self.clock.now_ms()
        inventory = self.inventory(now)
        if key.org not in inventory.orgs:
            raise IocError(Code.UNKNOWN_ORG, f"org {key.org} is unknown: import it first", org=key.org)
        limit_s = LIMIT_S if connector.timeout_s is None else connector.timeout_s
        errand = Errand(kept, now, inventory.tz(key), limit_s, self.stop)
        with closing(pull.collect(connector.options, errand)) as offers:
            for offer in offers:
                try:
                    outcome = self._take(connector, kept, offer, inventory)
                    self._tell(connector, outcome)
                    kept.note(outcome)
                    offer.settle(outcome.error)
                except Exception as error:
                    offers.throw(error)  # it knows what its library means by that
                    raise
                yield outcome

    def _take(self, connector: Connector, kept: SyncState, offer: Offer, inventory: Inventory) -> DeliveryOutcome:
        key = SourceKey.parse(connector.publish)
        begun = DeliveryOutcome(self.clock.now_ms(), offer.origin, offer.as_of, offer.full)
        try:
            _in_order(kept, offer)
            table = offer.read()
            reader = RowReader(inventory, key, connector.options.column_map(), self.decode, offer.as_of)
            with check(reader, table.lines, lambda _step, _rows: self._go_on()) as checked:
                _believe(connector.options, kept, offer, checked)
                part = self._send(connector, kept, offer, checked)
        except UsageError as error:
            return begun._replace(error=error.message)
        if (mark := offer.mark()) is not None:
            kept.move_mark(mark)
        return begun._replace(**part._asdict())

    def _send(self, connector: Connector, kept: SyncState, offer: Offer, checked: CheckedDelivery) -> OfferPart:
        """After each message its rows are kept: what the broker has is not sent again."""
        changed = 0
        for chunk in checked.chunks():
            for letter in post.letters(kept, chunk, offer.as_of):
                self._go_on()
                self.publish(f"ioc/v1/{connector.publish}/event", letter.payload)
                kept.sent(letter.rows)
                changed += len(letter.rows)
        missing = kept.vanish(checked.lines.keys(), offer.as_of) if offer.full else []
        if missing:
            shown = ", ".join(missing[:_SHOWN])
            log.warning("%s: %d open dossier(s) no longer delivered: %s", connector.name, len(missing), shown)
        for problem in checked.problems.first[:_SHOWN]:
            log.warning("%s: %s: left out: %s", connector.name, offer.origin, problem)
        return OfferPart(checked.rows, changed, checked.bad, len(missing))

    def _tell(self, connector: Connector, outcome: DeliveryOutcome) -> None:
        """Up to when the records are known, once all of them are with the broker; or that they did not come."""
        said: dict[str, int | str | None]
        if outcome.error is None:
            log.info("%s: %s: %d rows, %d changed", connector.name, outcome.origin, outcome.rows, outcome.changed)
            said = {"as_of": outcome.as_of, "complete": True, **_figures(outcome), "error": None}
        else:
            log.warning("%s: %s", connector.name, outcome.error)
            said = {"delivered": False, "error": " ".join(outcome.error.split())[: wording.LONGEST]}
        state = {"ts": self.clock.now_ms(), **said}
        self.publish(f"ioc/v1/{connector.publish}/state", msgspec.json.encode(state))

    def _go_on(self) -> None:
        if self.stop.is_set():
            raise Stopped


def _figures(outcome: DeliveryOutcome) -> dict[str, int | bool]:
    counts = {"rows": outcome.rows, "changed": outcome.changed, "bad_rows": outcome.bad, "vanished": outcome.vanished}
    return {"delivered": True, **counts}


def _in_order(kept: SyncState, offer: Offer) -> None:
    last = kept.last_taken()
    if last is not None and last.as_of is not None and offer.as_of < last.as_of:
        raise UsageError(Code.OLDER_DELIVERY, f"{offer.origin}: older than {last.origin}, which was taken before")


def _believe(options: Delivered, kept: SyncState, offer: Offer, checked: CheckedDelivery) -> None:
    """UsageError where it is cut off, or too much of it is bad."""
    expected = offer.expected()
    if expected is not None and expected != checked.rows:
        message = f"{offer.origin}: it says {expected} rows and holds {checked.rows}: it was cut off"
        raise UsageError(Code.DELIVERY_CUT, message)
    if checked.bad * 100 > checked.rows * options.bad_rows_pct:
        checked.refuse_bad(offer.origin)
    if not offer.full:
        return
    checked.refuse_empty(offer.origin)
    last = kept.last_taken(whole=True)
    if last is not None and checked.rows * 100 < last.rows * options.at_least_pct:
        message = (
            f"{offer.origin}: {checked.rows} rows where the last delivery had {last.rows}: taken for cut off; "
            f"allowed is {options.at_least_pct:g} % (at_least_pct)"
        )
        raise UsageError(Code.DELIVERY_CUT, message)
