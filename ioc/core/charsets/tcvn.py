"""TCVN 5712:1993: its first character set, and TCVN3, the part of it that the ABC fonts (.VnTime) draw."""

import codecs
from typing import Final

_UPPER_HALF: Final = (
    "\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ"
    "\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ"
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽ"
    "éẹềểễếệìỉỄẾỒĩíịò"
    "Ổỏõóọồổỗốộờởỡớợù"
    "ỖủũúụừửữứựỳỷỹýỵỐ"
)
_CAPITALS: Final = "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ"  # 0x80 to 0x9F
_AMONG_CONTROLS: Final = {
    0x01: "Ú", 0x02: "Ụ", 0x04: "Ừ", 0x05: "Ử", 0x06: "Ữ", 0x11: "Ứ", 0x12: "Ự", 0x13: "Ỳ", 0x14: "Ỷ", 0x15: "Ỹ",
    0x16: "Ý", 0x17: "Ỵ",
}  # fmt: skip
_NOTHING = "\ufffe"  # what charmap_decode refuses


class Table:
    """A character set of 256 characters; decoded tones may stand behind their letter."""

    def __init__(self, name: str, characters: str) -> None:
        self._name = name
        self._characters = characters
        self._bytes = codecs.charmap_build(characters)

    def decode(self, raw: bytes) -> str:
        try:
            return codecs.charmap_decode(raw, "strict", self._characters)[0]
        except UnicodeDecodeError as error:
            raise UnicodeDecodeError(self._name, raw, error.start, error.end, "no letter of it") from None

    def encode(self, text: str) -> bytes:
        try:
            return codecs.charmap_encode(text, "strict", self._bytes)[0]
        except UnicodeEncodeError as error:
            raise UnicodeEncodeError(self._name, text, error.start, error.end, "it has no such letter") from None


_ASCII = "".join(map(chr, range(128)))
# Word puts its dashes and quotation marks there as in Windows-1252; capitals with a tone are small letters in a font of
# capitals (.VnTimeH), and come out small
_PUNCTUATION = bytes(range(0x80, 0xA0)).decode("cp1252", "replace").replace("\ufffd", _NOTHING)
ABC: Final = Table("tcvn3", _ASCII + _PUNCTUATION + _UPPER_HALF)
TCVN_5712: Final = Table(
    "tcvn5712", "".join(_AMONG_CONTROLS.get(i, char) for i, char in enumerate(_ASCII)) + _CAPITALS + _UPPER_HALF
)
