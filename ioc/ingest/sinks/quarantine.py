"""Objects that cannot be used, kept with the reason."""

from ioc.ingest.decode import BadObject, Batch
from ioc.ingest.sinks.contract import Commit
from ioc.platform.db.tables import quarantine


class Quarantine:
    """Rows are named by the inbox they came from, so that a second writing changes nothing."""

    def __init__(self, inbox_id: str) -> None:
        self._inbox_id = inbox_id
        self._bad: list[BadObject] = []

    def take(self, batch: Batch) -> None:
        self._bad += batch.bad

    def write(self, commit: Commit) -> None:
        rows = [{"inbox": self._inbox_id, **bad._asdict()} for bad in self._bad]
        if rows:
            commit.conn.execute(commit.db.upsert(quarantine).on_conflict_do_nothing(), rows)

    def clear(self) -> None:
        self._bad = []
