"""The ten status codes of the national portal, the words for them, and what each does to the clock."""

from collections.abc import Mapping
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
# it ends without a result
NO_RESULT = (Status.REJECTED, Status.WITHDRAWN, Status.STOPPED)

# what is understood of every system, in lower case; other words are mapped per source
WORDS: Mapping[str, int] = {
    **{status.name.lower(): status.value for status in Status},
    "mới đăng ký": 1,
    "được tiếp nhận": 2,
    "đã tiếp nhận": 2,
    "không được tiếp nhận": 3,
    "từ chối": 3,
    "đang xử lý": 4,
    "yêu cầu bổ sung giấy tờ": 5,
    "chờ bổ sung": 5,
    "yêu cầu thực hiện nghĩa vụ tài chính": 6,
    "công dân yêu cầu rút hồ sơ": 7,
    "đã rút": 7,
    "dừng xử lý": 8,
    "đã xử lý xong": 9,
    "đã trả kết quả": 10,
}


def in_words(value: object, own: Mapping[str, int] = WORDS) -> object:
    """The code of a status given as a word, in any case; anything else as it is."""
    return own.get(value.strip().lower(), value) if isinstance(value, str) else value
