"""Formulas of indicators: `+ - * / ( )`, numbers, figures by id, of another org, of dossiers, of the units below."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

ALLOWED: Final = "+ - * / ( ), numbers, ID, ID@ORG, dossier:BUCKET, sum_below(ID); a minus stands between spaces"
LONGEST: Final = 400
_TOKEN = re.compile(
    r"\s*(?:(?P<below>sum_below\()|dossier:(?P<bucket>[a-z_0-9]+)"
    r"|(?P<number>\d+(?:\.\d+)?)(?![\w@.-])"
    r"|(?P<id>[A-Za-z0-9_-]*[A-Za-z0-9_])(?:@(?P<org>[A-Za-z0-9_.-]{1,64}))?"
    r"|(?P<sign>[-+*/()]))",
    re.ASCII,
)


class BadFormula(ValueError):
    """A text that is no formula; says where and what is allowed."""


@dataclass(frozen=True, slots=True)
class Constant:
    value: float


@dataclass(frozen=True, slots=True)
class Named:
    """The figure of an indicator, of the same org or of another."""

    id: str
    org: str | None = None


@dataclass(frozen=True, slots=True)
class DossierCount:
    bucket: str


@dataclass(frozen=True, slots=True)
class SumBelow:
    """The figures of the units directly below, added up."""

    id: str


@dataclass(frozen=True, slots=True)
class Operation:
    sign: str
    left: "Term"
    right: "Term"


Term = Constant | Named | DossierCount | SumBelow | Operation


class Meanings(Protocol):
    """What the leaves of a formula come to; None where nobody told."""

    def named(self, leaf: Named) -> float | None: ...

    def dossiers(self, leaf: DossierCount) -> float | None: ...

    def below(self, leaf: SumBelow) -> float | None: ...


def value(term: Term, meanings: Meanings) -> float | None:
    """None where anything it needs is missing, or where it would divide by zero."""
    match term:
        case Constant():
            return term.value
        case Named():
            return meanings.named(term)
        case DossierCount():
            return meanings.dossiers(term)
        case SumBelow():
            return meanings.below(term)
        case Operation():
            return _joined(term.sign, value(term.left, meanings), value(term.right, meanings))


def _joined(sign: str, left: float | None, right: float | None) -> float | None:
    if left is None or right is None or (sign == "/" and not right):
        return None
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
    return left / right


def leaves(term: Term) -> Iterator[Term]:
    """Every figure a formula is made of."""
    if isinstance(term, Operation):
        yield from leaves(term.left)
        yield from leaves(term.right)
    elif not isinstance(term, Constant):
        yield term


def parse(text: str) -> Term:
    """BadFormula names the place where it cannot be read."""
    if len(text) > LONGEST:
        raise BadFormula(f"a formula has at most {LONGEST} characters")
    reader = _FormulaReader(text)
    term = reader.sum()
    if reader.sign is not None or not reader.ended:
        raise reader.bad()
    return term


class _FormulaReader:
    """One token ahead of the term that is read."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.next_at = text, 0, 0
        self.found: re.Match[str] | None = None
        self.step()

    @property
    def ended(self) -> bool:
        return not self.text[self.at :].strip()

    @property
    def sign(self) -> str | None:
        return None if self.found is None else self.found["sign"]

    def step(self) -> None:
        self.at = self.next_at
        self.found = _TOKEN.match(self.text, self.at)
        self.next_at = self.at if self.found is None else self.found.end()

    def bad(self) -> BadFormula:
        rest = self.text[self.at :].strip() or "its end"
        return BadFormula(f"{self.text!r}: cannot be read at {rest!r}; allowed: {ALLOWED}")

    def sum(self) -> Term:
        return self._chain("+-", self.product)

    def product(self) -> Term:
        return self._chain("*/", self.leaf)

    def _chain(self, signs: str, part: "_Part") -> Term:
        term = part()
        while (sign := self.sign) is not None and sign in signs:
            self.step()
            term = Operation(sign, term, part())
        return term

    def leaf(self) -> Term:
        found = self.found
        if found is None or found["sign"] not in (None, "("):
            raise self.bad()
        self.step()
        if found["sign"] == "(":
            return self._closed(self.sum())
        if found["below"]:
            inner = self.leaf()
            if not isinstance(inner, Named) or inner.org is not None:
                raise BadFormula(f"{self.text!r}: sum_below takes the id of one indicator")
            return self._closed(SumBelow(inner.id))
        if found["bucket"]:
            return DossierCount(found["bucket"])
        return Constant(float(found["number"])) if found["number"] else Named(found["id"], found["org"])

    def _closed(self, term: Term) -> Term:
        if self.sign != ")":
            raise self.bad()
        self.step()
        return term


class _Part(Protocol):
    def __call__(self) -> Term: ...
