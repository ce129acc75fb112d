"""Both receivers of the demonstration beside whatever else the connectors role does."""

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.postbox.sms import SmsGateway
from ioc.core.clock import Clock
from ioc.ops.environment import SMS_FD, SMTP_FD
from ioc.platform.postbox import Postbox


@contextmanager
def receiving(file: Path | None, clock: Clock) -> Iterator[None]:
    """Take mails and messages on the sockets that the supervisor handed down; nothing where `file` is None."""
    if file is None:
        yield
        return
    from connectors.postbox import mail  # what it needs no production loads

    postbox = Postbox(file)
    postbox.trim()
    gateway = SmsGateway(_inherited(SMS_FD), postbox, clock.now_ms)
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(mail.serve(_inherited(SMTP_FD), postbox, clock.now_ms))
    threads = [
        threading.Thread(target=gateway.serve_forever, name="postbox-sms", daemon=True),
        threading.Thread(target=loop.run_forever, name="postbox-mail", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        gateway.shutdown()
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        for thread in threads:
            thread.join(1)


def _inherited(name: str) -> socket.socket:
    return socket.socket(fileno=int(os.environ[name]))
