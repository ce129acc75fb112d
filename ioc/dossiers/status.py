"""The ten status codes of the national portal and what each does to the clock."""

from enum import IntEnum


class Status(IntEnum):
    """The sync field `TrangThai`."""

    REGISTERED = 1
    ACCEPTED = 2
    REJECTED = 3
    PROCESSING = 4
    SUPPLEMENT_REQUESTED = 5
    PAYMENT_REQUIRED = 6
    WITHDRAWN = 7
    STOPPED = 8
    DONE = 9
    RETURNED = 10


OPEN = frozenset(
    {
        Status.REGISTERED,
        Status.ACCEPTED,
        Status.PROCESSING,
        Status.SUPPLEMENT_REQUESTED,
        Status.PAYMENT_REQUIRED,
    }
)
CLOSED = frozenset(Status) - OPEN
ANSWERED = frozenset(Status) - {Status.REGISTERED}
# seen in any of these, it has been taken in; a refusal alone takes nothing in
TAKEN_IN = frozenset(Status) - {Status.REGISTERED, Status.REJECTED, Status.WITHDRAWN}
