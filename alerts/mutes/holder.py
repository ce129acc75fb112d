"""A holder: one thing that keeps an alert from being told, by the name that the alert bears of it."""

from dataclasses import dataclass
from enum import StrEnum

from alerts.model import AlertState, Subject, Transition


class HolderKind(StrEnum):
    """What holds an alert back; its value begins the name in `held_by`."""

    MAINTENANCE = "maintenance"
    SILENCE = "silence"
    SOURCE = "source"  # what it hangs on is down
    RULE = "rule"  # a sharper rule on the same figure tells it


BY_PEOPLE = frozenset({HolderKind.MAINTENANCE, HolderKind.SILENCE})


@dataclass(frozen=True, slots=True)
class Holder:
    """`name`: that of the window, the id of the silence, the path of the source, or the id of the rule."""

    kind: HolderKind
    name: str

    @property
    def by(self) -> str:
        return f"{self.kind}:{self.name}"

    @property
    def mutes(self) -> bool:
        """True where people wanted it: then it holds back what had already been told, too."""
        return self.kind in BY_PEOPLE

    @property
    def transition(self) -> Transition:
        maintained = self.kind is HolderKind.MAINTENANCE
        return Transition.OUT_OF_SERVICE if maintained else Transition.SUPPRESSED

    @property
    def state(self) -> AlertState:
        return AlertState.OUT_OF_SERVICE if self.kind is HolderKind.MAINTENANCE else AlertState.SUPPRESSED


def behind(cause: Subject) -> Holder:
    """The holder of what hangs on a source that is down."""
    return Holder(HolderKind.SOURCE, str(cause))


def silenced_by(rule: str) -> Holder:
    """The holder of what a sharper rule tells."""
    return Holder(HolderKind.RULE, rule)
