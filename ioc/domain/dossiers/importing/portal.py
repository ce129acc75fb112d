"""The national portal's own names and codes of a dossier's fields, as its sync interface has them."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import msgspec

NAMES: Mapping[str, str] = {
    "MaHoSo": "code",
    "MaTTHC": "procedure",
    "TenTTHC": "procedure_name",
    "TrangThai": "status",
    "MaDonViTiepNhan": "receiving_org",
    "MaDonViXuLy": "handling_org",
    "MaCanBoXuLy": "assignee",
    "KenhThucHien": "submission",
    "NgayNop": "submitted_at",
    "NgayTiepNhan": "received_at",
    "NgayHenTra": "due_at",
    "ThoiGianGiaiQuyet": "term_value",
    "DonViTinh": "term_unit",
    "NgayKetThucXuLy": "finished_at",
    "NgayTra": "returned_at",
    "NgayYeuCauBoSung": "supplement_requested_at",
    "NgayBoSung": "supplement_received_at",
    "NgayXinLoi": "apology_issued_at",
    "LyDoXinLoi": "apology_reason",
    "NgayHenTraLai": "apology_new_due_at",
    "DuocThanhToanTrucTuyen": "online_payment",
    "LePhi": "fee",
    "HoSoCoThanhPhanSoHoa": "digitised",
    "KetQuaDienTu": "electronic_result",
    "DanhGia": "satisfaction",
}
NESTED: Mapping[str, tuple[str, str]] = {
    f"{whole}_{part}": (whole, part)
    for whole, parts in {"term": ("value", "unit"), "apology": ("issued_at", "reason", "new_due_at")}.items()
    for part in parts
}
SUBMISSIONS: Mapping[str, str] = {
    "1": "direct", "2": "online", "3": "post", "trực tiếp": "direct", "trực tuyến": "online", "bưu chính": "post",
    "bưu chính công ích": "post",
}  # fmt: skip
UNITS: Mapping[str, str] = {
    "giờ": "hour", "giờ làm việc": "working_hour", "ngày": "day", "ngày làm việc": "working_day", "tháng": "month",
}  # fmt: skip
PAYMENTS: Mapping[str, bool] = {"0": False, "1": True, "2": True}  # 1: on the national portal, 2: on the province's own
_WORDS: Mapping[str, Mapping[str, Any]] = {"submission": SUBMISSIONS, "term_unit": UNITS, "online_payment": PAYMENTS}
ENDS = frozenset({"due_at", "apology_new_due_at"})  # a day given for these lasts until its end
_TIMES = frozenset(field for field in NAMES.values() if field.endswith("_at"))
# a day, or its midnight, which is all that many systems have of a time
_DAY = re.compile(r"((?:19|20)\d\d)-?(\d\d)-?(\d\d)(?:0000(?:00)?|[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_OURS = {theirs.lower(): ours for theirs, ours in NAMES.items()}
_RESULT = "duongdanteptinketqua"  # the address of the result's file
_ID_BYTES = 12


def is_spoken(obj: Mapping[str, Any]) -> bool:
    """True for an event that names its dossier as the portal does, in any case."""
    return "code" not in obj and any(name.lower() == "mahoso" for name in obj)


def ours(obj: Mapping[str, Any]) -> dict[str, Any]:
    """An event of ours; our words win where it has both. The portal knows no ids of events: its content makes one."""
    theirs = {name: field for name in obj if (field := _OURS.get(name.lower())) is not None}
    found = {name: value for name, value in obj.items() if name not in theirs}
    for name, field in theirs.items():
        if obj[name] is not None and obj[name] != "":
            _put(found, field, _meant(field, obj[name]))
    if any(value for name, value in obj.items() if name.lower() == _RESULT):
        found.setdefault("electronic_result", True)
    found.setdefault("event_id", f"portal-{_digest(obj)}")
    return found


def _meant(field: str, value: Any) -> Any:
    if isinstance(value, bool):
        return value
    text = str(value).strip()
    if field in _TIMES and (day := _DAY.fullmatch(text)) is not None:
        return f"{day[1]}-{day[2]}-{day[3]}T{'23:59:59' if field in ENDS else '00:00:00'}"
    return _WORDS.get(field, {}).get(text.lower(), value)


def _put(found: dict[str, Any], field: str, value: Any) -> None:
    whole, part = NESTED.get(field, (field, None))
    if part is None:
        found.setdefault(field, value)
    elif isinstance(inner := found.setdefault(whole, {}), dict):
        found[whole] = {part: value, **inner}


def _digest(obj: Mapping[str, Any]) -> str:
    return hashlib.blake2b(msgspec.json.encode(obj, order="sorted"), digest_size=_ID_BYTES).hexdigest()
