"""What a message offers to answer with: a code for a text to the channel's number, a link where we can be reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy.engine import RowMapping

from alerts.answering import links
from alerts.model import ANNOUNCEMENTS

LINK_HOURS = 72
TAKE = "a"  # the letter that takes an incident over


class AnswerOffer(NamedTuple):
    """Empty where it is not offered; `number` is where the code is sent to, empty where one answers the message."""

    code: str = ""
    link: str = ""
    number: str = ""


NOTHING = AnswerOffer()


@dataclass(frozen=True, slots=True)
class Offers:
    """`inbound`: of the channels that people can answer to the number, empty where messages come from it."""

    inbound: Mapping[str, str]
    public_url: str | None
    key: bytes

    def of(self, row: RowMapping, payload: Mapping[str, Any]) -> AnswerOffer:
        """The number of an alert is its code: no two have one, so that a late answer means no later trouble."""
        is_of_a_person = row["address"] != row["channel"]
        if row["what"] not in ANNOUNCEMENTS or not payload["lines"] or not is_of_a_person:
            return NOTHING
        code = f"{payload['lines'][0]['alert']}{TAKE}" if row["channel"] in self.inbound else ""
        return AnswerOffer(code, self._link(row), self.inbound.get(row["channel"], ""))

    def _link(self, row: RowMapping) -> str:
        if self.public_url is None:
            return ""
        until = row["created_at"] + LINK_HOURS * 3_600_000
        return f"{self.public_url}/answer/{links.sealed(self.key, links.Bound.of(row), until)}"


NO_OFFERS = Offers(MappingProxyType({}), None, b"")
