"""Columns of a table: the field each heading means, the meaning of its words, the spelling of its times."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from ioc.core.errors import Code, UsageError
from ioc.domain.dossiers.history.status import WORDS
from ioc.domain.dossiers.importing import portal
from ioc.domain.dossiers.importing.dates import DateFormats
from ioc.messages.mapping import checks

# our field: the headings known for it beside the names of the national portal
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "code": ("Mã hồ sơ", "Số hồ sơ", "Mã HS", "Số biên nhận"),
    "procedure": ("Mã TTHC", "Mã thủ tục"),
    "procedure_name": ("Tên TTHC", "Tên thủ tục", "Thủ tục hành chính", "Thủ tục"),
    "status": ("Trạng thái", "Trạng thái hồ sơ", "Tình trạng"),
    "receiving_org": ("Mã đơn vị tiếp nhận", "Đơn vị tiếp nhận"),
    "handling_org": ("Mã đơn vị xử lý", "Đơn vị xử lý", "Cơ quan xử lý"),
    "assignee": ("Mã cán bộ xử lý",),
    "submission": ("Kênh thực hiện", "Hình thức nộp", "Hình thức tiếp nhận"),
    "submitted_at": ("Ngày nộp",),
    "received_at": ("Ngày tiếp nhận", "Ngày nhận"),
    "due_at": ("Ngày hẹn trả", "Hẹn trả", "Ngày hẹn trả kết quả"),
    "term_value": ("Thời gian giải quyết", "Thời hạn giải quyết"),
    "term_unit": ("Đơn vị tính",),
    "finished_at": ("Ngày kết thúc xử lý", "Ngày xử lý xong", "Ngày hoàn thành"),
    "returned_at": ("Ngày trả", "Ngày trả kết quả"),
    "supplement_requested_at": ("Ngày yêu cầu bổ sung",),
    "supplement_received_at": ("Ngày bổ sung", "Ngày nhận bổ sung"),
    "apology_issued_at": ("Ngày xin lỗi",),
    "apology_reason": ("Lý do xin lỗi",),
    "apology_new_due_at": ("Ngày hẹn trả lại", "Hẹn lại ngày trả"),
    "online_payment": ("Thanh toán trực tuyến",),
    "fee": ("Lệ phí", "Phí, lệ phí"),
    "digitised": ("Số hóa", "Được số hóa"),
    "electronic_result": ("Kết quả điện tử",),
    "satisfaction": ("Đánh giá", "Mức độ hài lòng"),
    "event_id": (),
    "ts": (),
}
FIELDS = tuple(HEADINGS)

_YES_NO = {"có": True, "không": False, "x": True, "rồi": True, "chưa": False}


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    columns: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, Any]] = field(default_factory=dict)
    formats: tuple[str, ...] = ()
    no_date: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for format in self.formats:
            checks.format(format)


class ColumnMap(Struct, frozen=True):
    """`columns`: heading in plain form to our field; `words`: per field, what its cells may say and mean."""

    columns: Mapping[str, str]
    words: Mapping[str, Mapping[str, Any]]
    dates: DateFormats = DateFormats()

    def field_of(self, heading: str) -> str | None:
        return self.columns.get(plain(heading))

    def fields(self, headings: Iterable[str]) -> list[str | None]:
        return [self.field_of(heading) for heading in headings]


@lru_cache(maxsize=4_096)
def plain(text: str) -> str:
    """NFC, lower case, single spaces: how headings and words are compared."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip().lower()


def known_map(
    columns: Mapping[str, str] | None = None,
    words: Mapping[str, Mapping[str, Any]] | None = None,
    formats: tuple[str, ...] = (),
    no_date: Iterable[str] = (),
) -> ColumnMap:
    """Our own names and the known headings; what is given on top wins."""
    found = {plain(heading): name for heading, name in portal.NAMES.items()}
    found |= {plain(heading): name for name, headings in HEADINGS.items() for heading in (name, *headings)}
    found |= {plain(heading): name for heading, name in (columns or {}).items()}
    meant: dict[str, dict[str, Any]] = {
        "submission": dict(portal.SUBMISSIONS),
        "term_unit": dict(portal.UNITS),
        "status": dict(WORDS),
        **{name: dict(_YES_NO) for name in ("digitised", "electronic_result")},
        "online_payment": {**_YES_NO, **portal.PAYMENTS},
    }
    for name, given in (words or {}).items():
        meant[name] = meant.get(name, {}) | {plain(word): value for word, value in given.items()}
    return ColumnMap(found, meant, DateFormats(formats, frozenset(plain(word) for word in no_date)))


def read_map(path: Path | None) -> ColumnMap:
    """The column map of a TOML file; UsageError names what it may hold."""
    if path is None:
        return known_map()
    try:
        read = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
    except OSError as error:
        raise UsageError(Code.MAP_UNREADABLE, f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(Code.MAP_NOT_TOML, f"{path}: not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise UsageError(
            Code.MAP_WRONG, f"{path}: {error}; allowed: formats, no_date, [columns] and [words.FIELD]"
        ) from error
    unknown = sorted({*read.columns.values(), *read.words} - set(FIELDS))
    if unknown:
        raise UsageError(Code.MAP_WRONG, f"{path}: {', '.join(unknown)}: no such field; allowed: {', '.join(FIELDS)}")
    return known_map(read.columns, read.words, read.formats, read.no_date)
