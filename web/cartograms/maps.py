"""The cartograms and the outlines that are kept, by root."""

import logging
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy.engine import Connection

from ioc.core.errors import IocError
from ioc.platform import documents
from web.cartograms import document
from web.cartograms.document import Cartogram
from web.outlines import document as outlines

log = logging.getLogger(__name__)


class KeptOutline(NamedTuple):
    """Of whose areas it is made; the lines are fetched by the screens."""

    version: int
    orgs: frozenset[str]


class KeptMaps(NamedTuple):
    """By root org, each with its version."""

    cartograms: Mapping[str, Cartogram] = MappingProxyType({})
    versions: Mapping[str, int] = MappingProxyType({})
    outlines: Mapping[str, KeptOutline] = MappingProxyType({})


NO_MAPS = KeptMaps()


def load(conn: Connection, before: KeptMaps) -> KeptMaps:
    """They are read where a version is new."""
    versions = documents.newest(conn, document.SORT)
    drawn = before.cartograms if versions == before.versions else dict(_read(conn))
    newest = documents.newest(conn, outlines.SORT)
    known = {root: kept.version for root, kept in before.outlines.items()}
    return KeptMaps(drawn, versions, before.outlines if newest == known else dict(_read_outlines(conn)))


def _read_outlines(conn: Connection) -> Iterator[tuple[str, KeptOutline]]:
    for root, kept in documents.latest(conn, outlines.SORT).items():
        try:
            shapes = outlines.read(kept.body or {}).shapes
        except IocError as error:
            log.warning("the outline of %s is not used: %s", root, error)
            shapes = ()
        yield root, KeptOutline(kept.version, frozenset(shape.org for shape in shapes))


def _read(conn: Connection) -> Iterator[tuple[str, Cartogram]]:
    for root, kept in documents.latest(conn, document.SORT).items():
        try:
            yield root, document.read(kept.body or {})
        except IocError as error:  # of a build that knew another form: it is drawn by calculation meanwhile
            log.warning("the cartogram of %s is not used: %s", root, error)
