"""A comma list of words in an address."""

from enum import StrEnum
from typing import TypeVar

from ioc.core.errors import Code, IocError

Word = TypeVar("Word", bound=StrEnum)


def words(name: str, text: str | None, allowed: type[Word]) -> tuple[Word, ...]:
    """A comma list of known words; none of them stands for all."""
    given = [word.strip() for word in (text or "").split(",") if word.strip()]
    known = {str(member): member for member in allowed}
    for word in given:
        if word not in known:
            detail = f"{name}: {', '.join(known)}"
            raise IocError(Code.INVALID_VALUE, f"{word!r}; {detail}", name=name, detail=detail)
    return tuple(known[word] for word in given)
