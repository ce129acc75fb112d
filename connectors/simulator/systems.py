"""The readings of probes of the service systems and the network lines at an instant."""

import math
from typing import Any, Final

from connectors.simulator.chance import Dice
from connectors.simulator.days import DAY, day_of, in_office, minutes_of
from connectors.simulator.mishaps import bad_lines, dead_spell, fibre_cuts, slow_spell
from connectors.simulator.profile import Character
from connectors.simulator.roster import SimSource

State = dict[str, Any]

CUT_OFF: Final[State] = {"up": False, "loss_pct": 100, "rx_kbps": 0, "tx_kbps": 0}
_CERT_LIFE_DAYS = 397
_RENEWED_BEFORE_DAYS = 45


def service_state(seed: int, site: SimSource, t: int, character: Character) -> State:
    dice = Dice(seed, "service", site.path, t)
    day = day_of(t)
    dead, slow = dead_spell(seed, day, site.path), slow_spell(seed, day, site.path)
    if dead is not None and t in dead:
        return {"up": False, "error": "timeout", **_certificate(character, t)}
    load = _load(t)
    latency = character.latency_ms * (0.8 + 0.7 * load) * (0.9 + 0.25 * dice.unit() + 0.6 * dice.unit() ** 8)
    if slow is not None and t in slow:
        latency += dice.between(3_100, 5_200)
    state: State = {"up": True, "latency_ms": round(latency, 1), "error": None, **_certificate(character, t)}
    if not character.hall:
        state["http_status"] = 200
    if character.queue_depth is not None:
        state["queue_depth"] = round(character.queue_depth * load * dice.between(0.2, 1.6))
    return state | _own(character, load, dice)


def link_state(seed: int, site: SimSource, t: int, areas: tuple[str, ...]) -> State:
    dice = Dice(seed, "link", site.path, t)
    day, org = day_of(t), site.key.org
    cut, bad = fibre_cuts(seed, day, areas).get(org), bad_lines(seed, day, areas).get(org)
    if cut is not None and t in cut:
        return dict(CUT_OFF)
    core = site.provincial
    distance = 3.0 if core else 8 + 22 * Dice(seed, "distance", org).unit()
    loss = 0.15 * dice.unit() ** 3
    if bad is not None and t in bad:
        loss, distance = dice.between(1.2, 4.5), distance * 1.6
    width = 420_000 if core else 36_000
    traffic = width * (0.08 + 0.5 * _load(t))
    return {
        "up": True,
        "loss_pct": round(loss, 2),
        "rtt_ms": round(distance * dice.between(0.92, 1.2), 1),
        "rx_kbps": round(traffic * dice.between(0.8, 1.2)),
        "tx_kbps": round(traffic * dice.between(0.35, 0.55)),
    }


def _load(t: int) -> float:
    """0 to 1: two humps in office hours, a little at night."""
    minutes = minutes_of(t)
    humps = math.exp(-(((minutes - 555) / 85) ** 2)) + 0.85 * math.exp(-(((minutes - 885) / 80) ** 2))
    quiet = 0.06 + 0.04 * math.sin(minutes / 1_440 * 2 * math.pi)
    return quiet + (0.85 * humps if in_office(t) else 0.15 * humps)


def _certificate(character: Character, t: int) -> State:
    if character.cert_days is None:
        return {}
    cycle = _CERT_LIFE_DAYS - _RENEWED_BEFORE_DAYS
    return {"cert_days_left": _RENEWED_BEFORE_DAYS + (character.cert_days - t // DAY) % cycle}


def _own(character: Character, load: float, dice: Dice) -> State:
    """Figures of their own that two systems report."""
    if character.hall:
        return {
            "cpu_pct": round(18 + 45 * load + 6 * dice.unit(), 1),
            "room_temp_c": round(21.5 + 2.5 * load + 0.6 * dice.unit(), 1),
            "ups_load_pct": round(34 + 12 * load + 2 * dice.unit(), 1),
            "disk_used_pct": 63.4,
        }
    if character.sessions:
        return {"sessions": round(14 + 420 * load * dice.between(0.9, 1.1))}
    return {}
