"""Phone numbers, folding, segments, cutting."""

import pytest

from alerts import sms
from ioc.core.errors import IocError


@pytest.mark.parametrize("number", ["0912345678", "84912345678", "+84912345678", "+84 912 345 678", "0912.345.678"])
@pytest.mark.parametrize(("form", "expected"), [("0", "0912345678"), ("84", "84912345678"), ("+84", "+84912345678")])
def test_every_spelling_of_a_number_becomes_the_gateways(number, form, expected):
    assert sms.phone(number, form) == expected


@pytest.mark.parametrize("number", ["", "0212345678", "091234567", "09123456789", "abc", "0912345678;0987654321"])
def test_what_is_no_mobile_number_is_refused_for_good(number):
    with pytest.raises(IocError) as refused:
        sms.phone(number)
    assert (refused.value.code, refused.value.transient) == ("bad_phone", False)


def test_vietnamese_loses_its_marks_and_nothing_else():
    assert sms.fold("Đã mất kết nối – Xín Mần…") == "Da mat ket noi - Xin Man..."
    assert sms.fold("một\ncửa\t điện  tử ☎") == "mot cua dien tu ?"
    assert sms.is_gsm(sms.fold("Trường Tiểu học Phố Cáo, huyện Đồng Văn"))


@pytest.mark.parametrize(
    ("text", "count"),
    [("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("ế" * 70, 1), ("ế" * 71, 2), ("€" * 80, 1)],
)
def test_segments_are_counted_as_they_are_charged(text, count):
    assert sms.segments(text) == count
    assert sms.segments("€" * 81) == 2


def test_a_long_text_is_cut_to_what_may_be_spent():
    cut = sms.compose("Mất kết nối " * 40, unicode=False, max_segments=2)
    assert cut.segments == 2
    assert len(cut.text) <= 306
    assert cut.text.endswith("...")
    assert not cut.unicode


def test_unicode_is_kept_where_the_gateway_takes_it():
    text = sms.compose("Mất kết nối", unicode=True, max_segments=1)
    assert (text.text, text.unicode) == ("Mất kết nối", True)


def test_characters_a_gateway_bans_are_replaced():
    assert sms.compose("R&D #1", unicode=False, max_segments=1, unsafe="#&").text == "R D  1"
