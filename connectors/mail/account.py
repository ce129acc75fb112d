"""The log-in to a mail server, by SMTP or IMAP."""

import imaplib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

from msgspec import Struct

from connectors.runner.gear import Gear
from ioc.config.fields import Port

SILENCE_S = 10.0  # one answer is awaited so long; the runner has stopped waiting for the whole by then
Tls = Literal["none", "starttls", "tls"]


class Mailbox(Struct, frozen=True, kw_only=True):
    """A server and who we are there."""

    host: str
    port: Port
    tls: Tls = "none"
    username: str | None = None
    password: str | None = None
    verify: bool = True
    ca: str | None = None

    def context(self, gear: Gear) -> ssl.SSLContext:
        return gear.tls(self.ca, verify=self.verify)


@contextmanager
def smtp_session(account: Mailbox, gear: Gear) -> Iterator[smtplib.SMTP]:
    """Greeted, encrypted and logged in as asked."""
    if account.tls == "tls":
        context = account.context(gear)
        session: smtplib.SMTP = smtplib.SMTP_SSL(account.host, account.port, timeout=SILENCE_S, context=context)
    else:
        session = smtplib.SMTP(account.host, account.port, timeout=SILENCE_S)
    try:
        if account.tls == "starttls":
            session.starttls(context=account.context(gear))
        session.ehlo_or_helo_if_needed()
        if account.username is not None:
            session.login(account.username, account.password or "")
        yield session
        with suppress(smtplib.SMTPException):
            session.quit()
    finally:
        session.close()


@contextmanager
def imap_session(account: Mailbox, gear: Gear) -> Iterator[imaplib.IMAP4]:
    """Greeted, encrypted and logged in as asked."""
    if account.tls == "tls":
        context = account.context(gear)
        session: imaplib.IMAP4 = imaplib.IMAP4_SSL(account.host, account.port, ssl_context=context, timeout=SILENCE_S)
    else:
        session = imaplib.IMAP4(account.host, account.port, timeout=SILENCE_S)
    try:
        if account.tls == "starttls":
            session.starttls(account.context(gear))
        if account.username is not None:
            session.login(account.username, account.password or "")
        yield session
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            session.logout()
