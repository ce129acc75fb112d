"""The mail server of the demonstration: takes every mail on its socket and keeps it as its receiver would see it."""

import asyncio
import logging
import socket
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from ioc.platform.postbox import Postbox, PostboxMessage

TAKEN = "250 taken"


class MailTaker:
    """What aiosmtpd calls with each mail."""

    def __init__(self, postbox: Postbox, now: Callable[[], int]) -> None:
        self._postbox, self._now = postbox, now

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        for one in messages(envelope.content or b"", envelope.rcpt_tos, self._now()):
            await asyncio.to_thread(self._postbox.put, one)
        return TAKEN


async def serve(listening: socket.socket, postbox: Postbox, now: Callable[[], int]) -> asyncio.Server:
    """Serves until it is closed."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's: every word of every conversation
    taker = MailTaker(postbox, now)
    return await asyncio.get_running_loop().create_server(lambda: SMTP(taker, hostname="ioc-demo"), sock=listening)


def messages(content: bytes | str, receivers: list[str], now: int) -> list[PostboxMessage]:
    """One a receiver."""
    raw = content.encode() if isinstance(content, str) else content
    mail = message_from_bytes(raw, policy=policy.default)
    told: dict[str, Any] = {
        "at": now,
        "way": "email",
        "ref": str(mail["Message-ID"] or "").strip("<>").partition("@")[0],
        "sender": str(mail["From"] or ""),
        "subject": str(mail["Subject"] or ""),
        "text": _part(mail, "plain"),
        "html": _part(mail, "html"),
    }
    return [PostboxMessage(address=address, **told) for address in receivers]


def _part(mail: EmailMessage, subtype: str) -> str:
    body = mail.get_body((subtype,))
    return "" if body is None else str(body.get_content())
