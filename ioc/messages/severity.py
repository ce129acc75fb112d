"""Red, amber, blue and grey, from the one table that the screens are built with too (`severity.json`)."""

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path

from ioc.core.model import Health, Number, Severity
from ioc.messages.kinds import Metric

_TABLE = json.loads((Path(__file__).parent / "severity.json").read_text(encoding="utf-8"))


class Tone(StrEnum):
    """The colour a screen gives to a state of a source or to a severity."""

    BAD = "bad"
    WARN = "warn"
    OK = "ok"
    DIM = "dim"
    CALM = "calm"


TONES: Mapping[str, Tone] = {word: Tone(tone) for word, tone in _TABLE["tones"].items()}
# of a figure made of many; those that a source measures itself have their bands in `connectors/kinds`
FIGURES: Mapping[str, Metric] = {name: Metric(**bands) for name, bands in _TABLE["figures"].items()}

_WORST = (Tone.BAD, Tone.WARN, Tone.DIM)
_ORDER = {word: place for place, word in enumerate(TONES)}  # the worst first, as the table has them
_WORDS = {Tone.BAD: "critical", Tone.WARN: "warning", Tone.DIM: "warning"}


def tone(state: Health | Severity) -> Tone:
    return TONES[state]


def need(state: Health) -> int:
    """The place of a state in a list of what needs a look, the worst first; what needs none stands together behind."""
    return _ORDER[state] if TONES[state] in _WORST else len(_ORDER) + (state is not Health.OK)


def of_figure(name: str, value: Number) -> str:
    """ok, warning or critical, by the bands of the figure."""
    return str(FIGURES[name].judge(value))


def of_many(states: Iterable[Health]) -> str:
    """Of a figure made of sources: that of the worst of them; one that says nothing is worth a look."""
    tones = {tone(state) for state in states}
    return next((_WORDS[worst] for worst in _WORST if worst in tones), "ok")
