"""Channel kind `sms_router`: a mobile router with a SIM card that takes messages over HTTP; each make is a profile."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from alerts.channels import _profiles, sms_http
from alerts.gateway_calls import ReplyFormat
from alerts.message import AlertMessage

kind = "sms_router"
address = "phone"


class Options(Struct, frozen=True, kw_only=True):
    """`host` is the router, with a port where it is not the usual one; `profile` a make of `profiles/NAME.toml`.

    `inbound` is the number of its SIM card that people answer to, `secret` what lets the answers in that it hands on.
    """

    host: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.-]+(:[0-9]{1,5})?$")]
    username: str
    password: str
    profile: str = "teltonika"
    tls: bool = False
    ca: str | None = None
    unicode: bool = False
    unsafe: str = ""
    timeout_s: Annotated[float, Meta(gt=0, le=120)] = 30.0
    secret: str | None = None
    inbound: str | None = None

    def __post_init__(self) -> None:
        try:
            gateway(self)
        except msgspec.ValidationError as error:
            raise ValueError(f"profile {self.profile!r}: {error}") from error

    @property
    def reply(self) -> ReplyFormat | None:
        """The shape of an answer as the router hands it on."""
        return gateway(self).reply


def send(options: Options, message: AlertMessage) -> str:
    """As a gateway that is described by the profile."""
    return sms_http.send(gateway(options), message)


def gateway(options: Options) -> sms_http.Options:
    """The options of `sms_http` that the profile makes of these."""
    own = {name: getattr(options, name) for name in options.__struct_fields__ if name != "tls"}
    table = _profiles.filled({name: value for name, value in own.items() if value is not None})
    scheme = "https" if options.tls else "http"
    url = table["url"].replace("{scheme}", scheme).replace("{host}", table.pop("host"))
    return msgspec.convert({**table, "url": url}, sms_http.Options)
