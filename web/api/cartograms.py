"""The cartograms: reading them, saving one as a whole, taking it away again, its versions."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy.engine import Connection

from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.platform import documents
from ioc.platform.documents import DocumentVersion
from web.boundary.answers import Instant, Page
from web.boundary.call import Call
from web.boundary.ports import Announces, Reads, Writes
from web.boundary.route import V1, Route
from web.cartograms import document
from web.cartograms.document import MapTile


class CartogramBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A cartogram as docs/cartogram.md has it; `note` says why, for those who read its history."""

    root: str
    columns: int
    rows: int
    tiles: list[dict[str, Any]]
    note: str | None = None


class VersionBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Which of the saved versions is to be in force again."""

    version: int


class CartogramItem(Struct, frozen=True, kw_only=True):
    """Which part of `root` stands on which tile."""

    root: str
    columns: int
    rows: int
    tiles: tuple[MapTile, ...]
    version: int
    saved_at: Instant
    author: str


class CartogramVersion(Struct, frozen=True, kw_only=True):
    """`tiles` is 0 where this version took the cartogram away."""

    version: int
    saved_at: Instant
    author: str
    note: str | None
    tiles: int


def cartograms(call: Call, records: Reads) -> Page[CartogramItem]:
    found = records.read(lambda conn: documents.latest(conn, document.SORT))
    return call.part.of([one for root, one in found.items() if root in call.scope], lambda one: _shown(call, one))


def cartogram(call: Call, records: Reads) -> CartogramItem:
    return _shown(call, records.read(lambda conn: _latest(conn, _root(call, call.path["root"]))))


def put(call: Call, body: CartogramBody, records: Writes, workers: Announces) -> CartogramItem:
    given = {"root": body.root, "columns": body.columns, "rows": body.rows, "tiles": body.tiles}
    return _save(call, given, body.note, records, workers)


def restore(call: Call, body: VersionBody, records: Writes, workers: Announces) -> CartogramItem:
    """It has to fit the tree of today."""
    root = _root(call, call.path["root"])
    then = records.read(lambda conn: documents.version(conn, document.SORT, root, body.version))
    return _save(call, then, f"version {body.version}", records, workers)


def _save(call: Call, given: Mapping[str, Any], note: str | None, records: Writes, workers: Announces) -> CartogramItem:
    root = _root(call, given["root"])
    document.checked(given, call.orgs)

    def write(conn: Connection) -> DocumentVersion:
        documents.save(conn, document.SORT, root, given, at=call.now, author=call.actor, note=note)
        return _latest(conn, root)

    saved = records.write(write)
    workers.announce("maps")
    return _shown(call, saved)


def remove(call: Call, records: Writes, workers: Announces) -> None:
    """It is drawn by calculation from then on."""
    root = _root(call, call.path["root"])

    def write(conn: Connection) -> None:
        _latest(conn, root)
        documents.save(conn, document.SORT, root, None, at=call.now, author=call.actor, note=None)

    records.write(write)
    workers.announce("maps")


def versions(call: Call, records: Reads) -> Page[CartogramVersion]:
    root = _root(call, call.path["root"])
    found = records.read(lambda conn: documents.versions(conn, document.SORT, root))
    return call.part.of(found, lambda one: _version(call, one))


def _root(call: Call, code: str) -> str:
    if code not in call.scope:
        raise IocError(Code.UNKNOWN_ORG, f"org {code!r} is not in the tree", org=code)
    return code


def _latest(conn: Connection, root: str) -> DocumentVersion:
    found = documents.latest(conn, document.SORT).get(root)
    if found is None:
        raise IocError(Code.NOT_FOUND, f"no cartogram of {root!r}: it is drawn by calculation")
    return found


def _shown(call: Call, one: DocumentVersion) -> CartogramItem:
    found = document.read(one.body or {})
    return CartogramItem(
        root=found.root,
        columns=found.columns,
        rows=found.rows,
        tiles=found.tiles,
        version=one.version,
        saved_at=call.at(one.saved_at, found.root),
        author=one.author,
    )


def _version(call: Call, one: DocumentVersion) -> CartogramVersion:
    tiles = 0 if one.body is None else len(one.body["tiles"])
    at = call.at(one.saved_at, one.name)
    return CartogramVersion(version=one.version, saved_at=at, author=one.author, note=one.note, tiles=tiles)


_ALL = f"{V1}/cartograms"
_ONE = f"{_ALL}/<root>"
_UNKNOWN = (Code.UNKNOWN_ORG, Code.NOT_FOUND)
ROUTES = (
    Route("GET", _ALL, Role.WALL, cartograms, "The maps that were drawn"),
    Route("POST", _ALL, Role.ADMIN, put, "Draw the map of an org, or draw it anew", (Code.UNKNOWN_ORG,), status=201),
    Route("GET", _ONE, Role.WALL, cartogram, "The map of one org", _UNKNOWN),
    Route("DELETE", _ONE, Role.ADMIN, remove, "Take a map away", _UNKNOWN, status=204),
    Route("GET", f"{_ONE}/versions", Role.LEADER, versions, "Every saved version of a map", (Code.UNKNOWN_ORG,)),
    Route(
        "POST", f"{_ONE}/restore", Role.ADMIN, restore, "Save an earlier version of a map again",
        (Code.UNKNOWN_ORG, Code.UNKNOWN_VERSION),
    ),
)  # fmt: skip
