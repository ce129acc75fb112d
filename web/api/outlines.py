"""The outlines: reading them, bringing one as GeoJSON, taking it away again, its versions, and the way back to one."""

from typing import Any

from msgspec import Struct
from sqlalchemy.engine import Connection

from ioc.core.errors import Code, IocError
from ioc.core.model import Role
from ioc.platform import documents
from ioc.platform.documents import DocumentVersion
from web.boundary.answers import JSON, Answer, Document, Instant, Page
from web.boundary.call import Call
from web.boundary.ports import Announces, Reads, Writes
from web.boundary.route import V1, Route
from web.outlines import document
from web.outlines.document import AreaCollection, Outline, Unmatched

LARGEST = 5 * 1024 * 1024


class OutlineBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A GeoJSON as docs/cartogram.md has it; `note` says why, for those who read its history."""

    root: str
    geojson: dict[str, Any]
    note: str | None = None


class OutlineVersionBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Which of the saved versions is to be in force again."""

    version: int


class OutlineItem(Struct, frozen=True, kw_only=True):
    """An outline without its lines. `brought`: the points of the file, `points`: those that were kept."""

    root: str
    orgs: tuple[str, ...]
    points: int
    brought: int
    version: int
    saved_at: Instant
    author: str


class OutlineSaved(OutlineItem, frozen=True, kw_only=True):
    """`missing`: the orgs directly below the root that it has no area of."""

    unmatched: tuple[Unmatched, ...]
    missing: tuple[str, ...]


class OutlineDrawn(OutlineItem, frozen=True, kw_only=True):
    """With its lines."""

    geojson: AreaCollection


class OutlineVersion(Struct, frozen=True, kw_only=True):
    """`areas` is 0 where this version took the outline away."""

    version: int
    saved_at: Instant
    author: str
    note: str | None
    areas: int


def outlines(call: Call, records: Reads) -> Page[OutlineItem]:
    found = records.read(lambda conn: documents.latest(conn, document.SORT))
    return call.part.of([one for root, one in found.items() if root in call.scope], lambda one: _shown(call, one))


def outline(call: Call, records: Reads) -> Answer[OutlineDrawn]:
    """A screen that has this version already is told so, and nothing more."""
    one = records.read(lambda conn: _latest(conn, _root(call, call.path["root"])))
    found = document.read(one.body or {})
    drawn = OutlineDrawn(**_told(call, one, found), geojson=document.told(found))
    return Answer(drawn, headers={"ETag": f'"{one.version}-{one.saved_at}"', "Cache-Control": "private, no-cache"})


def put(call: Call, body: OutlineBody, records: Writes, workers: Announces) -> OutlineSaved:
    root = _root(call, body.root)
    made = workers.offload(document.made, root, body.geojson, call.orgs)
    saved = _save(call, root, made.body, body.note, records, workers)
    return OutlineSaved(**_told(call, saved, made.outline), unmatched=made.unmatched, missing=made.missing)


def restore(call: Call, body: OutlineVersionBody, records: Writes, workers: Announces) -> OutlineItem:
    root = _root(call, call.path["root"])
    then = records.read(lambda conn: documents.version(conn, document.SORT, root, body.version))
    return _shown(call, _save(call, root, dict(then), f"version {body.version}", records, workers))


def remove(call: Call, records: Writes, workers: Announces) -> None:
    """Tiles are drawn from then on."""
    root = _root(call, call.path["root"])

    def write(conn: Connection) -> None:
        _latest(conn, root)
        documents.save(conn, document.SORT, root, None, at=call.now, author=call.actor, note=None)

    records.write(write)
    workers.announce("maps")


def versions(call: Call, records: Reads) -> Page[OutlineVersion]:
    root = _root(call, call.path["root"])
    found = records.read(lambda conn: documents.versions(conn, document.SORT, root))
    return call.part.of(found, lambda one: _version(call, one))


def _save(
    call: Call, root: str, body: dict[str, Any], note: str | None, records: Writes, workers: Announces
) -> DocumentVersion:
    def write(conn: Connection) -> DocumentVersion:
        documents.save(conn, document.SORT, root, body, at=call.now, author=call.actor, note=note)
        return _latest(conn, root)

    saved = records.write(write)
    workers.announce("maps")
    return saved


def _root(call: Call, code: str) -> str:
    if code not in call.scope:
        raise IocError(Code.UNKNOWN_ORG, f"org {code!r} is not in the tree", org=code)
    return code


def _latest(conn: Connection, root: str) -> DocumentVersion:
    found = documents.latest(conn, document.SORT).get(root)
    if found is None:
        raise IocError(Code.NOT_FOUND, f"no outline of {root!r}: tiles are drawn")
    return found


def _shown(call: Call, one: DocumentVersion) -> OutlineItem:
    return OutlineItem(**_told(call, one, document.read(one.body or {})))


def _told(call: Call, one: DocumentVersion, found: Outline) -> dict[str, Any]:
    return {
        "root": found.root,
        "orgs": tuple(shape.org for shape in found.shapes),
        "points": found.points,
        "brought": found.brought,
        "version": one.version,
        "saved_at": call.at(one.saved_at, found.root),
        "author": one.author,
    }


def _version(call: Call, one: DocumentVersion) -> OutlineVersion:
    areas = 0 if one.body is None else len(one.body["shapes"])
    at = call.at(one.saved_at, one.name)
    return OutlineVersion(version=one.version, saved_at=at, author=one.author, note=one.note, areas=areas)


_ALL = f"{V1}/outlines"
_ONE = f"{_ALL}/<root>"
_UNKNOWN = (Code.UNKNOWN_ORG, Code.NOT_FOUND)
_GONE = (Code.UNKNOWN_ORG, Code.UNKNOWN_VERSION)
ROUTES = (
    Route("GET", _ALL, Role.WALL, outlines, "The borders that were brought"),
    Route(
        "POST", _ALL, Role.ADMIN, put, "Bring the borders below an org as GeoJSON", (Code.UNKNOWN_ORG,),
        status=201, largest=LARGEST,
    ),
    Route("GET", _ONE, Role.WALL, outline, "The borders below one org", _UNKNOWN, documents=(Document(JSON, 304),)),
    Route("DELETE", _ONE, Role.ADMIN, remove, "Take borders away", _UNKNOWN, status=204),
    Route("GET", f"{_ONE}/versions", Role.LEADER, versions, "Every saved version of borders", (Code.UNKNOWN_ORG,)),
    Route("POST", f"{_ONE}/restore", Role.ADMIN, restore, "Save an earlier version of borders again", _GONE),
)  # fmt: skip
