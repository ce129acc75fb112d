"""A mail server that is a double: aiosmtpd takes mail, a scripted IMAP shows it; enough for one user and one folder."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller

from tests.servers import free_port

USER, PASSWORD = "ioc@example.vn", "mat-khau"
_HEADER = re.compile(r'HEADER (\S+) "(.*)"$', re.IGNORECASE)


class Post:
    """What lies in the mailbox; `lost` lets mail vanish on its way."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.lost = False
        self.smtp = self.imap = 0

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if not self.lost:
            self.letters.append(envelope.content.decode())
        return "250 OK"


class Imap(socketserver.StreamRequestHandler):
    """One connection: tagged lines in, scripted answers out."""

    def handle(self) -> None:
        self.say("* OK double")
        for raw in self.rfile:
            tag, _, line = raw.decode().strip().partition(" ")
            verb, _, rest = line.partition(" ")
            answer = getattr(self, f"do_{verb.lower()}", self.do_nothing)(rest)
            self.say(f"{tag} {answer}")
            if verb.lower() == "logout":
                return

    @property
    def post(self) -> Any:
        return self.server.post

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def do_nothing(self, _rest: str) -> str:
        return "OK done"

    def do_capability(self, _rest: str) -> str:
        self.say("* CAPABILITY IMAP4rev1")
        return "OK done"

    def do_login(self, rest: str) -> str:
        return (
            "OK done" if rest.replace('"', "") == f"{USER} {PASSWORD}" else "NO [AUTHENTICATIONFAILED] wrong password"
        )

    def do_select(self, rest: str) -> str:
        if rest.strip('"') != "INBOX":
            return "NO no such mailbox"
        self.say(f"* {len(self.post.letters)} EXISTS")
        return "OK [READ-WRITE]"

    def do_search(self, rest: str) -> str:
        found = _HEADER.search(rest)
        assert found is not None
        wanted = f"{found[1]}: {found[2]}".lower()
        numbers = [str(n) for n, letter in enumerate(self.post.letters, 1) if wanted in letter.lower()]
        self.say(f"* SEARCH {' '.join(numbers)}")
        return "OK done"

    def do_store(self, rest: str) -> str:
        self.marked = {int(n) for n in rest.split()[0].split(",")}
        return "OK done"

    def do_expunge(self, _rest: str) -> str:
        self.post.letters = [letter for n, letter in enumerate(self.post.letters, 1) if n not in self.marked]
        return "OK done"


class ImapServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, post: Post) -> None:
        self.post = post
        super().__init__(("127.0.0.1", 0), Imap)


@contextmanager
def mail_server() -> Iterator[Post]:
    post = Post()
    controller = Controller(post, hostname="127.0.0.1", port=free_port())
    controller.start()
    with ImapServer(post) as imap:
        post.smtp, post.imap = controller.port, imap.server_address[1]
        thread = threading.Thread(target=imap.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield post
        imap.shutdown()
        thread.join()
    controller.stop()
