"""The brake on guessing: a moving window of failures, and no more memory than the names of a minute."""

from types import SimpleNamespace

import pytest

from ioc.core.errors import Code, IocError
from tests.clock import FakeClock
from web import login_brake
from web.login_brake import LoginBrake

NAME = "name mai"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock(0)
    monkeypatch.setattr("limits.storage.memory.time", SimpleNamespace(time=clock.monotonic))
    return clock


def taken(brake: LoginBrake, key: str, *, right: bool) -> bool:
    """Whether the attempt was looked at."""
    try:
        with brake.attempt(key):
            check(right)
    except IocError as error:
        return error.code is Code.BAD_LOGIN
    return True


def check(right: bool) -> None:
    if not right:
        raise IocError(Code.BAD_LOGIN)


def test_the_window_moves(clock: FakeClock) -> None:
    brake = LoginBrake(3)
    for _ in range(3):
        assert taken(brake, NAME, right=False)
        clock.advance(20)
    clock.advance(-1)
    assert not taken(brake, NAME, right=True), "three within 59 s"
    clock.advance(2)
    assert taken(brake, NAME, right=False), "the first is 61 s old"
    assert not taken(brake, NAME, right=True), "the other two and the last are not"
    assert taken(brake, "name lan", right=True)


def test_what_is_under_way_counts_until_it_succeeded(clock: FakeClock) -> None:
    brake = LoginBrake(2)
    with brake.attempt(NAME):
        assert taken(brake, NAME, right=False)
        assert not taken(brake, NAME, right=True), "one failed, and one whose outcome is not known"
    assert taken(brake, NAME, right=True)


def test_names_that_were_tried_long_ago_are_forgotten(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login_brake, "_MAX_KEYS", 10)
    brake = LoginBrake(2)
    for minute in (1, 2):
        for i in range(8):
            taken(brake, f"name {minute}-{i}", right=False)
        clock.advance(59 if minute == 2 else 61)
    assert taken(brake, NAME, right=True)
    assert {key for key in brake._keys if key.startswith("name 1")} == set()
    assert len(brake._keys) == 8
