"""One holder a duty, and a holder that slept is refused."""

import pytest
import sqlalchemy as sa

from ioc.core.errors import IocError
from ioc.platform.db.tables import lease as table
from ioc.platform.lease import Lease
from tests.clock import FakeClock
from tests.databases import empty_records


@pytest.fixture
def db(tmp_path):
    database = empty_records(tmp_path / "ioc.sqlite")
    yield database
    database.close()


@pytest.fixture
def clock():
    return FakeClock()


def two(db, clock):
    return Lease(db, "alerts", "a", 6.0, clock), Lease(db, "alerts", "b", 6.0, clock)


def test_the_second_waits_until_the_first_has_run_out(db, clock):
    first, second = two(db, clock)
    assert first.keep()
    assert not second.keep()
    clock.advance(5)
    assert first.keep()
    clock.advance(5)
    assert not second.keep()
    clock.advance(2)
    assert second.keep()
    assert second.token == 2
    assert not first.keep()


def test_a_holder_that_slept_is_refused_inside_its_transaction(db, clock):
    first, second = two(db, clock)
    first.keep()
    clock.advance(60)
    second.keep()

    def write_as_the_sleeper():
        with db.write() as conn:
            conn.execute(sa.update(table).values(holder="written by the sleeper"))
            first.check(conn)

    with pytest.raises(IocError) as refused:
        write_as_the_sleeper()
    assert refused.value.code == "lease_lost"
    assert not first.held
    with db.read() as conn:
        assert conn.scalar(sa.select(table.c.holder)) == "b"
        second.check(conn)


def test_a_holder_nobody_replaced_goes_on_with_its_token(db, clock):
    first, _ = two(db, clock)
    first.keep()
    clock.advance(60)
    with db.write() as conn:
        first.check(conn)
    assert first.keep()
    assert first.token == 1


def test_released_is_free_at_once(db, clock):
    first, second = two(db, clock)
    first.keep()
    first.release()
    assert not first.held
    assert second.keep()
    assert second.token == 2


def test_the_same_name_in_a_new_life_gets_a_new_token(db, clock):
    Lease(db, "alerts", "a", 6.0, clock).keep()
    reborn = Lease(db, "alerts", "a", 6.0, clock)
    assert not reborn.keep()
    clock.advance(6)
    assert reborn.keep()
    assert reborn.token == 2


def test_a_clock_set_back_does_not_lock_the_duty_for_an_hour(db, clock):
    first, second = two(db, clock)
    first.keep()
    clock.set(clock.now_ms() - 3_600_000)
    assert second.keep()
