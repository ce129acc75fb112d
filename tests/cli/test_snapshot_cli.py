"""Freezing days by hand: what is over and not frozen yet, or one day that was missed."""

from datetime import UTC, datetime, timedelta

import pytest

from ioc import cli

ORGS = "code,name,kind,parent\nhg,Hà Giang,province,\nhg.mv,Mèo Vạc,district,hg\n"
SOURCES = "org,kind,source,name\nhg,dossier,mot-cua,Một cửa\n"


@pytest.fixture
def ioc(tmp_path, capsys):
    """Run a command in one data directory that knows two orgs and a system; gives exit code, stdout, stderr."""

    def run(*arguments: str):
        code = cli.main([*arguments, "--data-dir", str(tmp_path / "data")])
        out = capsys.readouterr()
        return code, out.out, out.err

    for name, text in (("org", ORGS), ("source", SOURCES)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        assert run(name, "import", str(tmp_path / f"{name}.csv"))[0] == 0
    return run


def day(ago: int) -> str:
    return (datetime.now(UTC) + timedelta(hours=7) - timedelta(days=ago)).date().isoformat()


def test_the_newest_day_that_is_over_is_frozen_once(ioc):
    code, out, _ = ioc("dossiers", "snapshot")
    assert (code, out.partition(": ")[2]) == (0, "frozen for 2 orgs\n")
    assert ioc("dossiers", "snapshot")[1] == "every day that is over is frozen\n"


def test_a_day_that_was_missed_is_named(ioc):
    assert ioc("dossiers", "snapshot", "--day", day(40))[1] == f"{day(40)}: frozen for 2 orgs\n"
    assert ioc("dossiers", "snapshot", "--day", day(40))[1] == f"{day(40)}: frozen already\n"


@pytest.mark.parametrize(("text", "why"), [(day(-1), "not over yet"), ("soon", "expected YYYY-MM-DD")])
def test_a_day_that_is_not_over_or_none_is_refused(ioc, text, why):
    code, _, err = ioc("dossiers", "snapshot", "--day", text)
    assert code == 2
    assert why in err
