"""Receivers: persons with their addresses, lists of them, and whoever is on duty by a rota."""

from typing import Literal

from msgspec import Struct

from ioc.config.alerting import ReceiverOptions
from ioc.context import Context
from ioc.core.model import Role
from ioc.platform.db import Database
from web.api import _book
from web.boundary.answers import Page
from web.boundary.call import Call
from web.boundary.ports import Announces, Reads
from web.boundary.route import V1, Route


class ReceiverItem(Struct, frozen=True, kw_only=True):
    """A person with addresses, a list (`members`), or whoever is on duty by a `rota`."""

    name: str
    title: str | None
    email: list[str]
    phone: list[str]
    lang: Literal["vi", "en"]
    members: list[str]
    rota: str | None
    quiet: str | None
    per_hour: int | None


def receivers(call: Call, context: Context, records: Reads) -> Page[ReceiverItem]:
    """Addresses are for who may see all."""
    found = _book.load(context, records).receiver if call.sees_all else ()
    return call.part.of(found, _receiver)


def put_receiver(
    call: Call, body: _book.NamedBody, query: _book.ForceQuery, context: Context, db: Database, workers: Announces
) -> ReceiverItem:
    """Create a person, a list or a duty, or replace the one of that name."""
    return _receiver(_book.put(call, "receiver", ReceiverOptions, context, db, workers, force=query.force))


def _receiver(found: ReceiverOptions) -> ReceiverItem:
    return ReceiverItem(**_book.plain(found))


remove = _book.remover("receiver")
_RECEIVERS = f"{V1}/receivers"
ROUTES = (
    Route("GET", _RECEIVERS, Role.ADMIN, receivers, "Persons with their addresses, lists of them, duties"),
    Route("POST", _RECEIVERS, Role.ADMIN, put_receiver, "Create or replace a receiver", _book.REFUSED),
    Route(
        "DELETE",
        f"{_RECEIVERS}/<name>",
        Role.ADMIN,
        _book.remover("receiver"),
        "Take it away",
        _book.REMOVED,
        status=204,
    ),
)
