"""The second person: who may sign off or refuse what somebody entered, and until when."""

from collections.abc import Mapping
from typing import Any

from ioc.core.errors import Code, IocError

ENTERED = "entered"


def check(row: Mapping[str, Any], actor: str, newer: int | None) -> None:
    """IocError unless `actor` is somebody else than who entered it, and nothing has been decided since.

    `newer`: the id of a later one of the same that is signed.
    """
    if row["state"] != ENTERED:
        state = row["state"]
        raise IocError(Code.FIGURES_DECIDED, f"entry {row['id']} is {state}", entry=row["id"], state=state)
    if row["entered_by"] == actor:
        raise IocError(Code.SAME_PERSON, "somebody else must sign off what you entered", entry=row["id"])
    if newer is not None:
        raise IocError(Code.FIGURES_SUPERSEDED, f"entry {newer} is newer and signed", entry=row["id"], newer=newer)
