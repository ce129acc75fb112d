"""What a run says at its end: the slowest tests, the seconds of each folder, what passed the second time only."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Protocol

import pytest

SLOWEST = 10


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--second-time", action="store_true", help="what passes failed the first time: it is named")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Summary(second_time=config.getoption("--second-time")), "ioc-summary")


class Report(Protocol):
    """What a report of pytest tells of one phase of a test."""

    nodeid: str
    when: str | None
    duration: float

    @property
    def passed(self) -> bool: ...

    @property
    def failed(self) -> bool: ...


class Summary:
    """Adds up the seconds of set-up, call and clean-up, whichever worker they were spent in."""

    def __init__(self, *, second_time: bool = False) -> None:
        self._second_time = second_time
        self._seconds: dict[str, float] = defaultdict(float)
        self._passed: set[str] = set()
        self._failed: set[str] = set()

    def pytest_runtest_logreport(self, report: Report) -> None:
        self._seconds[report.nodeid] += report.duration
        if report.failed:
            self._failed.add(report.nodeid)
        elif report.passed and report.when == "call":
            self._passed.add(report.nodeid)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for line in self.lines():
            terminalreporter.write_line(line)

    def lines(self) -> Iterator[str]:
        if len(self._seconds) > SLOWEST:
            yield f"slowest {SLOWEST}:"
            yield from _table(_longest(self._seconds)[:SLOWEST])
            yield "seconds a folder:"
            yield from _table(_longest(self._folders()))
        if passed := sorted(self._passed - self._failed) if self._second_time else []:
            yield f"passed only the second time: {len(passed)}"
            yield from (f"  {nodeid}" for nodeid in passed)

    def _folders(self) -> dict[str, float]:
        seconds: dict[str, float] = defaultdict(float)
        for nodeid, duration in self._seconds.items():
            seconds[nodeid.partition("::")[0].rpartition("/")[0] or "."] += duration
        return seconds


def _longest(seconds: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(seconds.items(), key=lambda entry: -entry[1])


def _table(seconds: Iterable[tuple[str, float]]) -> Iterator[str]:
    return (f"{duration:8.1f} s  {name}" for name, duration in seconds)
