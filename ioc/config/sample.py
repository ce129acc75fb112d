"""The sample configuration: the shipped file, and what plug-ins bring that are not in it."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Any

from msgspec import structs

from ioc.config import read
from ioc.core.errors import UsageError

# a key or a section behind "#"; everything else there is prose
_ASLEEP = re.compile(r"^# (?=\[\[?[a-z.]+\]|[a-z_0-9]+ = )", re.MULTILINE)
_HEADING = "# --- Plug-ins that bring their own sample " + "-" * 74


def shipped() -> str:
    return resources.files("ioc").joinpath("ioc.sample.toml").read_text(encoding="utf-8")


def joined(brought: Iterable[str]) -> str:
    """The shipped file with the lines of plug-ins below it."""
    parts = [part.strip() for part in brought if part]
    return "\n\n".join([shipped().rstrip(), *([_HEADING] if parts else []), *parts]) + "\n"


def awake(text: str) -> dict[str, Any]:
    """The table with every line brought to life."""
    return tomllib.loads(_ASLEEP.sub("", text))


def problems(brought: str, section: str, kind: str, options: read.OptionTypes) -> Iterator[str]:
    """The faults of a plug-in's sample lines: they have to load, and hide none of its keys."""
    try:
        tables = awake(brought).get(section, [])
        read.parse({"data_dir": "/", section: tables}, options, {})
    except tomllib.TOMLDecodeError as error:
        yield f"SAMPLE is not TOML: {error}"
        return
    except UsageError as error:
        yield from (f"SAMPLE: {problem.strip()}" for problem in error.message.splitlines()[1:])
        return
    shown = {key for table in tables if table.get("kind") == kind for key in table}
    if not shown:
        yield f'SAMPLE is missing; needed: SAMPLE: str, lines with a [[{section}]] of kind = "{kind}"'
        return
    hidden = {field.encode_name for field in structs.fields(options[section][kind])} - shown
    yield from (f"SAMPLE does not show the key {key}" for key in sorted(hidden))
