"""Names, id numbers and phones are gone before anything is written."""

import json

import pytest

from ioc.config.settings import PRIVATE_KEYS
from ioc.messages.privacy import Privacy

PRIVACY = Privacy(PRIVATE_KEYS)


@pytest.mark.parametrize(
    "key", ["ho_ten", "hoTen", "HO-TEN", "Họ tên", "họ_tên", "cccd", "CCCD", "phone", "soDienThoai", "số điện thoại"]
)
def test_a_listed_key_goes_however_it_is_spelt(key: str) -> None:
    for payload in ({"ts": 1, key: "secret"}, {"a": [{"b": {key: "secret"}}]}, [{key: "secret"}]):
        for ascii_only in (True, False):
            kept, stripped = PRIVACY.strip(json.dumps(payload, ensure_ascii=ascii_only).encode())
            assert stripped
            assert b"secret" not in kept
            json.loads(kept)


def test_an_escaped_key_does_not_hide() -> None:
    assert PRIVACY.strip(b'{"\\u0068o_ten": "secret", "a": 1}') == (b'{"a":1}', True)


def test_other_payloads_are_left_to_the_byte() -> None:
    for payload in (b'{"ts": 1, "waiting": 2 }', b'{"service_name": "x"}', '{"tên": 1}'.encode(), b"online"):
        assert PRIVACY.strip(payload) == (payload, False)


def test_a_short_name_must_stand_alone_in_broken_json() -> None:
    for payload in (b'{"filename": "x"', b'{"hotel": 1', b'{"procedure_name": "x"'):
        assert PRIVACY.strip(payload) == (payload, False)
    for payload in (b'{"name": "secret"', b"sdt=0987650123"):
        assert PRIVACY.strip(payload) == (b"{", True)


def test_broken_json_with_a_listed_key_is_not_kept() -> None:
    kept, stripped = PRIVACY.strip(b'{"ho_ten": "secret')
    assert stripped
    assert b"secret" not in kept
