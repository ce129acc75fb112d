"""How long one act on many alerts takes: 500 acknowledged in one call, on a database with a year of them."""

import argparse
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from alerts.actions.act import Act, Action
from alerts.actions.performing import perform
from ioc.config.alerting import AlertOptions
from ioc.domain.inventory import Scope
from ioc.platform.db import Database, migrate, sqlite_url
from ioc.platform.db.tables import alert, incident

NOW = 1_795_230_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=500)
    parser.add_argument("--past", type=int, default=100_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        db = Database(sqlite_url(Path(folder) / "ioc.sqlite"))
        migrate.upgrade(db)
        ids = fill(db, arguments.alerts, arguments.past)
        for action in (Action.ACKNOWLEDGE, Action.SHELVE, Action.SEEN):
            act = Act(action, "truc-ban", True, NOW, comment="đã báo nhà mạng")
            began = time.perf_counter()
            changed = perform(db, Scope(None, frozenset()), ids, act, AlertOptions())
            print(f"{action}: {changed} alerts in {time.perf_counter() - began:.3f} s")
        db.close()


def fill(db: Database, n: int, past: int) -> list[int]:
    """So many that fire, an incident each, beside so many that are over."""
    what = {
        "rule": "gone",
        "severity": "critical",
        "org": "xm",
        "kind": "queue",
        "title": "alert.offline",
        "params": {},
    }
    over = {"state": "resolved", "open": False, "since": NOW, "fired_at": NOW}
    about = {"org": "xm", "severity": "critical", "state": "open", "since": NOW, "open": True}
    with db.write() as conn:
        conn.execute(sa.insert(alert), [{**what, **over, "fingerprint": f"p{i}", "source": "k"} for i in range(past)])
        conn.execute(sa.insert(incident), [about] * n)
        loud = {"state": "firing", "open": True, "since": NOW, "fired_at": NOW}
        rows = [{**what, **loud, "fingerprint": f"a{i}", "source": f"k{i}", "incident_id": i + 1} for i in range(n)]
        conn.execute(sa.insert(alert), rows)
        return list(conn.scalars(sa.select(alert.c.id).where(alert.c.open)))


if __name__ == "__main__":
    main()
