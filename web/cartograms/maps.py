"""The maps that are kept: cartograms by root, and which outlines there are."""

import logging
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy.engine import Connection

from ioc.core.errors import IocError
from ioc.platform import documents
from web.cartograms import document, outline
from web.cartograms.document import Cartogram

log = logging.getLogger(__name__)

_NONE: Mapping[str, int] = MappingProxyType({})


class KeptMaps(NamedTuple):
    """By root org; `versions` of the cartograms, and of the outlines, which are too large to be held here."""

    cartograms: Mapping[str, Cartogram] = MappingProxyType({})
    versions: Mapping[str, int] = _NONE
    outlines: Mapping[str, int] = _NONE


NO_MAPS = KeptMaps()


def load(conn: Connection, before: KeptMaps) -> KeptMaps:
    """Cartograms are read where a version is new."""
    versions, outlines = documents.newest(conn, document.SORT), documents.newest(conn, outline.SORT)
    if versions == before.versions:
        return before._replace(outlines=outlines)
    return KeptMaps(dict(_read(conn)), versions, outlines)


def _read(conn: Connection) -> Iterator[tuple[str, Cartogram]]:
    for root, kept in documents.latest(conn, document.SORT).items():
        try:
            yield root, document.read(kept.body or {})
        except IocError as error:  # of a build that knew another form: it is drawn by calculation meanwhile
            log.warning("the cartogram of %s is not used: %s", root, error)
