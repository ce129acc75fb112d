"""Channel kind `email`: one SMTP message to one address, in UTF-8 as plain text and HTML."""

import smtplib
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from alerts.message import AlertMessage
from ioc.config.fields import Port
from ioc.core.contact import EMAIL, is_email, mailbox
from ioc.core.errors import Code, IocError

kind = "email"
address = "email"
PERMANENT = 500
# a subject that is folded loses the space between two encoded words, in the email package of Python 3.11 and others
UNFOLDED = policy.SMTP.clone(max_line_length=900)


class Options(Struct, frozen=True, kw_only=True):
    """`ca`: a file of certificates to trust beside the system's own."""

    host: str
    sender: str
    port: Port = 25
    tls: Literal["none", "starttls", "tls"] = "none"
    username: str | None = None
    password: str | None = None
    ca: str | None = None
    timeout_s: Annotated[float, Meta(gt=0, le=120)] = 20.0

    def __post_init__(self) -> None:
        if not is_email(self.sender):
            raise ValueError(f"sender {self.sender!r}: expected {EMAIL}")
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password stand together")


def send(options: Options, message: AlertMessage) -> str:
    """Hand the message to the server; permanent where it refuses this receiver or this text for good."""
    mail = compose(options, message)
    try:
        smtp = _connect(options)
        try:
            _introduce(smtp, options)
            smtp.send_message(mail, options.sender, [message.address])
        finally:
            with suppress(OSError, smtplib.SMTPException):  # accepted is accepted, however the goodbye goes
                smtp.quit()
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        raise _refused(code, text, Code.SMTP_ADDRESS) from error
    except smtplib.SMTPAuthenticationError as error:
        raise IocError(Code.SMTP_AUTH, f"{options.host}: username or password refused") from error
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, error.smtp_error) from error
    except (OSError, smtplib.SMTPException) as error:
        line = f"{options.host}:{options.port}: {error}"
        raise IocError(Code.SMTP_UNAVAILABLE, line) from error
    return str(mail["Message-ID"])


def compose(options: Options, message: AlertMessage) -> EmailMessage:
    """The e-mail; its Message-ID depends on `ref` alone, so that a second copy is recognised.

    Mails about one incident refer to one thread.
    """
    mail = EmailMessage(UNFOLDED)
    mail["To"] = _address(message.address)
    mail["From"] = _address(options.sender)
    mail["Subject"] = message.subject
    domain = options.sender.rpartition("@")[2]
    mail["Message-ID"] = f"<{message.ref}@{domain}>"
    if message.thread is not None:  # nobody sent what they refer to: it is the root of the thread in every mailbox
        for header in ("In-Reply-To", "References"):
            mail[header] = f"<{message.thread}@{domain}>"
    mail["Date"] = format_datetime(datetime.fromtimestamp(message.at / 1000, UTC))
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _connect(options: Options) -> smtplib.SMTP:
    if options.tls == "tls":
        return smtplib.SMTP_SSL(options.host, options.port, timeout=options.timeout_s, context=_trust(options))
    return smtplib.SMTP(options.host, options.port, timeout=options.timeout_s)


def _introduce(smtp: smtplib.SMTP, options: Options) -> None:
    if options.tls == "starttls":
        smtp.starttls(context=_trust(options))
    if options.username is not None and options.password is not None:
        smtp.login(options.username, options.password)


def _trust(options: Options) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=options.ca)


def _address(text: str) -> Address:
    name, domain = mailbox(text)
    return Address(username=name, domain=domain)


def _refused(code: int, text: bytes | str, permanent: Code = Code.SMTP_REFUSED) -> IocError:
    answer = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return IocError(Code.SMTP_DEFERRED if code < PERMANENT else permanent, f"{code} {answer}")
