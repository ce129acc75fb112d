"""The part of a rule's options that names sources and figures, so that what does not exist is refused."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, structs


class Selector(Struct, frozen=True, kw_only=True):
    """Stands in the options of a rule; its `kind` is a kind of source, or every one where it is None."""

    @property
    def metrics(self) -> tuple[tuple[str, str], ...]:
        """Key and name of each metric it speaks of."""
        return ()


def selectors(options: Any) -> Iterator[tuple[str, Selector]]:
    """Those in the options of a rule, by key."""
    for field in structs.fields(options) if isinstance(options, Struct) else ():
        value = getattr(options, field.name)
        if isinstance(value, Selector):
            yield field.encode_name, value
