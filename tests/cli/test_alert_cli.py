"""`ioc alert`: what is wrong, what people do about it, and who did."""

import pytest
import sqlalchemy as sa

from alerts.actions.act import Action
from alerts.commands.acts import ABOUT
from ioc import cli
from ioc.platform.db import Database, migrate, sqlite_url
from ioc.platform.db.tables import alert

AT = 1_795_230_000_000  # 2026-11-21 10:00 in Hà Giang


@pytest.fixture
def ioc(tmp_path, capsys):
    """Run a command on an installation with two alerts; gives exit code, stdout, stderr."""
    (tmp_path / "data").mkdir()
    db = Database(sqlite_url(tmp_path / "data" / "ioc.sqlite"))
    migrate.upgrade(db)
    shared = {"rule": "gone", "kind": "queue", "org": "xm", "title": "alert.offline", "params": {}, "since": AT}
    with db.write() as conn:
        for source, severity in (("k1", "warning"), ("k2", "critical")):
            row = {"fingerprint": source, "source": source, "severity": severity, "fired_at": AT}
            conn.execute(sa.insert(alert).values(**shared, **row, state="firing", open=True))
    db.close()

    def run(*arguments: str):
        code = cli.main(["alert", *arguments, "--data-dir", str(tmp_path / "data")])
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


def test_every_act_has_its_command():
    assert set(ABOUT) == set(Action)


def test_what_nobody_has_comes_first_and_the_gravest_before_all(ioc):
    lines = ioc("list")[1].splitlines()
    assert [line.split("  ")[:4] for line in lines] == [
        ["2", "firing", "critical", "xm/queue/k2"],
        ["1", "firing", "warning", "xm/queue/k1"],
    ]
    ioc("acknowledge", "2", "--as", "lan")
    assert [line.split("  ")[1] for line in ioc("list")[1].splitlines()] == ["firing", "acknowledged"]
    assert ioc("list", "--last", "1")[1].splitlines()[1] == "… and 1 more"


def test_acts_are_done_to_all_or_none_and_say_how_many(ioc):
    assert ioc("acknowledge", "1", "2", "--comment", "đang xem", "--as", "lan")[:2] == (0, "2 of 2 changed\n")
    assert ioc("acknowledge", "1", "2", "--comment", "đang xem", "--as", "lan")[:2] == (0, "0 of 2 changed\n")
    code, _, err = ioc("shelve", "1", "99")
    assert (code, "99" in err) == (1, True)
    shown = ioc("show", "1")[1]
    assert "  acknowledged  lan  đang xem" in shown
    assert "owner: lan" in shown
    assert "acknowledged_until: " in shown


def test_bad_words_are_refused_with_what_is_allowed(ioc):
    code, _, err = ioc("list", "--state", "asleep")
    assert (code, "firing" in err) == (2, True)
    assert ioc("assign", "1", "--owner", "lan", "--due", "someday")[0] == 2
    assert "comment" in ioc("close", "1")[2]
    assert ioc("show", "99")[0] == 1
