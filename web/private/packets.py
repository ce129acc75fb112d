"""python-socketio: a packet that is no JSON is an event nobody listens for, and no page of the log."""

import json
from typing import Any

import msgspec

from ioc.core import jsons

_UNREADABLE = ["unreadable"]


class PacketJson:
    """The two calls of a module `json` that packets are read and written with."""

    dumps = staticmethod(json.dumps)

    @staticmethod
    def loads(text: str) -> Any:
        try:
            return jsons.decode(text)
        except msgspec.DecodeError:
            return list(_UNREADABLE)
