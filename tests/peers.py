"""Real peers for connectors, each on free loopback ports with files of its own; doubles say that they are doubles."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.authority import Pair
from tests.servers import free_port, program, wait_for_port

_NGINX = """daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} {tls};
    location = /health {{ return 200 "status: OK\\n"; }}
    location = /moved {{ return 302 /health; }}
    location = /round {{ return 302 /round; }}
    location = /broken {{ return 503 "maintenance\\n"; }}
    location = /secret {{
      if ($http_authorization != "Basic aW9jOnNlY3JldA==") {{ return 401; }}
      return 200 "let in\\n";
    }}
  }}
}}
"""


@contextmanager
def nginx(folder: Path, pair: Pair | None = None, port: int | None = None) -> Iterator[str]:
    """The address of a site with pages `/health`, `/moved`, `/round`, `/broken` and `/secret`; TLS with a `pair`."""
    port = port or free_port()
    own = folder / f"nginx-{port}"
    own.mkdir(exist_ok=True)
    tls = f"ssl; ssl_certificate {pair.certificate}; ssl_certificate_key {pair.key}" if pair else ""
    config = own / "nginx.conf"
    config.write_text(_NGINX.format(folder=own, port=port, tls=tls), encoding="utf-8")
    command = [program("nginx"), "-p", str(own), "-c", str(config), "-e", f"{own}/nginx.log"]
    with running(command):
        wait_for_port(port)
        yield f"http{'s' if pair else ''}://127.0.0.1:{port}"


@contextmanager
def running(command: list[str], **environment: str) -> "Iterator[subprocess.Popen[bytes]]":
    """A program that is ended however it is left."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment or None)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def black_hole() -> Iterator[int]:
    """The port of a socket that accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        server.settimeout(0.1)
        stop = threading.Event()
        taken: list[socket.socket] = []

        def accept() -> None:
            while not stop.is_set():
                try:
                    taken.append(server.accept()[0])
                except TimeoutError:
                    continue

        thread = threading.Thread(target=accept)
        thread.start()
        yield int(server.getsockname()[1])
        stop.set()
        thread.join()
        for connection in taken:
            connection.close()
