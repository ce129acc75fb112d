"""The tree of one day: the living units in their places, the closed under their successors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ioc.domain.inventory.units import Org


@dataclass(slots=True)
class Places:
    """The units of one day, by code, as they were then.

    `above` holds every unit that lives on the day: what it hangs on, None for a root. A unit whose parent is gone hangs
    on the parent's successor, else on whatever stood above that parent. No unit is ever above itself: of links that go
    round in a circle the later ones by code are passed over.
    """

    units: Mapping[str, Org]
    day: str
    above: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for code in sorted(code for code, org in self.units.items() if org.valid_on(self.day)):
            free = (stand for stand in self._stands(self.units[code].parent) if code not in self.line(stand))
            self.above[code] = next(free, None)

    def line(self, code: str | None) -> list[str]:
        """From a living unit up to its root."""
        line: list[str] = []
        while code is not None:
            line.append(code)
            code = self.above.get(code)
        return line

    def heir(self, code: str) -> str | None:
        """The unit itself while it lives, else the successor that does; None where the chain ends."""
        seen: set[str] = set()
        org = self.units.get(code)
        while org is not None and org.code not in seen:
            if org.valid_on(self.day):
                return org.code
            seen.add(org.code)
            org = self.units.get(org.successor or "") if org.closed_by(self.day) else None
        return None

    def stand(self, code: str | None) -> str | None:
        """The living unit that a unit counts for, or would hang on: its heir, else the nearest above it that lives."""
        return next(self._stands(code), None)

    def _stands(self, code: str | None) -> Iterator[str]:
        seen: set[str] = set()
        while code is not None and code in self.units and code not in seen:
            seen.add(code)
            heir = self.heir(code)
            if heir is not None:
                yield heir
            code = self.units[code].parent
