"""Days and times as vendors' files write them: each reading is certain, or the reason names the text."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ioc.core.excel import bare
from ioc.domain.calendar import Calendar
from ioc.domain.dossiers.importing.columns import known_map
from ioc.domain.dossiers.importing.dates import DateFormats
from ioc.messages.wire import Rejected

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
OFFICE = Calendar(HANOI)
DAY, EVENING = "2026-11-19T00:00", "2026-11-19T17:00"


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=HANOI).timestamp() * 1000)


def read(cell: Any, *formats: str, end_of_day: bool = False, no_date: tuple[str, ...] = ()) -> int | None:
    dates = known_map(formats=formats, no_date=no_date).dates
    return dates.moment(cell, OFFICE, end_of_day=end_of_day)


@pytest.mark.parametrize("written", [
    "19/11/2026 17:00", "19-11-2026 17:00:00", "19.11.2026 17:00", "19/11/2026, 17h00", "19/11/2026 05:00 CH",
    "19/11/2026 5:00:00 PM", "ngày 19/11/2026 lúc 17 giờ 00 phút", "17:00 19/11/2026", "17h00 ngày 19/11/2026",
    "17h 19/11/2026", "17:00:00, 19/11/2026", "5:00 CH 19/11/2026", "17 giờ 00 phút, ngày 19/11/2026",
    "20261119170000", "202611191700", 20_261_119_170_000, 20261119170000.0, "20261119T170000",
    "2026-11-19T17:00:00+07:00",
    "2026-11-19T10:00:00Z", "2026-11-19 17:00:00.0", "1795082400", 1_795_082_400_000, 46_345 + 17 / 24,
    "46345.7083333333", "46345,7083333333", "/Date(1795082400000)/", "/Date(1795082400000+0700)/",
    datetime.fromisoformat("2026-11-19T17:00"), datetime.fromisoformat("2026-11-19T17:00+07:00"),
])  # fmt: skip
def test_one_evening_is_itself_however_it_is_written(written: object) -> None:
    assert read(written) == at(EVENING)


@pytest.mark.parametrize("written", [
    "19/11/2026", "19.11.2026", "2026-11-19", "2026/11/19", "20261119", 20_261_119, 20_261_119.0, "46345", 46_345,
    46_345.0, "ngày 19 tháng 11 năm 2026", date(2026, 11, 19), datetime.fromisoformat(DAY),
    "20261119000000", "2026-11-19 00:00:00", "2026-11-19T00:00:00.000", "19/11/2026 00:00", "19/11/2026 12:00:00 SA",
])  # fmt: skip
def test_a_day_alone_begins_it_and_a_limit_lasts_until_closing(written: object) -> None:
    assert (read(written), read(written, end_of_day=True)) == (at(DAY), at(EVENING))


@pytest.mark.parametrize(("format", "written"), [
    ("%d-%b-%y %H:%M", "19-Nov-26 17:00"), ("%m/%d/%Y %I:%M %p", "11/19/2026 05:00 PM"),
    ("%m/%d/%Y %I:%M %p", "11/19/2026 05:00 CH"), ("%y%m%d%H%M", "2611191700"),
    ("%Y-%m-%dT%H:%M:%S%z", "2026-11-19T10:00:00+0000"),
])  # fmt: skip
def test_a_format_reads_what_could_mean_two(format: str, written: str) -> None:
    assert read(written, "%d.%m.%y", format) == at(EVENING)
    assert read("19/11/2026 17:00", format) == at(EVENING), "what is not written so is read as ever"
    assert read("19.11.26", "%d.%m.%y", end_of_day=True) == at(EVENING)


@pytest.mark.parametrize("written", [
    "19/11/26", "11/19/2026 17:00", "31/02/2026", "20261319170000", "19/11/2026 25:00", "19/11/2026 13:00 CH", "1976",
    "197611302345", 197_611_302_345, "12345", 12_345, 19_112_026, "19112026", "2026-W47", "0202-11-19", "99999", "12.5",
    "19/11/2126", 788_000_000_000,
])  # fmt: skip
def test_what_is_not_certain_is_refused_by_its_text(written: object) -> None:
    with pytest.raises(Rejected) as why:
        read(written)
    digits = "".join(filter(str.isdigit, str(written)))
    assert digits[:4] in "".join(filter(str.isdigit, why.value.detail))


def test_a_name_among_the_dates_is_not_told() -> None:
    with pytest.raises(Rejected, match="text without a digit: no time that is understood; formats says"):
        read("Nguyễn Văn A")


@pytest.mark.parametrize("written", [
    "0000-00-00", "0000-00-00 00:00:00", "00/00/0000", "0001-01-01", "0001-01-01T00:00:00", "01/01/0001 12:00:00 SA",
    "1900-01-01", "1900-01-01 00:00:00.000", "01/01/1900", "9999-12-31", "31/12/9999 23:59:59", "00010101000000",
    "NULL",
    "null", "", " ", "0", 0, 0.0, "-", "N/A", None, time(), date(1900, 1, 1), datetime.fromisoformat("0001-01-01"),
    datetime.fromisoformat("9999-12-31T23:59:59"), -62_135_596_800_000,
])  # fmt: skip
def test_a_word_for_no_date_is_none(written: object) -> None:
    assert read(written) is None


def test_a_source_has_words_of_its_own_for_no_date() -> None:
    own = ("31/12/2098", "Chưa hẹn", "2098-01-01")
    for written in ("31/12/2098", "CHƯA HẸN", datetime.fromisoformat("2098-12-31T10:00"), date(2098, 1, 1)):
        assert read(written, no_date=own) is None
    assert read("30/12/2098", no_date=own) == at("2098-12-30T00:00")
    assert DateFormats().moment("31/12/2098", OFFICE) == at("2098-12-31T00:00")


def test_text_formulas_are_their_text() -> None:
    assert [bare(cell) for cell in ('="H22-1"', '="a ""b"""', '=""', "=1+1", '="a"&"b"', '"x"')] == [
        "H22-1", 'a "b"', "", "=1+1", '="a"&"b"', '"x"',
    ]  # fmt: skip
