"""Blocking calls on gevent's thread pool: what they raise comes back, and nothing of it is printed on the way."""

import threading

import pytest

from ioc.errors import IocError
from web.server import offload


class Opened:
    """As a configuration is: it can be printed, and must not be."""

    def __repr__(self) -> str:
        return "token=t0p-s3cret"

    def read(self, fails: BaseException | None = None) -> str:
        if fails is not None:
            raise fails
        return threading.current_thread().name


def test_it_runs_beside_the_screens_and_its_answer_comes_back() -> None:
    assert offload(Opened().read) != threading.current_thread().name


@pytest.mark.parametrize("error", [IocError("store_unavailable", "away", transient=True), KeyError("a fault of ours")])
def test_an_error_is_raised_and_not_printed(error: BaseException, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(type(error)) as caught:
        offload(Opened().read, error)
    assert caught.value is error
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")
