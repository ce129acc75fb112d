"""A demo province's inventory and map into the database."""

import json
import tomllib
from typing import Any

import sqlalchemy as sa

from connectors.simulator.profile import packaged
from ioc.domain.importing.inventory import import_orgs, import_sources
from ioc.domain.sheets.report import ImportReport
from ioc.messages.kinds import Kinds
from ioc.platform import documents
from ioc.platform.db import Database
from ioc.platform.db.tables import org

ACTOR = "demo"
LOOPBACK = "127.0.0.1"
CARTOGRAM = "cartogram"  # the sort of document, as docs/cartogram.md has it


def load_demo(db: Database, kinds: Kinds, now: int, province: str) -> tuple[ImportReport, ImportReport]:
    """Import the province's orgs and sources, marked simulated; a second time changes nothing."""
    orgs = import_orgs(db, packaged(province, "orgs.csv"), now, dry_run=False, actor=ACTOR)
    listed = packaged(province, "sources.csv")
    sources = import_sources(db, listed, kinds, now, dry_run=False, actor=ACTOR, simulated=True)
    _draw_map(db, now, province)
    return orgs, sources


def _draw_map(db: Database, now: int, province: str) -> None:
    """Its cartogram, unless somebody has drawn or removed one since."""
    body = json.loads(packaged(province, "cartogram.json"))
    with db.write() as conn:
        kept = documents.versions(conn, CARTOGRAM, body["root"])
        if not kept or kept[0].author == ACTOR:
            documents.save(conn, CARTOGRAM, body["root"], body, at=now, author=ACTOR, note=None)


def alerting(province: str, smtp_port: int, sms_port: int) -> dict[str, Any]:
    """The sections of the configuration that say who is told; what is sent goes to these ports of this machine."""
    told = tomllib.loads(packaged(province, "alerting.toml"))
    places: dict[str, dict[str, Any]] = {
        "email": {"host": LOOPBACK, "port": smtp_port},
        "sms_http": {"url": f"http://{LOOPBACK}:{sms_port}/sms"},
    }
    return told | {"channel": [{**one, **places[one["kind"]]} for one in told["channel"]]}


def ensure_orgs(db: Database, now: int, province: str) -> None:
    """The demo's units where there are none yet, so that a message finds its org without the simulator."""
    with db.read() as conn:
        count = conn.scalar(sa.select(sa.func.count()).select_from(org))
    if not count:
        import_orgs(db, packaged(province, "orgs.csv"), now, dry_run=False, actor=ACTOR)
        _draw_map(db, now, province)
