"""ioc display: a display is let in by its code on the server itself, listed, and shut out."""

import pytest

from ioc.cli import main
from ioc.core.clock import SystemClock
from ioc.domain.displays import pairing
from ioc.platform.db import Database, migrate, sqlite_url


@pytest.fixture
def shown(tmp_path):
    """The code that a display shows, and its secret."""
    db = Database(sqlite_url(tmp_path / "ioc.sqlite"))
    migrate.upgrade(db)
    with db.write() as conn:
        begun = pairing.begin(conn, "10.0.0.5", SystemClock().now_ms())
    yield db, begun
    db.close()


def ioc(tmp_path, *words: str) -> int:
    return main(["display", words[0], "--data-dir", str(tmp_path), *words[1:]])


def test_a_display_comes_in_is_listed_and_is_shut_out(tmp_path, shown, capsys):
    db, begun = shown
    assert ioc(tmp_path, "approve", begun.code, "--name", "sanh-lon", "--title", "Sảnh lớn") == 0
    with db.write() as conn:
        assert pairing.give_out(conn, begun.secret).name == "sanh-lon"
    capsys.readouterr()
    assert ioc(tmp_path, "list") == 0
    assert capsys.readouterr().out.splitlines()[1].split()[:3] == ["sanh-lon", "Sảnh", "lớn"]
    assert ioc(tmp_path, "revoke", "sanh-lon") == 0
    assert ioc(tmp_path, "revoke", "sanh-lon") == 1
    assert "no display 'sanh-lon'" in capsys.readouterr().err


def test_a_wrong_code_is_a_line_that_names_it(tmp_path, shown, capsys):
    assert ioc(tmp_path, "approve", "AAAAAA", "--name", "sanh-lon") == 1
    assert "no display shows the code 'AAAAAA'" in capsys.readouterr().err
