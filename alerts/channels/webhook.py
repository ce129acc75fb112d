"""Channel kind `webhook`: a signed JSON document to one address, which tells a copy from a new message."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from alerts import sms
from alerts.channels._http import ask, refusal
from alerts.message import AlertMessage
from ioc.core.errors import IocError

kind = "webhook"
address = "channel"
SCHEMA = "ioc.notification/1"
SECRET_LENGTH = 16


class Options(Struct, frozen=True, kw_only=True):
    """`secret` signs what is sent. With `feed` every event of an alert or incident goes here too, routed or not."""

    url: Annotated[str, Meta(pattern=r"^https?://[^\s/]+")]
    secret: str
    feed: bool = False
    timeout_s: Annotated[float, Meta(gt=0, le=120)] = 15.0
    ca: str | None = None

    def __post_init__(self) -> None:
        if len(self.secret) < SECRET_LENGTH:  # the value itself is not repeated
            raise ValueError(f"secret: {SECRET_LENGTH} characters at least")


def send(options: Options, message: AlertMessage) -> str:
    """One request; any 2xx is a receipt."""
    post(options, message.ref, document(message))
    return ""


def document(message: AlertMessage) -> dict[str, Any]:
    """What a message says, as text and as figures; `schema` changes when a key changes its meaning or goes."""
    return {
        "schema": SCHEMA,
        "id": message.ref,
        "at": message.at,
        "event": message.event,
        "subject": message.subject,
        "text": message.text,
        "sms": sms.joined(message.sms),
        "incident": message.payload.get("incident"),
        "alerts": [dict(line) for line in message.payload.get("lines", ())],
    }


def post(options: Options, ref: str, said: Mapping[str, Any]) -> None:
    """Sign and send; IocError, transient unless the other side refuses what is said."""
    body = msgspec.json.encode(said)
    at = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-IOC-Id": ref,
        "X-IOC-Timestamp": at,
        "X-IOC-Signature": signature(options.secret, ref, at, body),
    }
    reply = ask("POST", options.url, headers, body, timeout_s=options.timeout_s, ca=options.ca)
    if not reply.is_ok:
        raise IocError(refusal(reply.status), f"{urlsplit(options.url).hostname} answered {reply.status}")


def signature(secret: str, ref: str, at: str, body: bytes) -> str:
    """`v1=` and the HMAC-SHA256 of `ID.TIMESTAMP.BODY` in hexadecimal digits.

    Who receives it refuses a timestamp (epoch seconds) more than five minutes off, and takes an id once: nothing that
    was listened to can be played again.
    """
    signed = f"{ref}.{at}.".encode() + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
