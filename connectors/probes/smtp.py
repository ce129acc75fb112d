"""Connector `smtp`: a mail server that greets, lets us in, and takes mail for an address; nothing is sent."""

import smtplib
from typing import ClassVar

from connectors.mail.account import Mailbox, smtp_session
from connectors.runner.contract import LINE_OR_SERVICE, Seen
from connectors.runner.gear import Gear, Stopwatch
from ioc.config.fields import Port

kind = "smtp"
libraries: tuple[str, ...] = ()
OK = 250
TAKEN = (250, 251)


class Options(Mailbox, frozen=True, kw_only=True):
    """With `recipient` it is asked whether mail from `sender` to it would be taken."""

    PUBLISHES: ClassVar[frozenset[str]] = LINE_OR_SERVICE
    port: Port = 25
    sender: str = ""
    recipient: str | None = None


async def look(options: Options, gear: Gear) -> Seen:
    return await gear.in_thread(_look, options, gear)


def _look(options: Options, gear: Gear) -> Seen:
    watch = Stopwatch()
    try:
        with smtp_session(options, gear) as session:
            error = None if options.recipient is None else _asked(session, options.sender, options.recipient)
    except smtplib.SMTPResponseException as refused:
        return Seen(f"SMTP {refused.smtp_code} {_text(refused.smtp_error)}", watch.ms)
    except smtplib.SMTPException as failed:
        return Seen(str(failed) or type(failed).__name__)
    return Seen(error, watch.ms)


def _asked(session: smtplib.SMTP, sender: str, recipient: str) -> str | None:
    for code, words in (session.mail(sender), session.rcpt(recipient)):
        if code not in TAKEN:
            return f"SMTP {code} {_text(words)}"
    session.rset()
    return None


def _text(words: bytes | str) -> str:
    return (words.decode(errors="replace") if isinstance(words, bytes) else words)[:100]
