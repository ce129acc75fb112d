"""Log lines on stderr, as text for people or as one JSON object a line for collectors."""

import json
import logging
import sys
from datetime import UTC, datetime

from ioc.config.settings import Log

# httpx2 and paramiko tell of every look, and httpx2 with the whole address, which may hold a token
QUIET = ("apscheduler", "socketio", "engineio", "geventwebsocket", "alembic", "httpx2", "paramiko")


def configure(settings: Log, role: str) -> None:
    """Send everything to stderr at the configured level; stdout belongs to the command's own answer."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(role) if settings.format == "json" else _text(role))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _text(role: str) -> logging.Formatter:
    return logging.Formatter(f"%(asctime)s %(levelname)-7s {role}: %(message)s", "%H:%M:%S")


class JsonLines(logging.Formatter):
    """`{"at", "level", "role", "logger", "message", "error"?}`"""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).astimezone().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "role": self._role,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
