"""One call of the API: where it is, who may make it, what it takes and answers; all else is derived from this."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, get_origin

import msgspec
from msgspec import Struct

from ioc.core.errors import Code
from ioc.core.model import Role
from web.boundary import signature
from web.boundary.answers import PER_PAGE, Document, Page, PageNumber, PageSize
from web.boundary.signature import Signature

V1 = "/api/v1"
LARGEST = 256 * 1024  # bytes of a body
Method = Literal["GET", "POST", "DELETE"]


class Open(StrEnum):
    """Needs no caller at all."""

    TO_ALL = "open"


@dataclass(frozen=True)
class Route:
    """`path` in Flask's spelling; `role` is the least role that may call; every list comes in pages.

    What it reads and what its JSON is of stand in the signature of `handler` (see `signature`). `errors` are the codes
    beside those that its role, its parameters and its body can always be answered with.
    """

    method: Method
    path: str
    role: Role | Open
    handler: Callable[..., Any]
    summary: str
    errors: tuple[Code, ...] = ()
    status: int = 200
    documents: tuple[Document, ...] = ()
    devices: bool = False  # the device named by the path may call with its own credential; the body is taken as it is
    keyed: bool = False  # whoever has its address may call, from a page of anywhere
    largest: int = LARGEST  # bytes of its body
    foreign: bool = False  # called by machines that speak as they like: query, form and JSON are `call.fields`

    @cached_property
    def signature(self) -> Signature:
        return signature.read(self.handler)

    @property
    def query(self) -> type[Struct]:
        return self.signature.query

    @property
    def body(self) -> type[Struct] | None:
        return self.signature.body

    @property
    def is_list(self) -> bool:
        """True where its answer has all that a page has."""
        shape = get_origin(self.signature.shape) or self.signature.shape
        return set(Page.__struct_fields__) <= set(getattr(shape, "__struct_fields__", ()))

    @cached_property
    def asks(self) -> type[Struct]:
        """Every key its address takes: those of `query` and, for a list, of its pages."""
        if not self.is_list:
            return self.query
        pages: list[Any] = [("page", PageNumber, 1), ("per_page", PageSize, PER_PAGE)]
        return msgspec.defstruct(self.query.__name__, pages, bases=(self.query,), frozen=True, kw_only=True)
