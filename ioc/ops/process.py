"""One role as an operating system process: started in its own session, heard when ready, given time to stop."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ioc.ops import environment


class RoleProcess:
    """Starts at once; `ready_fd` becomes readable when the role serves, or is at its end when it died before.

    `handed`: open descriptors that the role inherits, each under the name of an environment variable.
    """

    def __init__(self, role: str, started_file: Path, handed: Mapping[str, int]) -> None:
        self.role = role
        self.ready_fd, write_fd = os.pipe()
        told = {**os.environ, environment.PARENT: str(os.getpid()), environment.READY_FD: str(write_fd)}
        told |= {name: str(descriptor) for name, descriptor in handed.items()}
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "ioc.ops.roles", role, str(started_file)],
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,  # stdout is the supervisor's own
            env=told,
            pass_fds=[write_fd, *handed.values()],
            start_new_session=True,
        )
        os.close(write_fd)

    @property
    def pid(self) -> int:
        return self._process.pid

    def ended(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._process.poll()

    def read_ready(self) -> bool:
        """True once the role said that it serves; call it when `ready_fd` is readable."""
        return os.read(self.ready_fd, 1) == b"r"

    def stop(self, patience_s: float) -> bool:
        """SIGTERM, then SIGKILL after `patience_s`; False when it had to be killed."""
        self._process.terminate()
        try:
            self._process.wait(max(patience_s, 0))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False
        return True

    def close(self) -> None:
        os.close(self.ready_fd)
