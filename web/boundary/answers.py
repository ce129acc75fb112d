"""Answers of calls: JSON by a struct, pages of lists, and whatever is no JSON."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

import msgspec
from msgspec import Meta, Struct

PER_PAGE = 500
JSON = "application/json"
HTML = "text/html; charset=utf-8"
T = TypeVar("T")
Row = TypeVar("Row")
List = TypeVar("List", bound=Struct)

PageNumber = Annotated[int, Meta(ge=1, le=1_000_000)]
PageSize = Annotated[int, Meta(ge=1, le=PER_PAGE)]
Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]  # RFC 3339 in the offset of an org
Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]


class Part(NamedTuple):
    """The part of a list that is asked for."""

    page: int = 1
    per_page: int = PER_PAGE

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.per_page

    def of(self, rows: Sequence[Row], shown: Callable[[Row], T]) -> "Page[T]":
        """The page asked for of all rows there are; only what is on it is worked out."""
        return self.read((shown(row) for row in rows[self.offset : self.offset + self.per_page]), len(rows))

    def read(self, items: Iterable[T], total: int) -> "Page[T]":
        """A page that was read as one."""
        return Page(items=list(items), total=total, page=self.page, per_page=self.per_page)


class Page(Struct, Generic[T], frozen=True, kw_only=True):
    """A part of a list, and how long all of it is."""

    items: list[T]
    total: int
    page: int
    per_page: int


def extended(shape: type[List], page: Page[Any], **more: Any) -> List:
    """A page as an answer that has all a page has, and says more beside its items."""
    return shape(**msgspec.structs.asdict(page), **more)


class Document(NamedTuple):
    """An answer that is no JSON."""

    content_type: str
    status: int = 200


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A body with what is not said by it: a status of its own, a content type, a session."""

    body: T
    status: int | None = None  # that of the route
    content_type: str = JSON
    cookie: tuple[str, int] | None = None  # value and seconds; an empty value ends the session
    device: tuple[str, int] | None = None  # likewise the mark of a device by which somebody came in
    headers: Mapping[str, str] = field(default_factory=dict)
