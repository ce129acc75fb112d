"""The configuration file beside the service it started: changed maps are taken over, all else waits for a restart."""

import logging
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import structs

from ioc.config.started import Started
from ioc.core.errors import IocError

log = logging.getLogger(__name__)

MAP = "map"
Check = Callable[[Path], object]


class MapFile:
    """Whoever started the roles looks here; they find what was taken over in `run/started.json`, and at each restart.

    `check` raises IocError for a file that `ioc check-config` would refuse: then the maps before it stay in force.
    """

    def __init__(self, file: Path, started: Started, kept: Path, check: Check) -> None:
        self._file = file
        self._started = started
        self._kept = kept
        self._check = check
        self._taken = self._seen = self._stamp()

    def look(self) -> None:
        """Call about once a second; a file that is still being written is left until it rests."""
        stamp = self._stamp()
        rests, self._seen = stamp == self._seen, stamp
        if stamp is None or stamp == self._taken or not rests:
            return
        self._taken = stamp
        try:
            self._check(self._file)
            table = tomllib.loads(self._file.read_text(encoding="utf-8"))
        except (IocError, OSError, ValueError) as error:
            why = " ".join(str(error).split())
            log.warning("%s was changed and cannot be used; the maps before it stay in force: %s", self._file, why)
            self._keep(self._started.table, why)
            return
        self._take(table)

    def _take(self, table: dict[str, Any]) -> None:
        before = self._started.table
        keys = (table.keys() | before.keys()) - {MAP}
        if waiting := sorted(key for key in keys if table.get(key) != before.get(key)):
            log.warning("%s: what changed under %s holds from the next start", self._file, ", ".join(waiting))
        rest = {key: value for key, value in before.items() if key != MAP}
        self._keep({**rest, MAP: table[MAP]} if MAP in table else rest, None)
        log.info("%s: %d maps are in force", self._file, len(table.get(MAP, ())))

    def _keep(self, table: dict[str, Any], trouble: str | None) -> None:
        started = structs.replace(self._started, table=table, map_trouble=trouble)
        if started == self._started:
            return
        try:
            started.write(self._kept)
        except OSError as error:
            log.warning("%s cannot be written: %s", self._kept, error.strerror)
            return
        self._started = started

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            found = self._file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
