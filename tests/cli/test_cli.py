"""The command line on an empty installation: what it prints, what it keeps, how it ends."""

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from ioc import cli
from ioc.domain import access
from ioc.platform.db import Database, sqlite_url
from ioc.platform.db.tables import audit

ORGS = "code,name,kind,parent\nhg,Hà Giang,province,\nhg.mv,Mèo Vạc,district,hg\n"
SOURCES = "org,kind,source,name\nhg.mv,queue,kiosk-1,Kiosk Mèo Vạc\n"


@pytest.fixture
def ioc(tmp_path, capsys):
    """Run a command in its own data directory; gives exit code, stdout, stderr."""

    def run(*arguments: str):
        try:
            code = cli.main([*arguments, "--data-dir", str(tmp_path / "data")])
        except SystemExit as exit_:
            code = exit_.code
        out = capsys.readouterr()
        return code, out.out, out.err

    run.db = lambda: Database(sqlite_url(tmp_path / "data" / "ioc.sqlite"))
    run.folder = tmp_path
    return run


def audited(db: Database) -> list[str]:
    with db.read() as conn:
        return list(conn.scalars(sa.select(audit.c.action).order_by(audit.c.id)))


def test_a_token_is_all_that_is_printed(ioc):
    code, out, err = ioc("token", "create", "--name", "wall-1", "--role", "wall")
    assert (code, err) == (0, "")
    with ioc.db().read() as conn:
        assert access.token_owner(conn, out.strip()).name == "wall-1"
    assert out.count("\n") == 1


def test_tokens_are_listed_and_revoked(ioc):
    _, text, _ = ioc("token", "create", "--name", "t", "--role", "admin")
    assert text.strip() not in ioc("token", "list")[1]
    assert ioc("token", "revoke", "t")[0] == 0
    code, _, err = ioc("token", "revoke", "t")
    assert (code, err) == (1, "ioc: 't': there is none of that name\n")


def test_a_user_gets_the_password_of_the_environment(ioc, monkeypatch):
    monkeypatch.setenv("IOC_PASSWORD", "mật khẩu dài")
    assert ioc("user", "add", "truc-ban", "--role", "leader")[0] == 0
    assert access.check_password(ioc.db(), "truc-ban", "mật khẩu dài") is not None
    monkeypatch.setenv("IOC_PASSWORD", "mật khẩu khác")
    assert ioc("user", "passwd", "truc-ban")[0] == 0
    assert access.check_password(ioc.db(), "truc-ban", "mật khẩu dài") is None
    assert re.search(r"truc-ban +leader +- +vi +False", ioc("user", "list")[1])
    assert ioc("user", "disable", "truc-ban")[0] == 0
    assert audited(ioc.db()) == ["user_added", "user_password_set", "user_disabled"]


def test_without_a_terminal_a_password_must_be_given(ioc, monkeypatch):
    monkeypatch.delenv("IOC_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    code, _, err = ioc("user", "add", "truc-ban", "--role", "leader")
    assert code == 2
    assert "set IOC_PASSWORD" in err


def test_on_a_terminal_the_password_is_asked_twice(ioc):
    ioc("migrate")
    master, slave = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "IOC_PASSWORD"}
    arguments = ["user", "add", "truc-ban", "--role", "leader", "--data-dir", str(ioc.folder / "data")]
    process = subprocess.Popen(
        [sys.executable, "-m", "ioc", *arguments], stdin=slave, stdout=slave, stderr=slave, env=environment,
        start_new_session=True,
    )  # fmt: skip
    for prompt in (b"password:", b"again:"):
        seen = b""
        while prompt not in seen:
            seen += os.read(master, 1000)
        os.write(master, "mật khẩu dài\n".encode())
    assert process.wait(20) == 0
    assert access.check_password(ioc.db(), "truc-ban", "mật khẩu dài") is not None


def test_unknown_role_is_a_usage_error(ioc):
    code, _, err = ioc("token", "create", "--name", "t", "--role", "king")
    assert code == 2
    assert "king" in err


def test_units_and_sources_from_files(ioc):
    orgs, sources = ioc.folder / "orgs.csv", ioc.folder / "sources.csv"
    orgs.write_text(ORGS, encoding="utf-8")
    sources.write_text(SOURCES, encoding="utf-8")
    assert "2 would be added" in ioc("org", "import", str(orgs), "--dry-run")[1]
    assert "2 added" in ioc("org", "import", str(orgs))[1]
    assert "1 added" in ioc("source", "import", str(sources))[1]
    assert "0 added, 0 changed, 1 unchanged" in ioc("source", "import", str(sources))[1]
    sources.write_text(SOURCES + "nowhere,queue,k,K\n", encoding="utf-8")
    code, _, err = ioc("source", "import", str(sources))
    assert code == 2
    assert "3" in err
    assert "'nowhere' is not in the tree" in err


def test_a_source_is_retired_and_confirmed_by_name(ioc):
    test_units_and_sources_from_files(ioc)
    assert ioc("source", "retire", "hg.mv/queue/kiosk-1")[1] == "hg.mv/queue/kiosk-1: retired\n"
    assert ioc("source", "confirm", "hg.mv/queue/kiosk-1")[1] == "hg.mv/queue/kiosk-1: active\n"
    assert audited(ioc.db())[-2:] == ["source.retire", "source.confirm"]
    assert ioc("source", "retire", "hg.mv/queue/nobody")[0] == 1
    assert ioc("source", "retire", "kiosk-1")[0] == 2


def test_a_configuration_is_checked_key_by_key(tmp_path, capsys):
    path = tmp_path / "ioc.toml"
    path.write_text('data_dir = "x"\n[http]\nport = "no"\nhots = "y"\n')
    assert cli.main(["check-config", str(path)]) == 2
    err = capsys.readouterr().err
    assert "2 problem(s)" in err
    assert "http.port: 'no'" in err
    assert "http.hots: unknown key; allowed:" in err
    path.write_text('data_dir = "x"\n')
    assert cli.main(["check-config", str(path)]) == 0
    assert cli.main(["check-config", str(tmp_path / "none.toml")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_the_store_proves_itself(ioc):
    code, out, _ = ioc("check-store")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["ok"] * 4


def test_nothing_is_made_where_nobody_asked(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["token", "list"]) == 2
    assert "give --config FILE or --data-dir DIR" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_every_command_explains_itself(capsys):
    def walk(parser, path=()):
        yield path, parser
        for action in parser._actions:
            if isinstance(action.choices, dict):
                for name, child in action.choices.items():
                    yield from walk(child, (*path, name))

    names = [" ".join(path) for path, parser in walk(cli.parser()) if parser.format_help()]
    for wanted in (
        "store copy", "demo", "serve", "check-config", "check-store", "token create", "user passwd", "org import",
        "source import", "source confirm", "source retire", "simulate", "replay", "backup", "restore", "doctor",
        "migrate",
    ):  # fmt: skip
        assert wanted in names
        assert next(p for path, p in walk(cli.parser()) if " ".join(path) == wanted).description


@pytest.mark.parametrize("heavy", ["sqlalchemy", "flask", "gevent", "paho", "alembic", "apscheduler", "argon2"])
def test_help_is_quick_because_nothing_heavy_is_loaded(heavy):
    code = f"import sys, ioc.cli; ioc.cli.parser(); sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2]).returncode == 0
