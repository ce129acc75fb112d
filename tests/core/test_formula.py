"""A formula is read as people write it, and what is none is refused at its place."""

import pytest

from ioc.core.formula import BadFormula, Constant, DossierCount, Named, Operation, SumBelow, leaves, parse, value


class Told:
    """`a` is 12, `b` is 4, `b` of `hg.snv` 5, dossiers 7, below 9; nobody told `c`."""

    def named(self, leaf: Named) -> float | None:
        return {("a", None): 12.0, ("b", None): 4.0, ("b", "hg.snv"): 5.0, ("ho-so", None): 3.0}.get(
            (leaf.id, leaf.org)
        )

    def dossiers(self, leaf: DossierCount) -> float | None:
        return 7.0

    def below(self, leaf: SumBelow) -> float | None:
        return 9.0


@pytest.mark.parametrize(("text", "comes_to"), [
    ("a", 12), ("a + b * 2", 20), ("(a + b) * 2", 32), ("a - b - 1", 7), ("a / b / 3", 1), ("b@hg.snv * 1.5", 7.5),
    ("dossier:resolved_early + 1", 8), ("sum_below(a) / b", 2.25), ("a/b", 3), ("a - ho-so", 9), ("ho-so*2", 6),
    ("a + c", None), ("a / (b - 4)", None), ("100 * (a - b) / a", 100 * 8 / 12),
])  # fmt: skip
def test_it_comes_to(text: str, comes_to: float | None):
    assert value(parse(text), Told()) == comes_to


@pytest.mark.parametrize(
    "text", ["", "a +", "a b", "a ** b", "(a", "a)", "sum_below(a@hg)", "sum_below(1)", "a % b", "-", "x" * 401]
)
def test_what_is_none_is_refused(text: str):
    with pytest.raises(BadFormula):
        parse(text)


def test_a_hyphen_without_spaces_is_part_of_a_name():
    assert parse("a-b") == Named("a-b")
    assert parse("a - b") == Operation("-", Named("a"), Named("b"))


def test_its_leaves_are_what_it_is_made_of():
    found = list(leaves(parse("(a + b@hg) / 2 + sum_below(c) * dossier:received")))
    assert found == [Named("a"), Named("b", "hg"), SumBelow("c"), DossierCount("received")]
    assert list(leaves(Constant(1))) == []
