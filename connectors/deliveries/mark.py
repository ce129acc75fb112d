"""A watermark as text that is read back as what it was: where a delta goes on."""

from datetime import date, datetime
from decimal import Decimal

from ioc.core.errors import Code, UsageError

Mark = datetime | date | int | float | str | bytes


def write(mark: object) -> str:
    """UsageError `bad_watermark` for what cannot be one."""
    if isinstance(mark, datetime):
        return f"t:{mark.isoformat()}"
    if isinstance(mark, date):
        return f"d:{mark.isoformat()}"
    if isinstance(mark, bytes | bytearray | memoryview):  # a row version
        return f"b:{bytes(mark).hex()}"
    if isinstance(mark, int) or (isinstance(mark, Decimal) and mark == int(mark)):
        return f"i:{int(mark)}"
    if isinstance(mark, float | Decimal):
        return f"f:{float(mark)!r}"
    if isinstance(mark, str):
        return f"s:{mark}"
    raise UsageError(Code.BAD_WATERMARK, f"watermark {mark!r}: allowed are instants, days, numbers and texts")


def read(text: str) -> Mark:
    sort, _, rest = text.partition(":")
    match sort:
        case "t":
            return datetime.fromisoformat(rest)
        case "d":
            return date.fromisoformat(rest)
        case "b":
            return bytes.fromhex(rest)
        case "i":
            return int(rest)
        case "f":
            return float(rest)
        case _:
            return rest
