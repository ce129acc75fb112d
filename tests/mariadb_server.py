"""A MariaDB of one's own on a free loopback port, with files of its own; it need not be root's."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers import beside, bound_to_us, free_port, program, wait_for_port

OWNER = "nobody"


@contextmanager
def mariadb() -> Iterator[str]:
    """The URL of the empty database `test` of `root`, who needs no password."""
    server = program("mariadbd")
    usr = Path(server).resolve().parent.parent
    with tempfile.TemporaryDirectory(prefix="ioc-maria-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        who: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
        who["env"] = {**os.environ, **beside(server)}
        if os.geteuid() == 0:
            shutil.chown(folder, OWNER)
            who["user"] = OWNER
        port = free_port()
        places = [f"--datadir={folder}/data", f"--basedir={usr}", f"--lc-messages-dir={usr}/share/mysql"]
        quick = [
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-buffer-pool-size=16M",
            "--aria-pagecache-buffer-size=8M",
        ]
        install = [program("mariadb-install-db"), "--no-defaults", f"--datadir={folder}/data", f"--basedir={usr}"]
        subprocess.run([*install, "--auth-root-authentication-method=normal"], check=True, **who)
        own = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/s", f"--pid-file={folder}/pid"]
        process = subprocess.Popen(bound_to_us([server, "--no-defaults", *places, *own, *quick]), **who)
        try:
            wait_for_port(port, process)
            yield f"mariadb+pymysql://root@127.0.0.1:{port}/test"
        finally:
            process.terminate()
            process.wait(20)
