"""influxdb-client: bodies that come packed, since its own gzip is level 9 and ten times the work."""

from typing import Any


def takes_packed(client: Any) -> None:
    """From now on an InfluxDBClient says of every body that it is gzip."""
    client.api_client.set_default_header("Content-Encoding", "gzip")
