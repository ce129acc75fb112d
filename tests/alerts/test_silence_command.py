"""`ioc silence`: set, list and end from the command line."""

import pytest

from ioc.cli import main
from ioc.platform.db.tables import org
from tests.databases import empty_records


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A data directory with one org, and the command on it."""
    db = empty_records(tmp_path / "ioc.sqlite")
    with db.write() as conn:
        conn.execute(org.insert().values(code="hg", name="Hà Giang", kind="province"))
    db.close()
    monkeypatch.setattr("ioc.platform.db.migrate.upgrade", lambda _db: None)  # the tables are there

    def ioc(*words):
        return main(["silence", *words[:1], "--data-dir", str(tmp_path), *words[1:]])

    return ioc


def test_set_listed_and_ended(here, capsys):
    assert here("add", "--org", "hg", "--severity", "warning", "--minutes", "30", "--reason", "thay UPS") == 0
    assert "silence 1 holds until" in capsys.readouterr().out
    assert here("list") == 0
    listed = capsys.readouterr().out
    assert "1  active  org=hg severity=warning" in listed
    assert "cli: thay UPS" in listed
    assert here("end", "1") == 0
    capsys.readouterr()
    assert here("list") == 0
    assert capsys.readouterr().out == ""
    assert here("list", "--all") == 0
    assert "1  ended" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told", "code"),
    [
        (("--minutes", "30"), "name what is muted: --org, --kind", 2),
        (("--kind", "kiosk", "--minutes", "30"), "match.kind: 'kiosk'; allowed: ", 1),
        (("--org", "hn", "--minutes", "30"), "org 'hn'", 1),
        (("--org", "hg", "--until", "tomorrow"), "--until 'tomorrow'", 2),
        (("--org", "hg", "--until", "2020-01-01T00:00:00Z"), "it would end at 2020-01-01T07:00:00+07:00", 2),
    ],
)
def test_what_cannot_be_is_refused(here, capsys, words, told, code):
    assert here("add", "--reason", "sửa", *words) == code
    assert told in capsys.readouterr().err


def test_one_that_there_is_not_cannot_be_ended(here, capsys):
    assert here("end", "9") == 1
    assert "there is no silence 9" in capsys.readouterr().err
