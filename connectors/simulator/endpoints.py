"""The reports of a video-conference endpoint, idle or in a call."""

from typing import Any

from connectors.simulator.chance import Dice
from connectors.simulator.days import SECOND, Shift, day_of
from connectors.simulator.meetings import SimMeeting, calls
from connectors.simulator.mishaps import bad_lines
from connectors.simulator.roster import Roster, SimSource

State = dict[str, Any]
BAD_CALL = 0.03
_MOS_BEST = 4.35
_IDLE: State = {"conference_id": None, "role": None, "rx_kbps": 0, "tx_kbps": 0, "fps": 0}


def call_at(seed: int, site: SimSource, t: int, roster: Roster) -> tuple[Shift, SimMeeting] | None:
    """The call the endpoint is in at `t`."""
    for span, meeting in calls(seed, day_of(t), roster).get(site, ()):
        if t in span:
            return span, meeting
    return None


def endpoint_state(seed: int, site: SimSource, t: int, roster: Roster) -> State:
    """Loss, jitter and round trip are measured idle too, against the bridge; picture and sound only in a call."""
    dice = Dice(seed, "vc", site.path, t)
    call = call_at(seed, site, t, roster)
    bad = bad_lines(seed, day_of(t), roster.areas).get(site.line or "")
    poor = (bad is not None and t in bad) or (call is not None and t in _bad_part(seed, site, call))
    loss = dice.between(1.2, 4.2) if poor else 0.5 * dice.unit() ** 4
    nature = Dice("endpoint", site.path)
    distance, warmth = nature.between(6, 42), nature.between(34, 46)
    state: State = {
        "registered": True,
        "in_call": call is not None,
        "loss_rx_pct": round(loss, 2),
        "loss_tx_pct": round(loss * dice.between(0.3, 0.9), 2),
        "jitter_ms": round(dice.between(1.5, 8) + (dice.between(8, 20) if poor else 0), 1),
        "rtt_ms": round(distance * dice.between(0.95, 1.2), 1),
        "cpu_pct": round((dice.between(38, 62) if call else dice.between(4, 12)), 1),
        "temp_c": round(warmth + (9 if call else 0) + dice.unit(), 1),
        "camera_ok": True,
        "display_ok": True,
    }
    return state | (_in_call(dice, site, t, call, loss) if call else _IDLE)


def _in_call(dice: Dice, site: SimSource, t: int, call: tuple[Shift, SimMeeting], loss: float) -> State:
    span, meeting = call
    hosts = site == meeting.host
    rate = dice.between(1_450, 1_950) * (1 - loss / 12)
    return {
        "conference_id": meeting.conference_id,
        "role": "host" if hosts else "participant",
        "duration_s": (t - span.start) // SECOND,
        "rx_kbps": round(rate),
        "tx_kbps": round(rate * dice.between(0.85, 1.0)),
        "fps": round(30 - 3 * min(loss, 4) * dice.unit()),
        "mos": round(_MOS_BEST - 0.16 * min(loss, 4) - 0.1 * dice.unit(), 2),
        "mic_muted": not hosts and not dice.happens(0.04),
    }


def _bad_part(seed: int, site: SimSource, call: tuple[Shift, SimMeeting]) -> Shift:
    """Some minutes of some calls; always over well before the end, so that the last word is a fair one."""
    span, meeting = call
    dice = Dice(seed, "bad", meeting.conference_id, site.path)
    if not dice.happens(BAD_CALL):
        return Shift(0, 0)
    length = span.end - span.start
    start = span.start + round(length * dice.between(0.15, 0.6))
    return Shift(start, start + round(length * dice.between(0.04, 0.2)))
