"""A real web worker for stories: run as a program it serves a data directory, imported it starts that program."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ioc.platform.db import Database, sqlite_url
from tests.servers import bound_to_us, free_port, wait_for_port


@dataclass
class Worker:
    """A started worker and the database behind it."""

    url: str
    db: Database
    process: "subprocess.Popen[bytes]"
    log: Path


@contextmanager
def worker(folder: Path, broker_port: int) -> Iterator[Worker]:
    """Serve `folder` on a free port until the block ends; its standard error is in `log`."""
    port = free_port()
    log = folder / "web.log"
    command = [sys.executable, "-m", "tests.web.serving", str(folder), str(port), str(broker_port)]
    with log.open("wb") as errors:
        process = subprocess.Popen(bound_to_us(command), stderr=errors, env=os.environ)
    try:
        wait_for_port(port, process)
        yield Worker(f"http://127.0.0.1:{port}", Database(sqlite_url(folder / "ioc.sqlite")), process, log)
    finally:
        process.terminate()
        process.wait(10)


def main(folder: str, port: str, broker_port: str) -> None:
    """What the supervisor's child does, for this role alone."""
    from ioc import bootstrap
    from ioc.config.settings import Settings
    from web import service

    table = {"data_dir": folder, "http": {"port": int(port)}, "mqtt": {"port": int(broker_port)}}
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    service.run(bootstrap.build(msgspec.convert(table, Settings)), stop, lambda: None)


if __name__ == "__main__":
    main(*sys.argv[1:])
