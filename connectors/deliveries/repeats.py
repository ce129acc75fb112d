"""Pages that come again: a server that leads in circles is noticed at the first page it gives twice."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from ioc.core.errors import Code, IocError
from ioc.domain.dossiers.importing.columns import ColumnMap

EMPTY_AT_MOST = 20  # pages in a row that hold nothing and name a next one


class Repeats:
    """The questions and answers of one turn; IocError `rest_failed` at once where either comes twice."""

    def __init__(self, columns: ColumnMap) -> None:
        self._columns = columns
        self._asked: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
        self._came: dict[bytes, int] = {}
        self._empty = 0

    def asking(self, url: str, params: Mapping[str, str]) -> None:
        request = url, tuple(sorted(params.items()))
        if request in self._asked:
            raise IocError(
                Code.REST_FAILED, f"page {len(self._asked) + 1} is one that was asked for before: no end to it"
            )
        self._asked.add(request)

    def came(self, items: list[Any]) -> None:
        page = len(self._asked)
        if not items:
            self._empty += 1
            if self._empty > EMPTY_AT_MOST:
                raise IocError(Code.REST_FAILED, f"{self._empty} pages in a row hold nothing and name a next one")
            return
        self._empty = 0
        first = self._came.setdefault(self._digest(items), page)
        if first != page:
            raise IocError(Code.REST_FAILED, f"page {page} holds what page {first} held: no end to it")

    def _digest(self, items: list[Any]) -> bytes:
        """Of what is read alone: the time of answering may stand in every row."""
        read = [
            {name: value for name, value in item.items() if self._columns.field_of(name) is not None}
            if isinstance(item, dict)
            else item
            for item in items
        ]
        return hashlib.blake2b(msgspec.json.encode(read), digest_size=16).digest()
