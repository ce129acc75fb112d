"""What systems say of a dossier beyond its course: paid online, digitised, electronic result, rated."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from ioc.domain.dossiers.history.status import Status

SATISFIED_FROM = 4  # of 1-5
DISLIKED_UP_TO = 2
NO_RESULT = (Status.REJECTED, Status.WITHDRAWN, Status.STOPPED)


class Trait(StrEnum):
    """Counted when a dossier is received, or, from `with_result` on, when it ends.

    `…_told`: its system said yes or no; of one that never does, nothing is known.
    """

    PAYABLE = "payable"
    PAID_ONLINE = "paid_online"
    PAYMENT_TOLD = "payment_told"
    DIGITISED = "digitised"
    DIGITISED_TOLD = "digitised_told"
    WITH_RESULT = "with_result"
    ELECTRONIC_RESULT = "electronic_result"
    RESULT_TOLD = "result_told"
    RATED = "rated"
    SATISFIED = "satisfied"
    DISLIKED = "disliked"


RECEIVED = (Trait.PAYABLE, Trait.PAID_ONLINE, Trait.PAYMENT_TOLD, Trait.DIGITISED, Trait.DIGITISED_TOLD)
ENDED = tuple(trait for trait in Trait if trait not in RECEIVED)
# the columns they are read from
SAID_AT_RECEIPT = ("payable", "online_payment", "digitised")
SAID_AT_END = ("status", "electronic_result", "satisfaction")

Row = Mapping[str, Any]


def payable(said: Row) -> bool | None:
    """Whether a fee is due, None where nothing is said of it; a payment online without a fee told implies one."""
    fee, paid = said.get("fee"), said.get("online_payment")
    return paid if fee is None else fee > 0


def when_received(row: Row) -> Iterator[Trait]:
    if row["payable"]:
        yield Trait.PAYABLE
        if row["online_payment"]:
            yield Trait.PAID_ONLINE
    if row["online_payment"] is not None:
        yield Trait.PAYMENT_TOLD
    if row["digitised"]:
        yield Trait.DIGITISED
    if row["digitised"] is not None:
        yield Trait.DIGITISED_TOLD


def when_ended(row: Row) -> Iterator[Trait]:
    """What was refused, withdrawn or stopped has no result; it can be rated all the same."""
    if row["status"] not in NO_RESULT:
        yield Trait.WITH_RESULT
        if row["electronic_result"]:
            yield Trait.ELECTRONIC_RESULT
        if row["electronic_result"] is not None:
            yield Trait.RESULT_TOLD
    if (rating := row["satisfaction"]) is not None:
        yield Trait.RATED
        if rating >= SATISFIED_FROM:
            yield Trait.SATISFIED
        elif rating <= DISLIKED_UP_TO:
            yield Trait.DISLIKED
