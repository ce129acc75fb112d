"""Real peers for connectors, each on free loopback ports with files of its own; doubles say that they are doubles."""

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.authority import Pair
from tests.servers import START_S, beside, bound_to_us, free_port, program, wait_for_port

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
    location = /no-head {{
      if ($request_method = HEAD) {{ return 501; }}
      return 200 "status: OK\n";
    }}
    location = /secret {{
      if ($http_authorization != "Basic aW9jOnNlY3JldA==") {{ return 401; }}
      return 200 "let in\\n";
    }}
  }}
}}
"""


@contextmanager
def nginx(folder: Path, pair: Pair | None = None, port: int | None = None) -> Iterator[str]:
    """The address of a site with `/health`, `/moved`, `/round`, `/broken`, `/no-head`, `/secret`; TLS with a `pair`."""
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
    process = subprocess.Popen(
        bound_to_us(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **environment}
    )
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


_SNMPD = """agentaddress udp:127.0.0.1:{port}
rocommunity public 127.0.0.1
createUser ioc SHA-256 "authpass12" AES "privpass12"
rouser ioc authpriv
"""


@contextmanager
def snmpd(
    folder: Path, overrides: Mapping[str, tuple[str, object]] | None = None, port: int | None = None
) -> Iterator[int]:
    """The port of an agent; community `public`, v3 user `ioc` with SHA-256 and AES.

    `overrides` make it tell what a UPS or a sensor would: `{oid: (type, value)}`.
    """
    port = port or free_udp_port()
    own = folder / f"snmpd-{port}"
    own.mkdir(exist_ok=True)
    config = own / "snmpd.conf"
    told = "".join(f"override .{oid} {sort} {value}\n" for oid, (sort, value) in (overrides or {}).items())
    config.write_text(_SNMPD.format(port=port) + told, encoding="utf-8")
    command = [program("snmpd"), "-f", "-Ln", "-C", "-c", str(config)]
    places = {"SNMP_PERSISTENT_DIR": str(own), "SNMPCONFPATH": str(own), "MIBS": ""}
    with running(command, **beside(command[0]), **places):
        wait_for_udp_port(port)
        yield port


_ENDPOINT = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="an endpoint that answers OPTIONS">
<recv request="OPTIONS"></recv>
<send><![CDATA[
SIP/2.0 {status}
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
</scenario>
"""


@contextmanager
def sipp(folder: Path, status: str = "200 OK", transport: str = "udp") -> Iterator[int]:
    """The port of a SIP endpoint."""
    port = free_udp_port() if transport == "udp" else free_port()
    scenario = folder / "endpoint.xml"
    scenario.write_text(_ENDPOINT.format(status=status), encoding="utf-8")
    mode = "u1" if transport == "udp" else "t1"
    command = [program("sipp"), "-sf", str(scenario), "-i", "127.0.0.1", "-p", str(port), "-t", mode, "-nostdin"]
    with running(command, **beside(command[0]), TERM="dumb"):
        if transport == "udp":
            wait_for_udp_port(port)
        else:
            wait_for_port(port)
        yield port


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_udp_port(port: int) -> None:
    """Return once the port is taken."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return
        time.sleep(0.02)
    pytest.fail(f"nothing took UDP port {port}")
