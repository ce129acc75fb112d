"""The end of a run, from runs of small suites."""

import pytest

pytest_plugins = ["pytester"]
PLUGIN = ("-p", "tests.suite.summary", "-p", "no:xdist", "-p", "no:cacheprovider")


def test_the_slowest_and_the_seconds_of_each_folder(pytester: pytest.Pytester) -> None:
    for folder, pause in (("slow", 0.03), ("quick", 0.0)):
        pytester.mkdir(folder)
        many = (
            f"import time, pytest\n\n@pytest.mark.parametrize('i', range(7))\ndef test(i):\n    time.sleep({pause})\n"
        )
        (pytester.path / folder / f"test_{folder}.py").write_text(many, encoding="utf-8")
    lines = pytester.runpytest_inprocess(*PLUGIN).outlines
    slowest, folders = lines.index("slowest 10:"), lines.index("seconds a folder:")
    assert folders - slowest == 11
    assert all("slow/test_slow.py::test[" in line for line in lines[slowest + 1 : slowest + 8])
    assert [line.split()[-1] for line in lines[folders + 1 : folders + 3]] == ["slow", "quick"]
    assert float(lines[folders + 1].split()[0]) >= 0.2


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
    plugin = PLUGIN[:-2]
    first = pytester.runpytest_inprocess(*plugin)
    assert "passed only the second time" not in first.stdout.str()
    second = pytester.runpytest_inprocess(*plugin, "--last-failed", "--second-time")
    at = second.outlines.index("passed only the second time: 1")
    assert second.outlines[at + 1] == "  test_it.py::test_busy"
    assert "test_fine" not in second.stdout.str()


def test_a_handful_needs_no_tables(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it="def test_one():\n    pass\n")
    assert "slowest" not in pytester.runpytest_inprocess(*PLUGIN).stdout.str()
