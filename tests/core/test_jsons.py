"""JSON of strangers: one sort of error whatever is wrong, and nothing that a stack or a database cannot hold."""

import msgspec
import pytest

from ioc.core import jsons


@pytest.mark.parametrize("raw", [b"[" * 10_000, b'{"a":' * 10_000, b"[" * 65 + b"]" * 65, b'{"a": "\xff"}', b"{", b""])
def test_whatever_is_wrong_is_one_error(raw: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        jsons.decode(raw)


def test_what_is_nested_as_deep_as_allowed_is_read_and_brackets_in_texts_are_none() -> None:
    assert jsons.decode(b"[" * 64 + b"]" * 64)
    assert jsons.decode(b'["' + b"[" * 1_000 + b'"]') == ["[" * 1_000]


def test_numbers_beyond_a_database_are_found_wherever_they_stand() -> None:
    assert jsons.beyond({"a": [1, {"b": 2**63}]}) == 2**63
    assert jsons.beyond([-(2**64)]) == -(2**64)
    assert jsons.beyond({"a": 2**63 - 1, "b": 1e300, "c": "9" * 40}) is None
