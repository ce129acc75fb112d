"""Blocking calls on gevent's thread pool: what they raise comes back, and nothing of it is printed on the way."""

import threading

import gevent
import pytest

from ioc.core.errors import Code, IocError
from web.offload import Few, offload


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


@pytest.mark.parametrize("error", [IocError(Code.STORE_UNAVAILABLE, "away"), KeyError("a fault of ours")])
def test_an_error_is_raised_and_not_printed(error: BaseException, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(type(error)) as caught:
        offload(Opened().read, error)
    assert caught.value is error
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


def test_a_few_calls_that_hang_hold_up_no_other() -> None:
    few, hanging = Few(2), threading.Event()
    stuck = [gevent.spawn(few, hanging.wait, 5) for _ in range(20)]
    gevent.sleep(0.05)
    assert offload(Opened().read)
    assert not any(one.ready() for one in stuck)
    hanging.set()
    assert len(gevent.joinall(stuck, timeout=10)) == 20
