"""The verdict on what cannot be used."""

from ioc.core.model import Reason


class Rejected(Exception):
    """This object cannot be used: a named reason and what was wrong, without the value of anything private."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
