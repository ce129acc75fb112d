"""The broker of the embedded default: iotcore (rumqttd) in this process, under our own configuration."""

import ipaddress
import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from iotcore.iotcore import IotCoreBroker

from ioc.context import Context
from ioc.errors import IocError
from ioc.mapping.maps import Maps
from ioc.settings import Mqtt

log = logging.getLogger(__name__)

START_S = 10.0
# what one filter keeps in memory for a subscriber that is away: ingest's own filter much, everybody else's little
SEGMENTS = """
[router]
id = 0
max_connections = 10010
max_outgoing_packet_count = 200
max_segment_size = 1048576
max_segment_count = 4
[router.custom_segment."ioc/v1/#"]
max_segment_size = 16777216
max_segment_count = 8
"""
LISTENER = """
[{protocol}.{protocol}]
name = "{protocol}"
listen = {listen}
next_connection_delay_ms = 1
[{protocol}.{protocol}.connections]
connection_timeout_ms = 10000
max_payload_size = 1048576
max_inflight_count = 100
dynamic_filters = true
"""


def run(context: Context, stop: threading.Event, ready: Callable[[], None]) -> None:
    """Serve until `stop`; rumqttd cannot be asked to end, so its thread ends with this process."""
    settings = context.settings.mqtt
    path = context.settings.root / "run" / "broker.toml"
    write_config(path, settings, Maps(context.settings.map, context.kinds).filters)
    for name in ("rumqttd", "tracing", "iotcore"):  # their tracing reports every packet as an error
        logging.getLogger(name).setLevel(logging.CRITICAL)
    broker = IotCoreBroker(config_path=str(path))
    try:
        broker.check_ports()
    except OSError as error:
        raise IocError("mqtt_port_taken", f"mqtt.port {settings.port}: {error}") from error
    thread = threading.Thread(target=broker.run_forever, name="rumqttd", daemon=True)
    thread.start()
    _await_listening(settings, thread)
    log.info("broker listens on %s:%d", settings.host, settings.port)
    ready()
    while not stop.wait(1.0):
        if not thread.is_alive():
            raise IocError("broker_ended", "embedded broker: ended by itself", transient=True)


def write_config(path: Path, settings: Mqtt, filters: Iterable[str] = ()) -> None:
    """rumqttd's TOML, readable by its owner alone since it may hold the password."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(config_text(settings, filters))


def config_text(settings: Mqtt, filters: Iterable[str] = ()) -> str:
    """One listener for MQTT 3.1.1 and, where asked, one for MQTT 5; no console, no websockets, no metrics port.

    `filters` are what ingest reads beside our own topics.
    """
    text = "id = 0\n" + SEGMENTS + "".join(map(_kept, filters)) + _listener("v4", settings, settings.port)
    if settings.port_v5 is not None:
        text += _listener("v5", settings, settings.port_v5)
    return text


def _kept(name: str) -> str:
    return f"[router.custom_segment.{json.dumps(name)}]\nmax_segment_size = 16777216\nmax_segment_count = 8\n"


def _listener(protocol: str, settings: Mqtt, port: int) -> str:
    text = LISTENER.format(protocol=protocol, listen=json.dumps(_socket_address(settings.host, port)))
    if settings.username is not None:
        account = f"{json.dumps(settings.username)} = {json.dumps(settings.password or '')}\n"
        text += f"[{protocol}.{protocol}.connections.auth]\n{account}"
    return text


def _socket_address(host: str, port: int) -> str:
    """rumqttd listens on addresses, not on names."""
    address = _resolved(host)
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def _resolved(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
    except OSError as error:
        raise IocError("mqtt_host_unknown", f"mqtt.host {host!r}: {error}") from error


def _await_listening(settings: Mqtt, thread: threading.Thread) -> None:
    address = _resolved(settings.host)
    host = str(address) if not address.is_unspecified else ("::1" if address.version == 6 else "127.0.0.1")
    pause = threading.Event()
    for _ in range(int(START_S / 0.02)):
        try:
            socket.create_connection((host, settings.port), timeout=1).close()
        except OSError:
            if not thread.is_alive():
                break
            pause.wait(0.02)
        else:
            return
    raise IocError("broker_not_listening", f"embedded broker: does not listen on {host}:{settings.port}")
