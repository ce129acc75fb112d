"""Channel kind `gsm_modem`: a modem with a SIM card that gammu-smsd drives, by the folders of its back end `files`."""

import os
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from alerts import sms
from alerts.channels import _smsbackup
from alerts.message import AlertMessage, ReceivedText
from ioc.core.contact import check_inbound
from ioc.core.errors import Code, IocError

kind = "gsm_modem"
address = "phone"
LOOK_S = 0.1
LONGEST = 9  # parts
_BOMS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class Options(Struct, frozen=True, kw_only=True):
    """The folders are those of gammu's configuration: `outboxpath`, `sentsmspath`, `errorsmspath`, `inboxpath`.

    A message that the modem has not taken within `timeout_s` is taken back and tried again. `inbound` is the number of
    the SIM card that people answer to; it needs `inbox`.
    """

    outbox: str
    sent: str
    error: str
    inbox: str | None = None
    inbound: str | None = None
    phone_format: sms.PhoneFormat = "+84"
    unicode: bool = False
    unsafe: str = ""
    max_segments: Annotated[int, Meta(ge=1, le=LONGEST)] = 2
    report: bool = False
    timeout_s: Annotated[float, Meta(gt=0, le=120)] = 20.0

    def __post_init__(self) -> None:
        folders = [folder for folder in (self.outbox, self.sent, self.error, self.inbox) if folder is not None]
        if len(set(map(Path, folders))) < len(folders):
            raise ValueError(f"outbox, sent, error and inbox are different folders: {', '.join(folders)}")
        if self.inbound is not None and self.inbox is None:
            raise ValueError("inbound needs inbox, where gammu-smsd lays what people answer")
        check_inbound(self.inbound)


def send(options: Options, message: AlertMessage) -> str:
    """Lay one file into the outbox and wait until gammu-smsd has moved it.

    Its name is the same at every attempt, so that one that was sent before is not sent again.
    """
    name = file_name(options, message)
    try:
        if not _ended(options, name):
            _lay(Path(options.outbox), name, content(options, message))
            _wait(options, name)
    except OSError as error:
        raise IocError(Code.GATEWAY_UNAVAILABLE, f"{error.filename}: {error.strerror}") from error
    if (Path(options.error) / name).exists():
        (Path(options.error) / name).replace(Path(options.error) / f"refused-{name}")
        raise IocError(Code.GATEWAY_BUSY, f"the modem could not send it: {options.error}/refused-{name}")
    return name


def problems(options: Options) -> Iterator[str]:
    """Folders that are not there, or that we or gammu-smsd could not move files in."""
    for name in ("outbox", "sent", "error", "inbox"):
        folder = getattr(options, name)
        if folder is not None and not Path(folder).is_dir():
            yield f"{name} {folder} is no folder"
        elif folder is not None and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            yield f"{name} {folder} cannot be written by this user"


def file_name(options: Options, message: AlertMessage) -> str:
    """`OUT` priority, instant, number and our ref, by the rules of gammu-smsd: no underscore in the last."""
    at = datetime.fromtimestamp(message.at / 1000, UTC).strftime("%Y%m%d_%H%M%S")
    number = sms.phone(message.address, options.phone_format)
    return f"OUTC{at}_00_{number}_{message.ref.replace('_', '-')}.smsbackup"


def content(options: Options, message: AlertMessage) -> str:
    text = sms.compose(message.sms, unicode=options.unicode, max_segments=options.max_segments, unsafe=options.unsafe)
    at = datetime.fromtimestamp(message.at / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    number, reference = sms.phone(message.address, options.phone_format), zlib.crc32(message.ref.encode()) % 256
    return _smsbackup.written(number, text.text, at, reference, report=options.report)


def receive(options: Options) -> Iterator[ReceivedText]:
    """What lies in the inbox, oldest first; a long text lies there in parts, which are one."""
    if options.inbox is None:
        return
    try:
        files = sorted(path for path in Path(options.inbox).glob("IN*") if path.stat().st_size)
        for parts in _together(files):
            number = parts[0].stem.split("_")[3]
            yield ReceivedText(number, "".join(map(_text_of, parts)), partial(_remove, parts))
    except OSError as error:
        raise IocError(Code.GATEWAY_UNAVAILABLE, f"{error.filename}: {error.strerror}") from error


def _lay(outbox: Path, name: str, text: str) -> None:
    """Whole or not at all: gammu-smsd looks at what begins with OUT."""
    if (outbox / name).exists():
        return
    draft = outbox / f".{name}"
    draft.write_text(text, encoding="utf-8")
    draft.replace(outbox / name)


def _wait(options: Options, name: str) -> None:
    until = time.monotonic() + options.timeout_s
    while not _ended(options, name):
        if time.monotonic() > until:
            _take_back(options, name)
            return
        time.sleep(LOOK_S)


def _take_back(options: Options, name: str) -> None:
    """Nobody drives the modem: out of the outbox, so that it does not go out when the news is old."""
    try:
        (Path(options.outbox) / name).unlink()
    except FileNotFoundError:  # taken in this very moment
        if _ended(options, name):
            return
    raise IocError(Code.GATEWAY_UNAVAILABLE, f"gammu-smsd has not taken {options.outbox}/{name}")


def _ended(options: Options, name: str) -> bool:
    return any((Path(folder) / name).exists() for folder in (options.sent, options.error))


def _together(files: list[Path]) -> Iterator[list[Path]]:
    """`IN<date>_<time>_<serial>_<sender>_<sequence>`: what differs in the sequence alone is one message."""
    groups: dict[str, list[Path]] = {}
    for file in files:
        fields = file.stem.split("_")
        if len(fields) == 5:
            groups.setdefault("_".join(fields[:4]), []).append(file)
    yield from groups.values()


def _text_of(file: Path) -> str:
    raw = file.read_bytes()
    if file.suffix == ".smsbackup":
        return "".join(text for _, text in _smsbackup.numbers_and_texts(raw.decode("utf-8", "replace")))
    encoding = _BOMS.get(raw[:2])
    return raw.decode("utf-8", "replace") if encoding is None else raw[2:].decode(encoding, "replace")


def _remove(files: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
