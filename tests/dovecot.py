"""A mailbox on a real Dovecot: its IMAP engine answers each connection, aiosmtpd lays mail into the Maildir.

Dovecot's master wants root and fixed places, its `imap` does not: it serves one connection on its standard input,
already logged in, as over ssh. So a login is tried on the double (`tests.mail_double`) only.
"""

import grp
import os
import pwd
import shutil
import socketserver
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from tests.servers import beside, free_port, program

OWNER = "nobody"
_CONFIG = """base_dir = {folder}/run
log_path = {folder}/log
ssl = no
mail_uid = {user}
mail_gid = {group}
mail_location = maildir:{folder}/mail
"""


class Mailbox:
    """The folder, and who may read it: Dovecot serves nobody's mail as root."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._laid = folder, 0
        entry = pwd.getpwnam(OWNER) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self._user, self._group = entry.pw_name, grp.getgrgid(entry.pw_gid).gr_name
        doveconf = Path(program("doveconf"))
        engine = doveconf.parents[1] / "lib" / "dovecot"
        config = folder / "dovecot.conf"
        config.write_text(_CONFIG.format(folder=folder, user=self._user, group=self._group), encoding="utf-8")
        self._command = [str(doveconf), "-m", "imap", "-c", str(config), "-e", str(engine / "imap")]
        libraries = beside(str(doveconf)).get("LD_LIBRARY_PATH")
        self._env = {"PATH": os.environ["PATH"], "HOME": str(folder), "USER": self._user}
        self._env |= {"LD_LIBRARY_PATH": f"{engine}:{libraries}"} if libraries else {}
        self._give(folder)
        self.make("")
        self.smtp = self.imap = 0

    def make(self, mailbox: str) -> None:
        """A folder beside the inbox, by its name on disk."""
        whole = self.folder / "mail" / mailbox
        for name in ("cur", "new", "tmp"):
            (whole / name).mkdir(parents=True)
        for path in (self.folder / "mail", whole, *whole.iterdir()):
            self._give(path)

    def lay(self, letter: bytes) -> None:
        """As a delivery agent does: whole in `tmp`, then at once in `new`."""
        self._laid += 1
        draft = self.folder / "mail" / "tmp" / f"{self._laid}.ioc"
        draft.write_bytes(letter)
        self._give(draft)
        draft.rename(self.folder / "mail" / "new" / draft.name)

    def letters(self) -> list[bytes]:
        return [
            path.read_bytes() for name in ("cur", "new") for path in sorted((self.folder / "mail" / name).iterdir())
        ]

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.lay(envelope.content)
        return "250 OK"

    def serve(self, connection: Any) -> None:
        """One connection, until it is over."""
        who: dict[str, Any] = {"env": self._env, "cwd": self.folder, "stdin": connection, "stdout": connection}
        if os.geteuid() == 0:
            who |= {"user": self._user, "group": self._group, "extra_groups": []}
        subprocess.run(self._command, check=False, **who)

    def _give(self, path: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(path, self._user, self._group)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)

    def finish_request(self, request: Any, _address: Any) -> None:
        self._mailbox.serve(request)


@contextmanager
def dovecot() -> Iterator[Mailbox]:
    """`smtp` and `imap` are its ports on loopback; IMAP asks for no login."""
    folder = Path(tempfile.mkdtemp(prefix="ioc-dovecot-"))
    try:
        mailbox = Mailbox(folder)
        controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
        with _Server(mailbox) as imap:
            controller.start()
            thread = threading.Thread(target=imap.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            mailbox.smtp, mailbox.imap = controller.port, imap.server_address[1]
            try:
                yield mailbox
            finally:
                imap.shutdown()
                thread.join()
                controller.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
