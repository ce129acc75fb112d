"""Passwords being guessed: few are tried whoever guesses from wherever, and the owner's own device comes in."""

from itertools import pairwise
from pathlib import Path

import pytest

from ioc.domain import login_failures
from ioc.domain.login_failures import MINUTE_MS
from ioc.platform.db import Database
from tests.databases import empty_records
from tests.web.conftest import SATURDAY, Province

GOOD = {"username": "mai", "password": "mat-khau-dai"}
SESSION = "/api/v1/session"


class Doors:
    """Three workers over one database, and a clock."""

    def __init__(self, folder: Path) -> None:
        empty_records(folder / "ioc.sqlite").close()
        self.workers = [Database(f"sqlite:///{folder / 'ioc.sqlite'}") for _ in range(3)]
        self.now, self.asked = 0, 0

    def tries(self, name: str, place: str, *, known: bool = False, right: bool = False) -> bool:
        """Whether the password was looked at."""
        self.asked += 1
        with self.workers[self.asked % 3].write() as conn:
            number = login_failures.begin(conn, name, place, self.now, 10, known=known)
            if number is not None and right:
                login_failures.right(conn, number)
        return number is not None

    def close(self) -> None:
        for worker in self.workers:
            worker.close()


@pytest.fixture
def doors(tmp_path: Path):
    built = Doors(tmp_path)
    yield built
    built.close()


def test_guesses_from_fifty_addresses_are_twenty_an_hour(doors: Doors) -> None:
    tried, owner = 0, []
    for n in range(300):
        doors.now = n * 12_000  # an hour in all
        tried += doors.tries("mai", f"10.0.0.{n % 50}")
        if n % 30 == 0:
            owner.append(doors.tries("mai", "her phone", known=True, right=True))
    assert tried <= 20
    assert owner == [True] * 10, "her own device is never kept waiting"
    doors.now += 61 * MINUTE_MS
    assert doors.tries("mai", "10.0.0.99", right=True), "and an hour later any is let in again"


def test_from_one_address_the_delay_grows(doors: Doors) -> None:
    tried_at = []
    for turn in range(180):
        doors.now = turn * 20_000
        if doors.tries("mai", "10.0.0.1"):
            tried_at.append(turn * 20)
    waits = [after - before for before, after in pairwise(tried_at)]
    assert waits == [20] * 9 + [60, 120, 240, 480, 900, 900]


def test_whoever_stole_a_known_device_guesses_no_faster(doors: Doors) -> None:
    tried = 0
    for turn in range(180):
        doors.now = turn * 20_000
        tried += doors.tries("mai", "her phone", known=True)
    assert tried <= 20


def test_one_address_that_tries_many_names_is_braked_too(doors: Doors) -> None:
    assert sum(doors.tries(f"n{n}", "10.0.0.1") for n in range(50)) == 10
    assert doors.tries("lan", "10.0.0.2", right=True), "others are not"


def test_what_is_under_way_counts_until_it_was_right(doors: Doors) -> None:
    assert sum(doors.tries("mai", "10.0.0.1") for _ in range(50)) == 10


def test_the_right_password_from_a_known_device_passes_while_others_guess(province: Province) -> None:
    browser = province.client()
    assert browser.post(SESSION, json=GOOD).status_code == 200
    with province.db.write() as conn:
        for n in range(20):
            assert login_failures.begin(conn, "mai", f"10.0.0.{n}", SATURDAY, 5, known=False)
    assert province.client().post(SESSION, json=GOOD).status_code == 429
    assert browser.post(SESSION, json=GOOD).status_code == 200
    stranger = province.client()
    stranger.set_cookie("ioc_device", "made-up")
    assert stranger.post(SESSION, json=GOOD).status_code == 429
