"""The size of a workbook unpacked, as its directory says it, looked at before anything of it is read.

What a part says of its size is a promise that binds it: no more than that is read of it.
"""

import zlib
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import ParseError, fromstring
from zipfile import BadZipFile, ZipFile, ZipInfo

from ioc.core.errors import Code, UsageError

MB: Final = 1024 * 1024
MAX_PARTS: Final = 2_000
MAX_UNPACKED: Final = 1_024 * MB  # rows are read one after the other ...
MAX_STRINGS: Final = 96 * MB  # ... while the texts they share are all held at once, at about four times this
FREE: Final = 16 * MB  # however small it is packed
MAX_RATIO: Final = 100  # rows that are all alike pack to a fortieth
_SHARED = "sharedstrings"
_TYPES = "[Content_Types].xml"


def check(path: Path, name: str) -> None:
    """UsageError `table_too_large` says what is too much; a file that is no archive is for the reader to name."""
    try:
        with ZipFile(path) as book:
            parts = book.infolist()
            shared = _shared(book, parts)
    except (BadZipFile, OSError, ValueError, ParseError, zlib.error):
        return
    for problem, is_so in _problems(parts, shared, path.stat().st_size):
        if is_so:
            raise UsageError(Code.TABLE_TOO_LARGE, f"{name}: {problem}")


def _shared(book: ZipFile, parts: list[ZipInfo]) -> set[str]:
    """The names of the parts that are said to be shared texts."""
    types = next((part for part in parts if part.filename == _TYPES), None)
    if types is None or types.file_size > MB:
        return set()
    told = fromstring(book.read(types)).iter()  # noqa: S314 - of at most 1 MB, and expat bounds what entities make
    return {_bare(one.get("PartName", "")) for one in told if _SHARED in one.get("ContentType", "").lower()}


def _bare(name: str) -> str:
    return name.lstrip("/").lower()


def _problems(parts: list[ZipInfo], shared: set[str], packed: int) -> list[tuple[str, bool]]:
    whole = sum(part.file_size for part in parts)
    strings = sum(p.file_size for p in parts if _bare(p.filename) in shared or _SHARED in _bare(p.filename))
    return [
        (f"{len(parts)} parts; at most {MAX_PARTS}", len(parts) > MAX_PARTS),
        (f"{whole // MB} MB unpacked; at most {MAX_UNPACKED // MB}", whole > MAX_UNPACKED),
        (f"{strings // MB} MB of shared texts; at most {MAX_STRINGS // MB}", strings > MAX_STRINGS),
        (
            f"{whole // MB} MB out of {packed // 1024} KB; at most {MAX_RATIO} times its size",
            whole > FREE and whole > packed * MAX_RATIO,
        ),
    ]
