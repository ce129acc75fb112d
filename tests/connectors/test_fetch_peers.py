"""Dossiers from real PostgreSQL, MariaDB and OpenSSH servers."""

import os
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from connectors.deliveries import server
from tests.connectors.fetching import NOW, House, fetcher, nightly
from tests.mariadb_server import mariadb
from tests.postgres_server import postgresql
from tests.sftp_server import sftp

PASSWORD = "mot-cua"
RECEIVED, DUE = (datetime.fromisoformat(text) for text in ("2026-11-02T08:15", "2026-11-12T17:00"))


@pytest.fixture(scope="module", params=["postgresql", "mariadb"])
def view(request):
    """A database with a view of dossiers: its URL, its password, and a hand on its table."""
    opened = postgresql(PASSWORD) if request.param == "postgresql" else mariadb()
    with opened as url:
        address = server.with_driver(sa.make_url(url))
        password = PASSWORD if request.param == "postgresql" else None
        engine = sa.create_engine(address if password is None else address.set(password=password))
        with engine.begin() as conn:
            ms = "timestamptz" if request.param == "postgresql" else "datetime(3)"
            columns = f"ma varchar(40) primary key, tt int, nhan timestamp null, hen timestamp null, cap_nhat {ms}"
            conn.execute(sa.text(f"CREATE TABLE hs ({columns})"))
            conn.execute(
                sa.text(
                    "CREATE VIEW v_ho_so AS SELECT ma AS mahoso, tt AS trangthai, nhan AS ngaytiepnhan,"
                    " hen AS ngayhentra, cap_nhat FROM hs"
                )
            )
        yield url, password, engine
        engine.dispose()


@pytest.fixture
def house(tmp_path):
    return House(tmp_path / "data")


def put(engine, at_minute, *codes, status=4):
    """Dossiers as the other system writes them, changed at that minute."""
    changed = datetime(2026, 11, 20, 1, at_minute, tzinfo=UTC)
    with engine.begin() as conn:
        for code in codes:
            conn.execute(sa.text("DELETE FROM hs WHERE ma = :ma"), {"ma": code})
            row = {"ma": code, "tt": status, "nhan": RECEIVED, "hen": DUE, "at": changed}
            conn.execute(sa.text("INSERT INTO hs VALUES (:ma, :tt, :nhan, :hen, :at)"), row)


@pytest.fixture
def empty(view):
    with view[2].begin() as conn:
        conn.execute(sa.text("DELETE FROM hs"))


def sql(view, **keys):
    url, password, _engine = view
    return fetcher("sql", url=url, password=password, **{"query": "SELECT * FROM v_ho_so", **keys})


@pytest.mark.usefixtures("empty")
def test_a_view_read_whole_tells_what_changed_and_what_vanished(view, house):
    put(view[2], 0, *(f"H-{n}" for n in range(2_300)))
    (first,), events, (state,) = house.turn(sql(view))
    assert (first.error, len(events)) == (None, 2_300)
    assert events[0]["received_at"] == 1_793_582_100_000, "no offset: the org's own time"
    assert (state["as_of"], state["complete"]) == (NOW + 60_000, True)
    put(view[2], 5, "H-7", status=9)
    with view[2].begin() as conn:
        conn.execute(sa.text("DELETE FROM hs WHERE ma = 'H-8'"))
    (second,), (event,), (state,) = house.turn(sql(view))
    assert (event["code"], event["status"]) == ("H-7", 9)
    assert (second.vanished, state["vanished"]) == (1, 1)


@pytest.mark.usefixtures("empty")
def test_a_delta_goes_on_at_its_watermark(view, house):
    delta = sql(view, full=False, watermark="cap_nhat", as_of="watermark")
    put(view[2], 0, "H-1", "H-2")
    _outcomes, events, (state,) = house.turn(delta)
    assert [event["code"] for event in events] == ["H-1", "H-2"]
    put(view[2], 0, "H-3")  # committed late, with the watermark that was the highest
    put(view[2], 7, "H-2", status=10)
    (outcome,), events, (state,) = house.turn(delta)
    assert {event["code"] for event in events} == {"H-2", "H-3"}
    assert outcome.rows == 3
    offset = 0 if view[2].dialect.name == "postgresql" else 7 * 3_600_000  # a datetime is the org's own time
    assert state["as_of"] == datetime(2026, 11, 20, 1, 7, tzinfo=UTC).timestamp() * 1000 - offset
    (outcome,), events, _states = house.turn(delta)
    assert (outcome.rows, events) == (1, [])


@pytest.mark.usefixtures("empty")
def test_nothing_can_be_written_and_nothing_runs_for_ever(view, house):
    put(view[2], 0, "H-1")
    asleep = {"postgresql": "SELECT ma, pg_sleep(30) FROM hs", "mariadb": "SELECT ma, sleep(30) FROM hs"}
    (slow,), events, _states = house.turn(sql(view, query=asleep[view[0].split(":")[0].split("+")[0]], timeout_s=1))
    assert events == []
    assert any(word in slow.error.lower() for word in ("timeout", "max_statement_time"))
    (refused,), _events, _states = house.turn(sql(view, query="WITH x AS (DELETE FROM hs RETURNING *) SELECT * FROM x"))
    assert refused.error
    with server_reads_only(view) as conn, pytest.raises(sa.exc.DBAPIError):
        conn.execute(sa.text("DELETE FROM hs"))
    with view[2].connect() as conn:
        assert conn.scalar(sa.text("SELECT count(*) FROM hs")) == 1


def server_reads_only(view):
    connection = view[2].connect()
    server.only_read(connection, 5)
    return connection


@pytest.mark.usefixtures("empty")
def test_a_figure_that_is_no_number_is_a_bad_row_not_the_end_of_the_turn(view, house):
    put(view[2], 0, "H-1")
    query, reason = {
        "postgresql": ("SELECT ma AS mahoso, 'NaN'::numeric AS fee FROM hs", "not_finite"),
        "mariadb": ("SELECT ma AS mahoso, 'NaN' AS fee FROM hs", "wrong_type"),
    }[view[2].dialect.name]
    (outcome,), events, (state,) = house.turn(sql(view, query=query))
    assert (events, state["delivered"]) == ([], False)
    assert f"line 1: {reason}: fee" in outcome.error


def test_what_a_server_says_is_passed_on(view, house):
    (outcome,), _events, (state,) = house.turn(sql(view, query="SELECT * FROM no_such_view"))
    assert "no_such_view" in outcome.error
    assert state["delivered"] is False
    stranger = fetcher("sql", url="oracle://u@127.0.0.1/x", query="SELECT 1 FROM dual")
    (outcome,), _events, _states = house.turn(stranger)
    assert outcome.error == "oracle+oracledb: not installed: pip install oracledb"


# --- SFTP -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def there():
    with sftp() as running:
        yield running


def remote(there, **keys):
    reach = {"host": "127.0.0.1", "port": there.port, "username": there.username, "host_key": there.host_key}
    return fetcher("sftp", key=there.key, path=str(there.folder), settle_s=0, **{**reach, **keys})


def lay(there, name, text):
    path = there.folder / name
    path.write_text(text, encoding="utf-8")
    if os.geteuid() == 0:
        path.chmod(0o666)


def test_an_inbox_on_another_machine_is_emptied(there, house):
    lay(there, "hs.csv", nightly(1_200))
    (outcome,), events, (state,) = house.turn(remote(there))
    assert (outcome.error, len(events), state["complete"]) == (None, 1_200, True)
    lay(there, "hs2.csv", nightly(500))
    (cut,), events, _states = house.turn(remote(there))
    assert (events, "taken for cut off" in cut.error) == ([], True)
    (reason,) = (there.folder / "bad").glob("*.why.txt")
    assert "500 rows where the last delivery had 1200" in reason.read_text(encoding="utf-8")
    assert [path.name for path in there.folder.iterdir() if path.is_file()] == []


def test_a_server_with_another_key_is_not_spoken_to(there, house):
    other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEeR2aELyhcFsWs7bPExAmpleExAmpleExAmpleExAmp"
    (outcome,), _events, _states = house.turn(remote(there, host_key=other))
    assert outcome.error == "the server shows another key than host_key"
    (outcome,), _events, _states = house.turn(remote(there, username="stranger"))
    assert outcome.error == "stranger is not let in"
