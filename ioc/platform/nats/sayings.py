"""The log of the server, sorted into lines of our own log and mere counts."""

import re
import threading
from collections import Counter
from enum import StrEnum

_LINE = re.compile(r"^\[\d+\] \[(?P<level>[A-Z]{3})\] (?P<text>.*)$")
_VIOLATION = re.compile(r"- mid:(?P<connection>\d+) - .*(?:Publish|Subscription) Violation")
# a client id may be a secret, and stands in every line about a connection
_CLIENT = re.compile(r' - mid:\d+ - (?:"[^"]*" - )?')
_REPLACED = "Replacing old client"
_RELOADED = "Reloaded server configuration"
_HUSHED = ("Plaintext passwords detected",)


class LogLevel(StrEnum):
    """As the server writes them."""

    FATAL = "FTL"
    ERROR = "ERR"
    WARNING = "WRN"


class Sayings:
    """Fed line by line; keeps counts and what is worth a line of our own log."""

    def __init__(self) -> None:
        self.violations: Counter[int] = Counter()  # by connection
        self.refused_full = self.replaced = 0
        self.disk_full = False
        self.reloaded = threading.Event()

    def hear(self, line: str) -> str | None:
        """The line for our log, without client ids; None for one that is only counted or of no interest."""
        found = _LINE.match(line.rstrip())
        if found is None:
            return None
        text = found["text"]
        if _RELOADED in text:
            self.reloaded.set()
        if found["level"] not in set(LogLevel):
            return None
        if violation := _VIOLATION.search(text):
            self.violations[int(violation["connection"])] += 1
            return None
        if _REPLACED in text:
            self.replaced += 1
            return None
        if "maximum bytes exceeded" in text:
            self.refused_full += 1
            return None
        text = _CLIENT.sub(" - ", text)
        if "no space left on device" in text or "out of resources" in text:
            first, self.disk_full = not self.disk_full, True
            return text if first else None
        return None if text.startswith(_HUSHED) else text
