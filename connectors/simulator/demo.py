"""The demo province's inventory into the database."""

import sqlalchemy as sa

from connectors.simulator.roster import packaged
from ioc.domain.importing.inventory import import_orgs, import_sources
from ioc.domain.sheets.report import ImportReport
from ioc.messages.kinds import Kinds
from ioc.platform.db import Database
from ioc.platform.db.tables import org

ACTOR = "demo"


def load_demo(db: Database, kinds: Kinds, now: int) -> tuple[ImportReport, ImportReport]:
    """Import Hà Giang's orgs and sources, marked simulated; a second time changes nothing."""
    orgs = import_orgs(db, packaged("orgs.csv"), now, dry_run=False, actor=ACTOR)
    sources = import_sources(db, packaged("sources.csv"), kinds, now, dry_run=False, actor=ACTOR, simulated=True)
    return orgs, sources


def ensure_orgs(db: Database, now: int) -> None:
    """The demo's units where there are none yet, so that a message finds its org without the simulator."""
    with db.read() as conn:
        count = conn.scalar(sa.select(sa.func.count()).select_from(org))
    if not count:
        import_orgs(db, packaged("orgs.csv"), now, dry_run=False, actor=ACTOR)
