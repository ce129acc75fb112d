"""Section `[[indicator]]`: what a figure by period means, how it is made, and what it is to reach."""

import re
from typing import Annotated, Final, Literal, NamedTuple

from msgspec import Meta, Struct

from ioc.config.fields import Name, OrgCode
from ioc.core import formula
from ioc.core.formula import Term
from ioc.core.periods import ALLOWED, Length, parse

PERCENT: Final = "%"
FIGURES: Final = "figures"
# the counts of dossiers: their ids are taken, and a formula names them as dossier:BUCKET
BUCKETS: Final = frozenset({
    "received", "received_online", "carried_over", "must_resolve", "resolved_early", "resolved_on_time",
    "resolved_late", "resolved_undated", "open_in_term", "open_overdue", "due_unconfirmed", "paused", "near_due",
    "late_to_accept",
})  # fmt: skip
_FEED = re.compile(r"feed (\*|[A-Za-z0-9_.-]{1,64})/feed/([A-Za-z0-9_-]{1,64}) ([A-Za-z0-9_]{1,60})")
_OF = "figures, feed ORG/feed/SOURCE NAME (ORG may be *: the org that is asked for), formula …"

Text = Annotated[str, Meta(min_length=1, max_length=300)]
Word = Annotated[str, Meta(min_length=1, max_length=80)]


class FeedFigureName(NamedTuple):
    """One figure of a feed; `org` None: of the feed of whichever org is asked for."""

    org: str | None
    source: str
    name: str


class Aim(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A target or a warning line; of the nearest org up the tree and the period that names it, else of all."""

    value: float
    org: OrgCode | None = None
    period: str | None = None

    def __post_init__(self) -> None:
        if self.period is not None and parse(self.period) is None:
            raise ValueError(f"period {self.period!r}; allowed: {ALLOWED}")


Aims = float | tuple[Aim, ...] | None


class IndicatorOptions(Struct, frozen=True, kw_only=True):
    """`of` says how it is made; `parts` are indicators that add up to it, `additive`: the units below add up to it.

    `org` and `kinds`: it is of that unit and all below it, and of these kinds of unit; of all where absent.
    `shares_of`: with the others of that word it makes up 100 %. `first_day`: the day of the month before on which its
    months begin, 1 for the calendar's. `lowest` and `highest` are what can be true.
    """

    id: Name
    name: Text
    org: OrgCode | None = None
    kinds: tuple[Word, ...] = ()
    group: Word | None = None
    field: Word | None = None
    unit: Annotated[str, Meta(max_length=40)] = ""
    cadence: Length = Length.YEAR
    better: Literal["higher", "lower"] | None = None
    owner: OrgCode | None = None
    of: str = FIGURES
    source: Text | None = None
    reference: Text | None = None
    target: Aims = None
    warn: Aims = None
    first_day: Annotated[int, Meta(ge=1, le=28)] = 1
    lowest: float | None = None
    highest: float | None = None
    parts: tuple[Name, ...] = ()
    additive: bool = False
    shares_of: Word | None = None

    def __post_init__(self) -> None:
        if self.id in BUCKETS:
            raise ValueError(f"id {self.id!r} is that of a built-in indicator")
        if self.better is None and (self.target is not None or self.warn is not None):
            raise ValueError(f"{self.id!r} has a target without a direction: better = higher or lower is needed")
        if isinstance(self.target, float) and isinstance(self.warn, float) and self._crossed(self.target, self.warn):
            raise ValueError(f"warn {self.warn:g} is beyond target {self.target:g} where {self.better} is better")
        if self.of != FIGURES and self.feed is None and not self.of.startswith("formula "):
            raise ValueError(f"of {self.of!r}; allowed: {_OF}")
        for leaf in () if self.formula is None else formula.leaves(self.formula):
            if isinstance(leaf, formula.DossierCount) and leaf.bucket not in BUCKETS:
                raise ValueError(f"of: dossier:{leaf.bucket}; allowed: {', '.join(sorted(BUCKETS))}")

    def _crossed(self, target: float, warn: float) -> bool:
        return warn > target if self.better == "higher" else warn < target

    @property
    def is_share(self) -> bool:
        return self.unit == PERCENT

    @property
    def entered(self) -> bool:
        """Typed in by one and signed by another."""
        return self.of == FIGURES

    @property
    def feed(self) -> FeedFigureName | None:
        found = _FEED.fullmatch(self.of)
        return None if found is None else FeedFigureName(None if found[1] == "*" else found[1], found[2], found[3])

    @property
    def formula(self) -> Term | None:
        """BadFormula, a ValueError, where it cannot be read."""
        return formula.parse(self.of.removeprefix("formula ")) if self.of.startswith("formula ") else None

    @property
    def needs(self) -> tuple[str, ...]:
        """The indicators that its formula names."""
        term = self.formula
        if term is None:
            return ()
        return tuple(leaf.id for leaf in formula.leaves(term) if isinstance(leaf, formula.Named | formula.SumBelow))
