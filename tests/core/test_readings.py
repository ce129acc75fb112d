"""What people and spreadsheets write is taken where one reading is certain, and refused where there are two."""

import pytest

from ioc.core.periods import Length
from ioc.core.readings import Unreadable, number, period, spelled


@pytest.mark.parametrize(("text", "read"), [
    ("12", 12), ("81,42", 81.42), ("81.42", 81.42), ("1.234,5", 1234.5), ("1,234.5", 1234.5), ("1 234,5", 1234.5),
    ("1.234.567", 1234567), ("0,375", 0.375), ("0.375", 0.375), ("-3,5", -3.5), ("51,67%", 51.67), ("1234", 1234),
    ("1,2345", 1.2345), ("1 234", 1234), ("12345,678", 12345.678),
])  # fmt: skip
def test_a_number_with_one_reading(text: str, read: float):
    assert number(text) == read


@pytest.mark.parametrize(
    "text", ["1.234", "1,234", "12.345", "1.2.3", "1.23,456.7", "nhiều", "", "1e5", "12 %,", "1,2,3"]
)
def test_a_number_with_two_readings_or_none(text: str):
    with pytest.raises(Unreadable):
        number(text)


def test_a_cell_that_is_a_number_is_read_back_as_itself():
    for value in (1.234, 1234.0, 0.5, -12.345, 81.42, 1e6, 0.1 + 0.2):
        assert number(spelled(value)) == pytest.approx(value)


@pytest.mark.parametrize(("text", "length", "read"), [
    ("2026-10", Length.MONTH, "2026-10"), ("10/2026", Length.MONTH, "2026-10"),
    ("Tháng 10/2026", Length.MONTH, "2026-10"),
    ("T10/2026", Length.MONTH, "2026-10"), ("tháng 1 năm 2026", Length.MONTH, "2026-01"),
    ("Quý IV/2026", Length.QUARTER, "2026-Q4"), ("Q4/2026", Length.QUARTER, "2026-Q4"),
    ("năm 2026", Length.YEAR, "2026"),
    ("2026", Length.YEAR, "2026"), ("Tuần 53/2026", Length.WEEK, "2026-W53"), ("46296", Length.MONTH, "2026-10"),
    ("01/10/2026", Length.MONTH, "2026-10"), ("2026-10-01 00:00:00", Length.QUARTER, "2026-Q4"),
    ("01/10/2026 12:00:00 SA", Length.MONTH, "2026-10"), ("31/10/2026", Length.DAY, "2026-10-31"),
])  # fmt: skip
def test_a_period_with_one_reading(text: str, length: Length, read: str):
    assert period(text, length).text == read


@pytest.mark.parametrize(("text", "length"), [
    ("31/10/2026", Length.MONTH), ("13/2026", Length.MONTH), ("46297", Length.MONTH), ("10/2026", Length.QUARTER),
    ("Quý V/2026", Length.QUARTER), ("31/02/2026", Length.DAY), ("hôm qua", Length.DAY), ("Tuần 53/2025", Length.WEEK),
])  # fmt: skip
def test_a_period_with_none(text: str, length: Length):
    with pytest.raises(Unreadable):
        period(text, length)
