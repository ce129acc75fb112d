"""Phone numbers, folding, segments, cutting."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def test_a_text_is_parted_as_it_is_sent_and_no_character_is_torn():
    for text in ("a" * 152 + "€" + "b" * 10, "ế" * 66 + "😀" * 4, "x"):
        parts = sms.parts(text)
        assert "".join(parts) == text
        assert len(parts) == sms.segments(text)


def test_names_give_way_before_what_happened_and_figures_never():
    name = sms.Piece(" Trung tâm Phục vụ hành chính công", rank=1, least=8)
    draft = [sms.Piece("[IOC]"), name, sms.Piece(": x" * 46, rank=2), sms.Piece(" 45/60")]
    short = sms.compose(draft, unicode=False, max_segments=1).text
    assert short.startswith("[IOC] Trung t.: x: x")
    assert short.endswith(" 45/60")


def test_what_goes_as_a_whole_goes_first():
    link = sms.Piece(". https://ioc.example.vn/alerts", rank=1, whole=True)
    draft = [sms.Piece("x" * 140), link]
    assert sms.compose(draft, unicode=False, max_segments=1).text == "x" * 140
    assert sms.compose(draft, unicode=False, max_segments=2).text.endswith("/alerts")


def test_a_long_text_is_cut_to_what_may_be_spent():
    cut = sms.compose([sms.Piece("Mất kết nối " * 40)], unicode=False, max_segments=2)
    assert cut.segments == 2
    assert len(cut.text) <= 306
    assert not cut.unicode


def test_unicode_is_kept_where_the_gateway_takes_it():
    text = sms.compose([sms.Piece("Mất kết nối")], unicode=True, max_segments=1)
    assert (text.text, text.unicode) == ("Mất kết nối", True)


@pytest.mark.parametrize(
    ("unsafe", "said"), [("#&", "R+D 1 [x]"), ("#&+", "R D 1 [x]"), ("[]#", "R&D 1 (x)"), ("", "R&D #1 [x]")]
)
def test_characters_a_gateway_spoils_are_replaced(unsafe, said):
    assert sms.compose([sms.Piece("R&D #1 [x]")], unicode=False, max_segments=1, unsafe=unsafe).text == said


PIECES = st.lists(
    st.builds(
        sms.Piece,
        st.text(max_size=120),
        rank=st.integers(0, 4),
        least=st.integers(0, 12),
        whole=st.booleans(),
    ),
    max_size=6,
)
SPENT = st.fixed_dictionaries({"unicode": st.booleans(), "max_segments": st.integers(1, 3)})


@settings(max_examples=60)
@given(PIECES, SPENT, st.sampled_from(["", "&#[]", "{}|^~"]))
def test_no_draft_costs_more_than_may_be_spent(pieces, spent, unsafe):
    text = sms.compose(pieces, unsafe=unsafe, **spent)
    assert text.segments == sms.segments(text.text) <= spent["max_segments"]
    assert not set(unsafe) & set(text.text)
    assert spent["unicode"] or sms.is_gsm(text.text)


@settings(max_examples=60)
@given(PIECES, SPENT, st.integers(0, 999_999), st.integers(0, 999_999))
def test_what_never_gives_way_is_always_there(pieces, spent, figure, limit):
    others = [replace(piece, rank=piece.rank or 1) for piece in pieces]
    said = f" {figure}/{limit}"
    text = sms.compose([*others[:3], sms.Piece(said), *others[3:]], **spent).text
    assert said.strip() in text
