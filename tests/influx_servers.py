"""Real metric servers for tests, each on free loopback ports with files of its own: InfluxDB 1.6.7, nginx before it,
VictoriaMetrics."""

import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlencode

import urllib3

from tests.authority import Pair
from tests.servers import bound_to_us, free_port, program, wait_for_port

DATABASE = "ioc"
ASK_S = 300.0  # all readings of a full run, on a busy machine
# every listener is moved: also the one for backups, which would be 8088 on all addresses
_INFLUXD = """reporting-disabled = true
bind-address = "127.0.0.1:{backup}"
[meta]
dir = "{folder}/meta"
[data]
dir = "{folder}/data"
wal-dir = "{folder}/wal"
index-version = "tsi1"
query-log-enabled = false
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:{port}"
log-enabled = false
auth-enabled = {auth}
max-body-size = {most}
{tls}
[ifql]
enabled = false
"""
# what makes an InfluxDB 1.6 answer to the write path of 2.x; it cuts `us` to `u`, which 1.6 would take for `ns`
_NGINX = """daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{}}
http {{
  access_log off;
  client_max_body_size 100m;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  map $arg_precision $prec {{ default $arg_precision; us u; ns n; }}
  server {{
    listen 127.0.0.1:{port};
    location = /api/v2/write {{
      rewrite ^ /write?db=$arg_bucket&precision=$prec? break;
      proxy_pass http://127.0.0.1:{behind};
    }}
    location / {{ proxy_pass http://127.0.0.1:{behind}; }}
  }}
}}
"""


class Influxd:
    """InfluxDB 1.6.7; can be killed and started again on the same port and files."""

    keys: Mapping[str, str] = MappingProxyType({})

    def __init__(self, folder: Path, *, auth: bool = False, most: int = 25_000_000, tls: Pair | None = None) -> None:
        self.port = free_port()
        self.url = f"influx+http{'s' if tls else ''}://127.0.0.1:{self.port}/{DATABASE}?flavour=v1"
        self._program = program("influxd")
        self._config = folder / "influxdb.conf"
        own = folder / "influxdb"
        pair = (
            f'https-enabled = true\nhttps-certificate = "{tls.certificate}"\nhttps-private-key = "{tls.key}"'
            if tls
            else ""
        )
        text = _INFLUXD.format(
            folder=own, port=self.port, backup=free_port(), auth=str(auth).lower(), most=most, tls=pair
        )
        self._config.write_text(text, encoding="utf-8")
        self._numbers = count()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = _started([self._program, "-config", str(self._config)], self.port)

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def pause(self) -> None:
        """It accepts connections, as the kernel does for it, and answers nothing."""
        if self.process is not None:
            self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)

    def new_database(self, name: str = "") -> str:
        """The URL of a database that nobody has used."""
        name = name or f"ioc{next(self._numbers)}"
        assert "error" not in self.ask(f'CREATE DATABASE "{name}"')
        return self.url.replace(f"/{DATABASE}?", f"/{name}?")

    def post(self, line: str) -> None:
        """As another program would; the instant in ms."""
        url = f"http://127.0.0.1:{self.port}/write?db={DATABASE}&precision=ms"
        assert urllib3.request("POST", url, body=line).status == 204

    def ask(self, statement: str, **fields: str) -> str:
        """As an administrator would."""
        url = f"http://127.0.0.1:{self.port}/query?{urlencode({'q': statement, **fields})}"
        return urllib3.request("POST", url, timeout=ASK_S).data.decode()


@contextmanager
def influxd(folder: Path, *, auth: bool = False, most: int = 25_000_000) -> Iterator[Influxd]:
    """Started, with a database `ioc` unless it asks who comes."""
    server = Influxd(folder, auth=auth, most=most)
    server.start()
    try:
        if not auth:
            server.new_database(DATABASE)
        yield server
    finally:
        server.kill()


@contextmanager
def nginx(folder: Path, behind: int) -> Iterator[int]:
    """The port of a proxy that maps `/api/v2/write` to `/write` of the server on the port `behind`."""
    port = free_port()
    own = folder / f"nginx-{port}"
    own.mkdir()
    config = own / "nginx.conf"
    config.write_text(_NGINX.format(folder=own, port=port, behind=behind), encoding="utf-8")
    process = _started([program("nginx"), "-p", str(own), "-c", str(config), "-e", f"{own}/nginx.log"], port)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def victoria_metrics(folder: Path) -> Iterator[int]:
    """The port of a VictoriaMetrics: it takes the writes of 2.x and answers no InfluxQL."""
    port = free_port()
    arguments = [
        f"-httpListenAddr=127.0.0.1:{port}",
        f"-storageDataPath={folder}/vm-{port}",
        "-memory.allowedPercent=5",
    ]
    process = _started([program("victoria-metrics"), *arguments], port)
    try:
        yield port
    finally:
        process.kill()
        process.wait()


def _started(command: list[str], port: int) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(bound_to_us(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for_port(port, process)
    return process
