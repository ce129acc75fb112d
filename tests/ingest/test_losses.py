"""A loss is told for an hour, and after a restart too."""

from ioc.ingest.losses import Loss, Losses
from tests.clock import FakeClock


def test_losses_stand_for_an_hour_across_restarts_and_add_up(tmp_path):
    clock = FakeClock()
    losses = Losses(tmp_path / "losses.json", clock, str)
    assert losses.standing() is None
    losses.note(Loss.DROPPED, 5)
    clock.advance(600)
    losses.note(Loss.DROPPED, 7)
    at = clock.now_ms()
    again = Losses(tmp_path / "losses.json", clock, str)
    assert again.standing() == f"{at}: {Loss.DROPPED} (12)"
    clock.advance(3_601)
    assert again.standing() is None
    again.note(Loss.DROPPED)
    assert again.standing() == f"{clock.now_ms()}: {Loss.DROPPED} (1)"


def test_a_file_that_cannot_be_read_is_begun_anew(tmp_path):
    (tmp_path / "losses.json").write_text("{")
    losses = Losses(tmp_path / "losses.json", FakeClock(), str)
    losses.note(Loss.SESSION)
    assert str(Loss.SESSION) in (losses.standing() or "")
