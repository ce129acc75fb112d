"""A broker that is full: does it refuse, or acknowledge and lose; and is there a way out of it?"""

from ioc.core.errors import IocError
from ioc.ops.conformance.bench import Conformance, Result
from ioc.platform.broker import Bus

WHAT = "full store"
PIECE = 100_000
REFUSED_S = 5.0  # without an acknowledgement for so long


def full(bench: Conformance, limit: int) -> Result:
    """Publish until it refuses, or `limit` bytes were taken; then let the absent one in, and publish again."""
    sitter = bench.sitter("full")
    sitter.come()
    sitter.leave()
    try:
        with bench.bus() as bus:
            taken = _fill(bus, f"{bench.topic}/full/a", limit)
        present = sitter.come()
        came = {int(delivery.payload[:8]) for delivery in sitter.take(taken)}
        with bench.bus() as bus:
            again = _takes(bus, f"{bench.topic}/full/a", taken)
        sitter.leave()
    finally:
        sitter.forget()
    lost = taken - len(came & set(range(taken)))
    return _judged(taken, refused=taken * PIECE < limit, lost=lost, way_out=present and again)


def _judged(taken: int, *, refused: bool, lost: int, way_out: bool) -> Result:
    amount = f"{taken * PIECE / 1e6:.0f} MB"
    if lost:
        return Result(WHAT, False, f"acknowledged {amount} and lost {lost} of {taken} messages without a word")
    if not refused:
        return Result(WHAT, None, f"took {amount} and kept all of it; only more would fill it")
    if not way_out:
        return Result(WHAT, False, f"refuses publishers after {amount}, and there is no way out of it")
    return Result(WHAT, True, f"refuses publishers after {amount}, lets ingest in, keeps all it took, then takes more")


def _fill(bus: Bus, topic: str, limit: int) -> int:
    """The number that was acknowledged."""
    for number in range(limit // PIECE):
        if not _takes(bus, topic, number):
            return number
    return limit // PIECE


def _takes(bus: Bus, topic: str, number: int) -> bool:
    try:
        bus.publish_acknowledged(topic, f"{number:08}".encode().ljust(PIECE, b"x"), timeout_s=REFUSED_S)
    except IocError:
        return False
    return True
