"""Files that others lay down for us: taken once nobody writes to them any more, then moved out of the way."""

import fnmatch
import re
import tempfile
from collections.abc import Generator
from datetime import datetime
from pathlib import Path
from typing import Annotated, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from msgspec import Meta

from connectors.deliveries.contract import Errand, Offer
from connectors.deliveries.ending import Ending
from connectors.deliveries.options import Delivered
from ioc.config.fields import Name, Positive, Seconds
from ioc.core import charsets
from ioc.core.errors import Code, UsageError
from ioc.domain.dossiers.importing.tables import InputTable, open_table

_UNFINISHED = (".part", ".partial", ".tmp", ".filepart", ".crdownload")
HOUR_MS = 3_600_000
MOST_ENDS = 3  # a kill may meet any file; this often in a row it is the file
_MB = 1024 * 1024
_WEIGHT = {".json": 4, ".jsonl": 4}  # objects of many keys need that much more memory than rows


class DroppedFile(NamedTuple):
    """`mtime` in epoch ms."""

    name: str
    size: int
    mtime: int

    @property
    def stamp(self) -> str:
        return f"{self.size}-{self.mtime}"


class DropFolder(Protocol):
    """A folder, here or elsewhere; OSError or IocError where it cannot be reached."""

    def files(self) -> list[DroppedFile]: ...

    def fetch(self, name: str, to: Path) -> None: ...

    def move(self, name: str, folder: str, as_name: str) -> None:
        """Into a folder below, which is made where it is missing."""

    def write(self, folder: str, name: str, text: str) -> None: ...


class Files(Delivered, frozen=True, kw_only=True):
    """`files`: patterns of names; `marker`: ending of a file that must stand beside one, such as `.ok`.

    `as_of`: up to when a file knows: its time of change, or of taking. With `as_of_pattern`, a regular expression
    with one group, its name says it in the form `as_of_format`; a day alone means the midnight it begins with, plus
    `as_of_plus_h`. `trailer`: what the last line must be, a regular expression whose group is the number of rows.
    `encoding`: of CSV without a byte order mark; `tcvn3` and `vni` of the text of workbooks too. `settle_s`: how long
    it may not grow. With `leave` files stay where they lie. `max_mb`: a larger file is refused before it is read, as
    is JSON of more than a quarter of it.
    """

    files: tuple[str, ...] = ("*.csv", "*.xlsx")
    marker: Annotated[str, Meta(min_length=1)] | None = None
    as_of: str = "changed"
    as_of_pattern: str | None = None
    as_of_format: str = "%Y%m%d"
    as_of_plus_h: float = 0.0
    trailer: str | None = None
    encoding: str = "utf-8"
    settle_s: Seconds = 5.0
    done: Name = "done"
    bad: Name = "bad"
    leave: bool = False
    max_mb: Positive = 200

    def __post_init__(self) -> None:
        if self.as_of not in ("changed", "taken"):
            raise ValueError(f"as_of {self.as_of!r}: allowed are changed, taken")
        for key, pattern in (("as_of_pattern", self.as_of_pattern), ("trailer", self.trailer)):
            _one_group(key, pattern)
        charsets.check(self.encoding)
        Delivered.__post_init__(self)


def collect(place: DropFolder, options: Files, errand: Errand) -> Generator[Offer]:
    """The files that are whole, oldest first."""
    before = {file.name: file for file in _wanted(place, options, errand)}
    if not before or errand.stop.wait(options.settle_s):
        return
    still = [file for file in _wanted(place, options, errand) if before.get(file.name) == file]
    with tempfile.TemporaryDirectory(prefix="ioc-inbox-") as folder:
        for file in sorted(still, key=lambda file: (_sorting(file, options, errand), file.name)):
            yield from _one(place, file, Path(folder) / file.name, options, errand)


def _one(place: DropFolder, file: DroppedFile, copy: Path, options: Files, errand: Errand) -> Generator[Offer]:
    """One that is too large, or that ended the process each time it was read, is not even fetched."""
    before = errand.kept.begin(file.name, file.stamp)
    refused = _too_large(file, options) or _deadly(file, before)
    try:
        if refused is None:
            place.fetch(file.name, copy)
        yield _offer(place, file, copy, options, errand, refused)
    finally:
        errand.kept.end(file.name)
        copy.unlink(missing_ok=True)


def _too_large(file: DroppedFile, options: Files) -> UsageError | None:
    most = options.max_mb * _MB // (_WEIGHT.get(Path(file.name).suffix.lower(), 1))
    if file.size <= most:
        return None
    message = f"{file.name}: {file.size // _MB} MB; at most {most // _MB} (max_mb)"
    return UsageError(Code.TABLE_TOO_LARGE, message)


def _deadly(file: DroppedFile, before: int) -> UsageError | None:
    if before < MOST_ENDS:
        return None
    return UsageError(Code.TABLE_TOO_LARGE, f"{file.name}: reading it has ended the process {before} times")


def _wanted(place: DropFolder, options: Files, errand: Errand) -> list[DroppedFile]:
    everything = place.files()
    names = {file.name for file in everything}
    return [
        file
        for file in everything
        if not file.name.startswith((".", "~")) and "/" not in file.name  # what a server calls a name may be a path
        if not file.name.lower().endswith(_UNFINISHED)
        if any(fnmatch.fnmatch(file.name.lower(), pattern.lower()) for pattern in options.files)
        if options.marker is None or _marker(file.name, options.marker, names) is not None
        if not errand.kept.is_taken(file.name, file.stamp)
    ]


def _marker(name: str, ending: str, names: set[str]) -> str | None:
    """`x.csv.ok` or `x.ok`."""
    return next((found for found in (name + ending, Path(name).stem + ending) if found in names), None)


def _offer(
    place: DropFolder, file: DroppedFile, copy: Path, options: Files, errand: Errand, refused: UsageError | None
) -> Offer:
    ending = Ending(options.trailer)

    def read() -> InputTable:
        if refused is not None:
            raise refused
        as_of_name(file.name, options, errand.zone)  # a name that tells nothing is a bad file
        ending.cut_off(copy, file.name)
        return open_table(copy, options.column_map(), file.name, options.encoding)

    def settle(why: str | None) -> None:
        if options.leave:
            errand.kept.take(file.name, file.stamp)
            return
        at = datetime.fromtimestamp(errand.now / 1000, errand.zone)
        folder, as_name = (options.bad if why else options.done), f"{at:%Y%m%dT%H%M%S}-{file.name}"
        if why is not None:
            place.write(folder, f"{as_name}.why.txt", f"{why}\n")
        place.move(file.name, folder, as_name)
        names = {other.name for other in place.files()}
        if options.marker is not None and (marker := _marker(file.name, options.marker, names)) is not None:
            place.move(marker, folder, f"{at:%Y%m%dT%H%M%S}-{marker}")

    as_of = _sorting(file, options, errand)
    return Offer(file.name, as_of, read, options.full, settle, expected=lambda: ending.rows)


def _sorting(file: DroppedFile, options: Files, errand: Errand) -> int:
    """Up to when a file knows; one whose name does not say sorts by its time of change, and is refused when read."""
    try:
        named = as_of_name(file.name, options, errand.zone)
    except UsageError:
        named = None
    told = named if named is not None else errand.now if options.as_of == "taken" else file.mtime
    return min(told, errand.now)


def as_of_name(name: str, options: Files, zone: ZoneInfo) -> int | None:
    """Epoch ms; UsageError where the name does not say it as it should."""
    if options.as_of_pattern is None:
        return None
    found = re.search(options.as_of_pattern, name)
    try:
        told = datetime.strptime(found[1] if found else "", options.as_of_format).replace(tzinfo=zone)
    except ValueError as error:
        message = f"{name}: its name does not say up to when it knows (as_of_pattern, as_of_format): {error}"
        raise UsageError(Code.BAD_AS_OF, message) from None
    return round(told.timestamp() * 1000 + options.as_of_plus_h * HOUR_MS)


def _one_group(key: str, pattern: str | None) -> None:
    try:
        groups = 1 if pattern is None else re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"{key} {pattern!r}: {error}") from None
    if groups != 1:
        raise ValueError(f"{key} {pattern!r}: must hold one group, such as ([0-9]+)")
