"""The one room of ioc and connectors that uses what a library does not promise; a file a library.

Each library is pinned to one version in `pyproject.toml`. Each name has a canary in `tests/platform/test_private.py`:
a version that moves it fails there with a sentence.
"""

PINNED = ("influxdb-client", "openpyxl", "paho-mqtt")
