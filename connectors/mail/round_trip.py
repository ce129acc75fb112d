"""A mail of our own on its way: sent by SMTP, awaited by IMAP, deleted."""

import imaplib
import time
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

PROBE_HEADER = "X-IOC-Probe"
LOOK_AGAIN_S = 0.25


def letter(sender: str, recipient: str) -> EmailMessage:
    """The mail that a probe sends; automatic answers to it are asked not to come."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, recipient, "IOC probe"
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="ioc.probe")
    message["Auto-Submitted"] = "auto-generated"
    message[PROBE_HEADER] = "1"
    message.set_content("Sent by the monitoring of the operations centre; deleted once it has arrived.\n")
    return message


def arrived(session: imaplib.IMAP4, message_id: str, wait_s: float) -> bool:
    """True where the mail comes into the selected mailbox in time; every mail of ours found there is deleted."""
    until = time.monotonic() + wait_s
    while True:
        session.noop()  # a mailbox shows what has come only when spoken to
        found = _search(session, "Message-ID", message_id)
        if found or time.monotonic() >= until:
            _delete(session)
            return bool(found)
        time.sleep(LOOK_AGAIN_S)


def _delete(session: imaplib.IMAP4) -> None:
    """Also those that came too late for an earlier look."""
    ours = _search(session, PROBE_HEADER, "1")
    if ours:
        session.store(",".join(ours), "+FLAGS", r"(\Deleted)")
        session.expunge()


def _search(session: imaplib.IMAP4, header: str, value: str) -> list[str]:
    _status, found = session.search(None, "HEADER", header, f'"{value}"')
    return found[0].decode().split() if found and found[0] else []
