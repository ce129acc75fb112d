"""The cartograms that are kept, by root."""

import logging
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy.engine import Connection

from ioc.core.errors import IocError
from ioc.platform import documents
from web.cartograms import document
from web.cartograms.document import Cartogram

log = logging.getLogger(__name__)


class KeptMaps(NamedTuple):
    """By root org, each with its version."""

    cartograms: Mapping[str, Cartogram] = MappingProxyType({})
    versions: Mapping[str, int] = MappingProxyType({})


NO_MAPS = KeptMaps()


def load(conn: Connection, before: KeptMaps) -> KeptMaps:
    """Cartograms are read where a version is new."""
    versions = documents.newest(conn, document.SORT)
    return before if versions == before.versions else KeptMaps(dict(_read(conn)), versions)


def _read(conn: Connection) -> Iterator[tuple[str, Cartogram]]:
    for root, kept in documents.latest(conn, document.SORT).items():
        try:
            yield root, document.read(kept.body or {})
        except IocError as error:  # of a build that knew another form: it is drawn by calculation meanwhile
            log.warning("the cartogram of %s is not used: %s", root, error)
