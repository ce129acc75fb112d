"""The migrated schema is the declared one; migrating is safe to do twice, at once, and against the wrong build."""

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from ioc.core.errors import IocError
from ioc.platform.db import Database, migrate, sqlite_url
from ioc.platform.db.tables import metadata


@pytest.fixture
def empty(tmp_path: Path):
    database = Database(sqlite_url(tmp_path / "new.sqlite"))
    yield database
    database.close()


def test_migrations_give_exactly_the_declared_tables(empty):
    assert migrate.current(empty) is None
    assert migrate.upgrade(empty)
    with empty.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert migrate.current(empty) == migrate.head()


def test_indexes_and_defaults_are_the_declared_ones(empty, tmp_path):
    """Autogenerate does not compare partial indexes or defaults: the SQL of both schemas does."""
    migrate.upgrade(empty)
    declared = Database(sqlite_url(tmp_path / "declared.sqlite"))
    metadata.create_all(declared.engine)

    def shape(db):
        inspector = sa.inspect(db.engine)
        names = [name for name in inspector.get_table_names() if name != "alembic_version"]
        return {
            name: (
                {column["name"]: (str(column["type"]), column["nullable"], column["default"])
                 for column in inspector.get_columns(name)},
                sorted((i["name"], tuple(i["column_names"]), i["unique"], str(i["dialect_options"].get("sqlite_where")))
                       for i in inspector.get_indexes(name)),
                sorted(tuple(u["column_names"]) for u in inspector.get_unique_constraints(name)),
            )
            for name in names
        }  # fmt: skip

    assert shape(empty) == shape(declared)
    declared.close()


def test_an_older_schema_is_brought_up_with_what_it_holds(empty):
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    with empty.write() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0001")
        conn.execute(sa.text("INSERT INTO org (code, name) VALUES ('hg', 'Hà Giang')"))
    assert migrate.current(empty) == "0001"
    assert migrate.upgrade(empty)
    assert migrate.current(empty) == migrate.head()
    with empty.read() as conn:
        assert conn.scalar(sa.text("SELECT name FROM org")) == "Hà Giang"
        assert conn.scalar(sa.text("SELECT count(*) FROM calendar_day")) == 0


def test_figures_that_were_dated_by_their_delivery_move_into_their_period(empty):
    """An earlier period that was told last had taken the place of a later one."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    told = 1_795_222_800_000
    with empty.write() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0015")
        rows = {
            "org": [{"code": "hg", "name": "Hà Giang", "kind": ""}],
            "source": [{"id": 7, "org": "hg", "kind": "feed", "source": "par", "status": "active", "simulated": False}],
            "latest": [
                {"source_id": 7, "metrics": {"par": [told, 70], "n": [told, 1]}, "texts": {"period": [told, "2019"]}}
            ],
            "feed_figure": [
                {"source_id": 7, "name": "par", "period": period, "value": value, "at": told - before}
                for period, value, before in (("2019", 70, 0), ("2020", 81.5, 9))
            ],
            "feed_delivery": [{"source_id": 7, "at": told, "as_of": told - 5}],
        }
        for name, given in rows.items():
            conn.execute(sa.insert(metadata.tables[name]), given)
    migrate.upgrade(empty)
    end = 1_609_433_999_000  # 31 December 2020, 23:59:59
    with empty.read() as conn:
        (row,) = conn.execute(sa.select(metadata.tables["latest"])).all()
        assert row.metrics == {"par": [end, 81.5], "n": [told, 1]}
        assert row.texts == {"period": [end, "2020"]}
        assert conn.scalar(sa.text("SELECT told_until FROM feed_delivery")) == told - 5


def test_alerts_that_are_open_at_an_upgrade_have_incidents_and_so_has_what_was_told_of_them(empty):
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    one = {"rule": "r", "severity": "critical", "org": "hg", "title": "t", "params": "{}", "since": 1}
    alerts = [
        {**one, "id": number, "fingerprint": str(number), "state": state, "open": number < 4}
        for number, state in enumerate(("firing", "acknowledged", "pending", "resolved"), 1)
    ]
    said = {"ref": "a", "receiver": "r", "channel": "c", "address": "a", "what": "firing", "subject": "hg",
            "payload": "{}", "state": "delivered", "created_at": 1, "next_try_at": 1}  # fmt: skip
    with empty.write() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0019")
        for name, rows in (("alert", alerts), ("notification", [{**said, "id": 5}, {**said, "id": 6, "ref": "b"}])):
            columns = [sa.column(key) for key in rows[0]]
            conn.execute(sa.insert(sa.table(name, *columns)), rows)
        links = sa.table("notification_alert", sa.column("notification_id"), sa.column("alert_id"))
        conn.execute(sa.insert(links), [{"notification_id": 5, "alert_id": 1}, {"notification_id": 6, "alert_id": 4}])
    migrate.upgrade(empty)
    with empty.read() as conn:
        joined = conn.execute(sa.text("SELECT id, incident_id FROM alert ORDER BY id")).all()
        assert [bool(number) for _, number in joined] == [True, True, False, False]
        assert conn.execute(sa.text("SELECT state FROM incident ORDER BY id")).scalars().all() == ["open", "taken"]
        told = conn.execute(sa.text("SELECT id, incident_id FROM notification ORDER BY id")).all()
        assert [tuple(row) for row in told] == [(5, joined[0][1]), (6, None)]


def test_a_second_time_does_nothing(empty):
    assert migrate.upgrade(empty)
    assert not migrate.upgrade(empty)


def test_many_at_once_migrate_once(tmp_path):
    url = sqlite_url(tmp_path / "new.sqlite")
    troubles = []

    def one():
        database = Database(url)
        try:
            migrate.upgrade(database)
        except IocError as error:
            troubles.append(error)
        database.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []


def test_a_database_of_a_newer_build_is_left_alone(empty):
    migrate.upgrade(empty)
    with empty.write() as conn:
        conn.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(IocError, match="newer than this build"):
        migrate.upgrade(empty)
