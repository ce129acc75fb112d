"""One text to one address, and the contract of a channel plug-in that sends it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple, Protocol

from msgspec import Struct

from alerts.sms import Draft
from ioc.core.contract import Plugin


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """One text to one address; `ref` stays the same however often it is sent.

    `event` and `payload` are what it says as keys and figures, for whoever reads no text. Messages of one `thread` are
    about one incident.
    """

    ref: str
    address: str
    subject: str
    text: str
    html: str
    sms: Draft
    at: int  # when it was written (epoch ms)
    event: str = ""
    payload: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    thread: str | None = None


class ReceivedText(NamedTuple):
    """A text that somebody sent to a number of ours; `done` is called once it has been dealt with."""

    phone: str
    text: str
    done: Callable[[], None]


class ChannelPlugin(Plugin, Protocol):
    """A module in `alerts/channels`: one way to reach people.

    `address` names the field of a receiver it speaks to, or `channel` where it leads to one place whoever the receiver
    is. `send` returns the receipt (may be empty) or raises IocError, transient where trying again can help.
    """

    kind: Annotated[str, "its name in the configuration"]
    address: Annotated[Literal["email", "phone", "channel"], "the field of a receiver it speaks to"]
    Options: Annotated[type[Struct], "the keys of its [[channel]] beside the common ones"]
    problems: Annotated[Callable[[Any], Iterable[str]] | None, "what it lacks on this machine, a line each"] = None
    receive: Annotated[Callable[[Any], Iterable[ReceivedText]] | None, "what lies in its inbox"] = None

    def send(self, options: Any, message: AlertMessage) -> str: ...
