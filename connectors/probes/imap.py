"""Connector `imap`: a mailbox that can be opened; with a way to send, a mail's round trip."""

import base64
import imaplib
import re
import smtplib
from typing import ClassVar

from msgspec import structs

from connectors.mail.account import Mailbox, Tls, imap_session, smtp_session
from connectors.mail.round_trip import arrived, letter
from connectors.runner.contract import LINE_OR_SERVICE, Seen
from connectors.runner.gear import Gear, Stopwatch
from ioc.config.fields import Port
from ioc.core.model import Number

kind = "imap"
libraries: tuple[str, ...] = ()


class Options(Mailbox, frozen=True, kw_only=True):
    """With `smtp_host` a mail is sent to `recipient`, whose mailbox this is, and must come within `wait_s`.

    It is deleted then, like all earlier ones of ours. The sending server is entered as the mailbox is, or without a
    login. Give the connector a `timeout_s` longer than `wait_s`.
    """

    PUBLISHES: ClassVar[frozenset[str]] = LINE_OR_SERVICE
    port: Port = 143
    mailbox: str = "INBOX"
    smtp_host: str | None = None
    smtp_port: Port = 587
    smtp_tls: Tls = "starttls"
    smtp_login: bool = True
    sender: str = ""
    recipient: str = ""
    wait_s: float = 8.0

    def __post_init__(self) -> None:
        if self.smtp_host is not None and not (self.sender and self.recipient):
            raise ValueError("smtp_host needs sender and recipient")

    @property
    def outgoing(self) -> Mailbox:
        """The same person at the server that sends."""
        own = {field: getattr(self, field) for field in ("username", "password", "verify", "ca")}
        account = Mailbox(host=self.smtp_host or "", port=self.smtp_port, tls=self.smtp_tls, **own)
        return account if self.smtp_login else structs.replace(account, username=None)


async def look(options: Options, gear: Gear) -> Seen:
    return await gear.in_thread(_look, options, gear)


def _look(options: Options, gear: Gear) -> Seen:
    watch = Stopwatch()
    try:
        with imap_session(options, gear) as session:
            status, told = session.select(quoted(options.mailbox))
            if status != "OK":
                return Seen(f"no mailbox {options.mailbox!r}", watch.ms)
            figures: dict[str, Number] = {"messages": int(told[0] or 0)}
            took = watch.ms
            if options.smtp_host is None:
                return Seen(None, took, figures)
            return _round_trip(options, gear, session, took, figures)
    except (imaplib.IMAP4.error, smtplib.SMTPException) as error:
        return Seen(_words(error))


def _round_trip(options: Options, gear: Gear, session: imaplib.IMAP4, took: float, figures: dict[str, Number]) -> Seen:
    message = letter(options.sender, options.recipient)
    watch = Stopwatch()
    with smtp_session(options.outgoing, gear) as outgoing:
        outgoing.send_message(message)
    if not arrived(session, message["Message-ID"], options.wait_s):
        return Seen(f"mail did not arrive within {options.wait_s:g} s", took, figures)
    return Seen(None, took, figures | {"round_trip_ms": watch.ms})


def _words(error: Exception) -> str:
    """The servers' own words; imaplib keeps them as bytes."""
    first = error.args[0] if error.args else type(error).__name__
    return (first.decode(errors="replace") if isinstance(first, bytes) else str(error))[:120]


def quoted(mailbox: str) -> str:
    """A mailbox's name as IMAP writes it: modified UTF-7 (RFC 3501, 5.1.3)."""

    def encoded(run: re.Match[str]) -> str:
        letters = base64.b64encode(run[0].encode("utf-16-be"), b"+,").decode().rstrip("=")
        return f"&{letters}-"

    plain = re.sub(r"[^ -~]+", encoded, mailbox.replace("&", "&-"))
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
