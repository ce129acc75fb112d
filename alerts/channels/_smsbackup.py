"""The file that gammu keeps a message in (`.smsbackup`): written as `gammu-smsd-inject` writes it, and read back."""

import re
from collections.abc import Iterator

from alerts import sms

_WIDTH = 50  # characters of text a key
_SECTION = re.compile(r"^\[SMSBackup\d+\]\s*$", re.MULTILINE)
_VALUE = re.compile(r'^(\w+) = "?(.*?)"?\s*$', re.MULTILINE)


def written(number: str, text: str, at: str, reference: int, *, report: bool) -> str:
    """One message to one number, as many sections as parts; `reference` (0-255) joins them in the phone."""
    parts = sms.parts(text)
    coding = "Default_No_Compression" if sms.is_gsm(text) else "Unicode_No_Compression"
    return "".join(
        _section(n, number, part, at, coding, _joining(reference, len(parts), n), report)
        for n, part in enumerate(parts)
    )


def numbers_and_texts(content: str) -> Iterator[tuple[str, str]]:
    """The number and the text of every section."""
    for section in _SECTION.split(content)[1:]:
        values = dict(_VALUE.findall(section))
        text = "".join(_plain(values[key]) for key in sorted(values) if re.fullmatch(r"Text\d\d", key))
        yield values.get("Number", ""), text


def _section(n: int, number: str, part: str, at: str, coding: str, joining: str, report: bool) -> str:
    chunks = [part[start : start + _WIDTH] for start in range(0, len(part), _WIDTH)]
    lines = [
        f"[SMSBackup{n:03}]",
        f"PDU = {'Status_Report' if report else 'Submit'}",
        f"DateTime = {at}",
        "State = UnSent",
        f'Number = "{number}"',
        f"NumberUnicode = {_hex(number)}",
        *([f"UDH = {joining}"] if joining else []),
        *(f"Text{i:02} = {_hex(chunk)}" for i, chunk in enumerate(chunks)),
        f"Coding = {coding}",
        "Folder = 2",
        f"Length = {len(part.encode('utf-16-be')) // 2}",
        "Class = -1",
        "ReplySMSC = False",
        "RejectDuplicates = True",
        "ReplaceMessage = 0",
        "MessageReference = 0",
    ]
    return "\n".join(lines) + "\n\n"


def _joining(reference: int, of: int, n: int) -> str:
    """The header of a part, by which a phone puts them together."""
    return f"050003{reference:02X}{of:02X}{n + 1:02X}" if of > 1 else ""


def _hex(text: str) -> str:
    return text.encode("utf-16-be").hex().upper()


def _plain(hexadecimal: str) -> str:
    return bytes.fromhex(hexadecimal).decode("utf-16-be", "replace")
