"""The end of a run: figures from reports, names from runs of a small suite."""

from types import SimpleNamespace

import pytest

from tests.suite.summary import Summary

pytest_plugins = ["pytester"]


def told(*reports: tuple[str, str, float]) -> list[str]:
    summary = Summary()
    for nodeid, when, duration in reports:
        summary.pytest_runtest_logreport(
            SimpleNamespace(nodeid=nodeid, when=when, duration=duration, passed=True, failed=False)
        )
    return list(summary.lines())


def test_the_slowest_and_the_seconds_of_each_folder() -> None:
    quick = [(f"tests/core/test_a.py::test[{i}]", "call", i / 100) for i in range(12)]
    slow = [("tests/web/screens/test_b.py::test", "setup", 3.0), ("tests/web/screens/test_b.py::test", "call", 2.5)]
    lines = told(*quick, *slow)
    assert lines[:3] == [
        "slowest 10:",
        "     5.5 s  tests/web/screens/test_b.py::test",
        "     0.1 s  tests/core/test_a.py::test[11]",
    ]
    assert lines[11:] == ["seconds a folder:", "     5.5 s  tests/web/screens", "     0.7 s  tests/core"]


def test_a_handful_needs_no_tables() -> None:
    assert told(("tests/core/test_a.py::test", "call", 9.0)) == []


def test_what_passes_only_the_second_time_is_named(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it="""
        from pathlib import Path

        def test_busy():
            Path("tried").open("a").write("x")
            assert Path("tried").read_text() != "x"

        def test_fault():
            assert False

        def test_fine():
            pass
        """
    )
    plugins = ("-p", "tests.suite.summary", "-p", "no:xdist")
    first = pytester.runpytest_inprocess(*plugins)
    assert "passed only the second time" not in first.stdout.str()
    second = pytester.runpytest_inprocess(*plugins, "--last-failed", "--second-time")
    at = second.outlines.index("passed only the second time: 1")
    assert second.outlines[at + 1] == "  test_it.py::test_busy"
    assert "test_fine" not in second.stdout.str()
