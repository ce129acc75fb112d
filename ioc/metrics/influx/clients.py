"""Connections to one InfluxDB: each thread has its own, made at its first use."""

import os
import threading
from functools import cached_property
from typing import Final

import urllib3
from influxdb_client import InfluxDBClient, WriteApi
from influxdb_client.client.write_api import SYNCHRONOUS

from ioc.config.influx_address import StoreAddress
from ioc.platform.private.influx import takes_packed

CONNECT_S, ANSWER_S = 3.0, 10.0
CONNECTIONS: Final = 8


class InfluxClients:
    """Of no use to another thread, nor to a process that was forked off later.

    In the web role sockets are gevent's: one that a native thread opened cannot be read by another.
    """

    def __init__(self, access: StoreAddress) -> None:
        self.pid = os.getpid()
        self._access = access
        self.pool = urllib3.PoolManager(maxsize=CONNECTIONS, retries=False, ca_certs=access.ca)

    @cached_property
    def writer(self) -> WriteApi:
        """The write path of 2.x and 3.x."""
        access = self._access
        client = InfluxDBClient(
            access.address.base,
            access.token or (f"{access.username}:{access.password}" if access.username else ""),
            auth_basic=access.username is not None,
            org=access.address.org,
            ssl_ca_cert=access.ca,
            timeout=(round(CONNECT_S * 1000), round(ANSWER_S * 1000)),
            retries=False,
        )
        takes_packed(client)
        return client.write_api(write_options=SYNCHRONOUS)

    def close(self) -> None:
        self.pool.clear()
        if "writer" in vars(self):
            self.writer.close()


class ClientsByThread(threading.local):
    """The clients of the thread that asks; those of a thread that ended go with it."""

    def __init__(self, access: StoreAddress) -> None:
        self._access = access
        self._clients: InfluxClients | None = None

    def get(self) -> InfluxClients:
        if self._clients is None or self._clients.pid != os.getpid():
            self._clients = InfluxClients(self._access)
        return self._clients

    def lend(self, clients: InfluxClients) -> None:
        """To a thread that only works while the one whose they are waits for it."""
        self._clients = clients

    def close(self) -> None:
        clients, self._clients = self._clients, None
        if clients is not None and clients.pid == os.getpid():
            clients.close()
