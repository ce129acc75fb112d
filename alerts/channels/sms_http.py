"""Channel kind `sms_http`: any SMS gateway that takes an HTTP request, described by its options."""

import base64
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import quote, quote_plus

from msgspec import Meta, Struct

from alerts import sms
from alerts.channels import _profiles
from alerts.channels._http import Reply, ask, refusal, text_at
from alerts.channels._registered import is_registered, pattern
from alerts.channels._template import escape_for, fill
from alerts.gateway_calls import ReplyFormat, ReportFormat
from alerts.message import AlertMessage
from ioc.core.contact import check_inbound
from ioc.core.errors import Code, IocError

kind = "sms_http"
address = "phone"
_PATTERN = Annotated[str, Meta(min_length=1)]


class Options(Struct, frozen=True, kw_only=True):
    """Placeholders in `url` and `body`: {phone} {text} {sender} {request_id} {segments} {unicode} and, of these keys,
    {username} {password} {token} {sms_type} {callback_url}; each escaped for what it stands in: JSON, XML or form body,
    query of the URL.

    A `profile` (`profiles/NAME.toml`) gives every key that is not written. Success is a status (any 2xx without
    `success_status`) and, where `success_path` (dotted, `data.0.code`) or `success_pattern` (regex with one group) is
    given, a value in `success_values`. A value in `retry_values`, 429, 5xx and no answer are tried again, and so is one
    in `account_values` (somebody has to see to the account); one in `address_values` speaks of this number alone.
    `templates` are the texts that a brandname had to register (`[IOC] {muc do} {noi}: {viec:80}`).
    `secret` opens the doors for what the gateway calls back with: `receipt` is the shape of its delivery reports,
    `reply` that of messages sent to `inbound`, the number that people answer to.
    """

    profile: str | None = None
    url: Annotated[str, Meta(pattern=r"^https?://[^\s/]+")]
    method: Literal["GET", "POST", "PUT"] = "POST"
    headers: dict[str, str] = {}
    auth: Literal["none", "basic", "bearer", "query"] = "none"
    username: str | None = None
    password: str | None = None
    token: str | None = None
    token_name: str = "token"  # noqa: S105 - the name of the query parameter
    body: str = ""
    sender: str = ""
    phone_format: sms.PhoneFormat = "0"
    unicode: bool = False
    unsafe: str = ""
    max_segments: Annotated[int, Meta(ge=1, le=9)] = 2
    templates: tuple[str, ...] = ()
    success_status: tuple[int, ...] = ()
    success_path: str | None = None
    success_pattern: _PATTERN | None = None
    success_values: tuple[str, ...] = ()
    retry_values: tuple[str, ...] = ()
    account_values: tuple[str, ...] = ()
    address_values: tuple[str, ...] = ()
    sms_type: str = ""
    message_id_path: str | None = None
    timeout_s: Annotated[float, Meta(gt=0, le=120)] = 15.0
    ca: str | None = None
    callback_url: str = ""
    secret: str | None = None
    receipt: ReportFormat | None = None
    reply: ReplyFormat | None = None
    inbound: str | None = None

    @staticmethod
    def filled(table: Mapping[str, Any]) -> dict[str, Any]:
        """The keys of a channel with those of its profile."""
        return _profiles.filled(table)

    def __post_init__(self) -> None:
        if self.auth == "basic" and (self.username is None or self.password is None):
            raise ValueError("auth basic needs username and password")
        if self.auth in ("bearer", "query") and self.token is None:
            raise ValueError(f"auth {self.auth} needs token")
        if (self.success_path or self.success_pattern) and not self.success_values:
            raise ValueError("success_path and success_pattern need success_values")
        if self.success_pattern is not None and re.compile(self.success_pattern).groups != 1:
            raise ValueError("success_pattern needs exactly one group")
        if not all(text.isascii() and text.isprintable() for item in self.headers.items() for text in item):
            raise ValueError("headers hold printable ASCII only")
        for template in self.templates:
            pattern(template)
        if not self.url.isascii():
            raise ValueError("url must be ASCII, other characters percent-encoded")
        check_inbound(self.inbound)
        if self.inbound is not None and (self.reply is None or self.secret is None):
            raise ValueError(
                "inbound needs reply and secret: how the gateway hands an answer on, and what it knows us by"
            )


def send(options: Options, message: AlertMessage) -> str:
    """One request; the receipt is the gateway's message id where it tells one."""
    url, headers, body = request(options, message)
    reply = ask(options.method, url, headers, body, timeout_s=options.timeout_s, ca=options.ca)
    check_reply(options, reply)
    receipt = text_at(reply.body, options.message_id_path) if options.message_id_path else None
    return receipt or ""


def request(options: Options, message: AlertMessage) -> tuple[str, dict[str, str], bytes]:
    """URL, headers and body of one message."""
    text = composed(options, message.sms)
    values = {
        "phone": sms.phone(message.address, options.phone_format),
        "text": text.text,
        "sender": options.sender,
        "request_id": message.ref,
        "segments": str(text.segments),
        "unicode": str(int(text.unicode)),
        "username": options.username or "",
        "password": options.password or "",
        "token": options.token or "",
        "sms_type": options.sms_type,
        "callback_url": options.callback_url,
    }
    headers = dict(options.headers)
    media, escape = escape_for(options.body, headers)
    if media and not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = media
    url = fill(options.url, values, lambda value: quote(value, safe=""))
    return _authorised(options, url, headers), headers, fill(options.body, values, escape).encode()


def composed(options: Options, draft: sms.Draft) -> sms.Sms:
    """The text as it goes out; IocError `text_not_registered` where the brandname registered none like it."""
    text = sms.compose(draft, unicode=options.unicode, max_segments=options.max_segments, unsafe=options.unsafe)
    if options.templates and not is_registered(options.templates, text.text):
        line = f"the brandname registered no text like {text.text!r}"
        raise IocError(Code.TEXT_NOT_REGISTERED, line, text=text.text)
    return text


def check_reply(options: Options, reply: Reply) -> None:
    """Return when the gateway took the message, else raise, transient or not."""
    answer = f"gateway answered {reply.status}: {reply.text[:200]}"
    ok = reply.status in options.success_status if options.success_status else reply.is_ok
    value = _value(options, reply)
    if value is not None and value in options.retry_values:
        raise IocError(Code.GATEWAY_BUSY, answer)
    if value is not None and value in options.account_values:
        raise IocError(Code.GATEWAY_ACCOUNT, answer)
    if value is not None and value in options.address_values:
        raise IocError(Code.GATEWAY_ADDRESS, answer)
    if not ok:
        raise IocError(refusal(reply.status), answer)
    if options.success_values and value not in options.success_values:
        # a page without the value is not the gateway's own refusal
        raise IocError(Code.GATEWAY_UNAVAILABLE if value is None else Code.GATEWAY_REFUSED, answer)


def _value(options: Options, reply: Reply) -> str | None:
    if options.success_path is not None:
        return text_at(reply.body, options.success_path)
    if options.success_pattern is not None:
        match = re.search(options.success_pattern, reply.text)
        return match.group(1) if match else None
    return None


def _authorised(options: Options, url: str, headers: dict[str, str]) -> str:
    if options.auth == "basic":
        pair = base64.b64encode(f"{options.username}:{options.password}".encode()).decode()
        headers["Authorization"] = f"Basic {pair}"
    elif options.auth == "bearer":
        headers["Authorization"] = f"Bearer {options.token}"
    elif options.auth == "query":
        joint = "&" if "?" in url else "?"
        return f"{url}{joint}{quote_plus(options.token_name)}={quote_plus(options.token or '')}"
    return url
