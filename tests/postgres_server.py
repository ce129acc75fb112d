"""A PostgreSQL of one's own on a free loopback port, with files of its own; it refuses to run as root."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.servers import START_S, beside, bound_to_us, free_port, program, wait_for_port

OWNER = "nobody"


@contextmanager
def postgresql(password: str) -> Iterator[str]:
    """The URL of an empty database `postgres` of the user `ioc`, without its password."""
    server, initdb = program("postgres"), program("initdb")
    folder = Path(tempfile.mkdtemp(prefix="ioc-pg-"))
    who: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    who["env"] = {**os.environ, **beside(server), "HOME": str(folder)}
    if os.geteuid() == 0:
        shutil.chown(folder, OWNER)
        who["user"] = OWNER
    secret = folder / "password"
    secret.write_text(password, encoding="utf-8")
    secret.chmod(0o644)
    port = free_port()
    account = ["-U", "ioc", "--auth=scram-sha-256", f"--pwfile={secret}"]
    subprocess.run([initdb, "-D", str(folder / "data"), "-E", "UTF8", "--no-sync", *account], check=True, **who)
    settings = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", "fsync=off"]
    options = [word for setting in settings for word in ("-c", setting)]
    process = subprocess.Popen(bound_to_us([server, "-D", str(folder / "data"), *options]), **who)
    try:
        wait_for_port(port, process)
        _wait_until_it_answers(port, password)
        yield f"postgresql://ioc@127.0.0.1:{port}/postgres"
    finally:
        process.send_signal(signal.SIGINT)  # it does not wait for who is still connected
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_it_answers(port: int, password: str) -> None:
    """It listens before it lets anybody in."""
    deadline = time.monotonic() + START_S
    while True:
        try:
            account = {"user": "ioc", "password": password, "dbname": "postgres"}
            psycopg.connect(host="127.0.0.1", port=port, connect_timeout=5, **account).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
