"""Merge patches: whatever two payloads are, the patch between them turns the one into the other."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from web.mergepatch import apply, diff

LEAVES = st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=2) | st.lists(st.integers(0, 2), max_size=2)
PAYLOADS = st.recursive(
    st.dictionaries(st.sampled_from("abcd"), LEAVES, max_size=4),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), LEAVES | inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(PAYLOADS, PAYLOADS)
def test_a_patch_leads_from_the_old_to_the_new(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert _without_nulls(apply(old, diff(old, new))) == _without_nulls(new)


@settings(max_examples=100, deadline=None)
@given(PAYLOADS)
def test_nothing_new_makes_no_patch(payload: dict[str, Any]) -> None:
    assert diff(payload, payload) == {}


def test_a_patch_names_only_what_changed() -> None:
    old = {"centres": {"a": {"waiting": 3, "serving": 1}, "b": {"waiting": 4}}, "gone": 1}
    new = {"centres": {"a": {"waiting": 5, "serving": 1}, "b": {"waiting": 4}, "c": {"waiting": 0}}}
    assert diff(old, new) == {"centres": {"a": {"waiting": 5}, "c": {"waiting": 0}}, "gone": None}


def test_the_examples_of_rfc_7396() -> None:
    assert apply({"a": "b", "c": {"d": "e", "f": "g"}}, {"a": "z", "c": {"f": None}}) == {"a": "z", "c": {"d": "e"}}
    assert apply({"a": ["b"]}, {"a": {"b": None, "c": 1}}) == {"a": {"c": 1}}
    assert apply([1], {"a": 1}) == {"a": 1}
    assert apply({"a": 1}, [2]) == [2]


def _without_nulls(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
