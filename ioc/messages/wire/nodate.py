"""The ways systems write "no date": nothing, zeros, or the first or last day their type can hold."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

# .NET, SQL Server, OLE and spreadsheets, SQL Server's empty text, Unix, and what is meant to be never: on none of these
# days was there a dossier, a ticket or a reading of ours
DAYS: Final = frozenset(
    {
        date(1, 1, 1), date(1753, 1, 1), date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1970, 1, 1),
        date(9999, 12, 31),
    }
)  # fmt: skip
WORDS: Final = frozenset({"", "0", "-", "--", "null", "(null)", "\\n", "none", "nil", "nan", "nat", "n/a", "#n/a"})
_PARTS = frozenset((day.year, day.month, day.day) for day in DAYS)
_ZEROS = ("0000-00-00", "0000/00/00", "00/00/0000", "00-00-0000", "00000000")
_ISO = re.compile(r"(\d{4})[-/]?(\d\d)[-/]?(\d\d)([t ].*|\d{4,6})?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d\d?)[/-](\d\d?)[/-](\d{4})( .*)?", re.ASCII)
_EPOCHS: Final = frozenset(
    {0, -1}
    | {seconds * factor for day in DAYS for seconds in [(day - date(1970, 1, 1)).days * 86_400] for factor in (1, 1000)}
)


def is_no_date(value: Any, words: Iterable[str] = ()) -> bool:
    """True for a text that stands for no date; `words`, in lower case, are a source's own beside the usual ones."""
    if value is None:
        return True
    if type(value) is int or type(value) is float:
        return value in _EPOCHS
    if isinstance(value, str):
        return _is_word(value.strip().lower(), words)
    if isinstance(value, datetime | date):
        day = value.date() if isinstance(value, datetime) else value
        return day in DAYS or bool({day.isoformat(), f"{day:%d/%m/%Y}"} & {*words})
    return False


def _is_word(text: str, words: Iterable[str]) -> bool:
    if text in WORDS or text in words or text.startswith(_ZEROS):
        return True
    if text[:2] == "20":  # none of the days, however they are written
        return False
    if (found := _ISO.fullmatch(text)) is not None:
        return (int(found[1]), int(found[2]), int(found[3])) in _PARTS
    if (found := _DAY_FIRST.fullmatch(text)) is not None:
        return (int(found[3]), int(found[2]), int(found[1])) in _PARTS
    return False
