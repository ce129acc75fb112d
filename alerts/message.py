"""One text to one address, and the contract of a channel plug-in that sends it."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol

from msgspec import Struct

from ioc.core.contract import Plugin


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """One text to one address; `ref` stays the same however often it is sent."""

    ref: str
    address: str
    subject: str
    text: str
    html: str
    sms: str
    at: int  # when it was written (epoch ms)


class ChannelPlugin(Plugin, Protocol):
    """A module in `alerts/channels`: one way to reach people.

    `address` names the field of a receiver it speaks to. `send` returns the receipt (may be empty) or raises IocError,
    transient where trying again can help.
    """

    kind: Annotated[str, "its name in the configuration"]
    address: Annotated[Literal["email", "phone"], "the field of a receiver it speaks to"]
    Options: Annotated[type[Struct], "the keys of its [[channel]] beside the common ones"]

    def send(self, options: Any, message: AlertMessage) -> str: ...
