"""A story that fails leaves nothing running."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

STORIES = """
import sys
from tests.ops.running import Running

def test_one_begins_something_and_fails(monkeypatch):
    sleeps = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr("tests.ops.running.bound_to_us", lambda command: sleeps)
    running = Running()
    print("pid", running.process.pid)
    assert False

def test_the_next_finds_nothing_of_it():
    assert not Running.started
"""


def test_what_a_failed_story_began_ends_with_it(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[2])
    pytester.makepyfile(STORIES)
    result = pytester.runpytest_inprocess("-p", "tests.suite.leftover", "-p", "no:xdist", "-p", "no:hypothesispytest")
    result.assert_outcomes(passed=1, failed=1)
    (pid,) = [line.split()[1] for line in result.outlines if line.startswith("pid ")]
    assert not Path(f"/proc/{pid}").exists()
