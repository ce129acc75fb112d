"""The source a delivery belongs to: the one that is named, the only one there is, or one made for imports."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ioc.core.errors import Code, UsageError
from ioc.core.model import SourceKey, SourceStatus
from ioc.domain.dossiers.importing.delivery import TargetSource
from ioc.domain.inventory import Inventory
from ioc.platform import meta
from ioc.platform.db import Database
from ioc.platform.db.tables import source
from ioc.platform.meta import Fact

IMPORTED = "import"


def find(db: Database, inventory: Inventory, named: str | None) -> TargetSource:
    """`named` as ORG/SOURCE; UsageError tells what there is to choose from."""
    if named is not None:
        org, _, name = named.replace("/dossier/", "/").partition("/")
        return _named(db, inventory, SourceKey(org, "dossier", name))
    real = [key for key, one in inventory.sources.items() if key.kind == "dossier" and one.counts and not one.simulated]
    roots = inventory.orgs.roots()
    if len(real) > 1 or (not real and len(roots) != 1):
        known = ", ".join(f"{key.org}/{key.source}" for key in real) or "none is known"
        raise UsageError(Code.WHICH_SOURCE, f"give --source ORG/SOURCE for the system the dossiers come from: {known}")
    return _named(db, inventory, real[0] if real else SourceKey(roots[0].code, "dossier", IMPORTED))


def _named(db: Database, inventory: Inventory, key: SourceKey) -> TargetSource:
    if key.org not in inventory.orgs:
        raise UsageError(Code.UNKNOWN_ORG, f"{key.org!r}: there is no such org; give --source ORG/SOURCE", org=key.org)
    found = inventory.sources.get(key)
    if found is not None:
        return TargetSource(found.id, key)
    with db.write() as conn:
        return TargetSource(_register(db, conn, key), key)


def _register(db: Database, conn: Connection, key: SourceKey) -> int:
    """Somebody who imports its dossiers has confirmed it by that."""
    row = {**key._asdict(), "name": None, "status": SourceStatus.ACTIVE}
    found = conn.execute(sa.insert(source).values(**row)).inserted_primary_key
    meta.bump(db, conn, Fact.INVENTORY_REV)
    if found is None:
        raise UsageError(Code.WHICH_SOURCE, f"{key}: could not be registered")
    return int(found[0])
