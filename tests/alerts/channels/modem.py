"""A gammu-smsd of one's own on a phone that is none: its log says what it sends, a file is what it receives."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import beside, bound_to_us, program

CONFIG = """
[gammu]
device = {phone}
connection = none
model = dummy
[smsd]
service = files
inboxpath = {inbox}/
outboxpath = {outbox}/
sentsmspath = {sent}/
errorsmspath = {error}/
inboxformat = unicode
logfile = {log}
debuglevel = 255
commtimeout = 1
loopsleep = 1
receivefrequency = 1
"""
INCOMING = """
[SMSBackup000]
PDU = Deliver
DateTime = 20261201T0300{n:02}
State = UnRead
Number = "{number}"
NumberUnicode = {number_hex}
Text00 = {text_hex}
Coding = Unicode_No_Compression
Folder = 1
Length = {length}
Class = -1
"""
SENT = re.compile(r'Recipient number "(.*?)"(.*?)gammu: ([^\n]*)\n[^\n]*SMS sent on device', re.DOTALL)
CODING = re.compile(r"gammu: (Unicode|Default alphabet|\S+) SMS, length")


class Modem:
    """The folders of a gammu-smsd and its phone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("inbox", "outbox", "sent", "error", "phone/sms/1"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.log = folder / "smsd.log"
        self.folders = {name: str(folder / name) for name in ("inbox", "outbox", "sent", "error")}

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Number and text of every part that the phone's driver was given."""
        said = self.log.read_text(encoding="utf-8", errors="replace")
        return [(number, text) for number, _, text in SENT.findall(said)]

    def comes_in(self, number: str, text: str) -> None:
        """As if somebody had sent it to the phone."""
        slot = len(list((self.folder / "phone/sms/1").iterdir())) + 1
        hexed = (number.encode("utf-16-be").hex().upper(), text.encode("utf-16-be").hex().upper())
        said = INCOMING.format(n=slot, number=number, number_hex=hexed[0], text_hex=hexed[1], length=len(text))
        (self.folder / f"phone/sms/1/{slot}").write_text(said, encoding="utf-8")

    @contextmanager
    def driven(self) -> Iterator["Modem"]:
        """While gammu-smsd runs."""
        smsd, config = program("gammu-smsd"), self.folder / "smsdrc"
        places = {**self.folders, "phone": self.folder / "phone", "log": self.log}
        config.write_text(CONFIG.format(**places), encoding="utf-8")
        process = subprocess.Popen(bound_to_us([smsd, "-c", str(config)]), env=beside(smsd) | {"LANG": "C.UTF-8"})
        try:
            yield self
        finally:
            process.terminate()
            process.wait(10)
