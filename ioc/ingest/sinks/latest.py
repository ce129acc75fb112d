"""The live state: merged message by message, told to readers as patches, kept in table `latest`."""

from sqlalchemy.engine import Connection

from ioc.core.model import SourceKey
from ioc.ingest.decode import Batch, Decoded
from ioc.ingest.own_words import OwnWords
from ioc.ingest.patches import join, patch_of
from ioc.ingest.sinks.contract import Commit
from ioc.live.deltas import Patch
from ioc.live.follow import snapshot
from ioc.live.world import Live, World
from ioc.platform.db.tables import latest

DOSSIER = "dossier"


class Latest:
    """`patches` are those nobody has been told of yet, one a source.

    `commit_first`: a system of dossiers said up to when its records are known: they must be there before anybody hears
    so.
    """

    def __init__(self, world: World, own: OwnWords) -> None:
        self.world = world
        self._own = own
        self.changed: set[SourceKey] = set()  # since the last commit
        self.patches: dict[SourceKey, Patch] = {}
        self.commit_first = False

    def take(self, batch: Batch) -> None:
        for good in batch.good:
            if good.event is None and good.metrics:
                self._own.hear_state(good)
                self.commit_first = self.commit_first or good.key.kind == DOSSIER
            self._take_one(good)

    def merge(self, patch: Patch) -> None:
        live = self.world.live.get(patch.source)
        if live is None:
            live = self.world.live[patch.source] = Live()
        if live.merge(patch):
            self.changed.add(patch.source)
            waiting = self.patches.get(patch.source)
            if waiting is None:
                self.patches[patch.source] = patch
            else:
                join(waiting, patch)

    def drain(self) -> list[Patch]:
        """The patches to tell now."""
        patches, self.patches = self.patches, {}
        return list(patches.values())

    def write(self, commit: Commit) -> None:
        rows = [self._row(key, commit.id_of(key)) for key in self.changed]
        if rows:
            insert = commit.db.upsert(latest)
            columns = {name: insert.excluded[name] for name in rows[0] if name != "source_id"}
            commit.conn.execute(insert.on_conflict_do_update(index_elements=["source_id"], set_=columns), rows)

    def clear(self) -> None:
        self.changed = set()
        self.commit_first = False

    def reload(self, conn: Connection) -> None:
        """Back to what is committed."""
        self._own.load(conn)
        self.patches = {}
        self.world.live = {}
        self.world.merge(snapshot(conn)[2])

    def _take_one(self, good: Decoded) -> None:
        live, waiting = self.world.live.get(good.key), self.patches.get(good.key)
        if live is None or waiting is None or not _is_plain(good, live):
            self.merge(self._patch(good, live))
            return
        # the same as merging a patch, without making one for every message
        t, measured, untold = good.t, live.metrics, waiting.metrics
        for name, value in good.metrics.items():
            before = measured.get(name)
            if before is None or t >= before[0]:
                measured[name] = untold[name] = (t, value)
        live.heard_at = waiting.heard_at = max(good.received_at, live.heard_at or 0)
        self.changed.add(good.key)

    def _patch(self, good: Decoded, live: Live | None) -> Patch:
        patch = patch_of(good, live, self._own.kept(good.key))
        if good.online is not None and self._own.hear_status(good.key, online=good.online, retained=good.retained):
            self.changed.add(good.key)
        return patch

    def _row(self, key: SourceKey, source_id: int) -> dict[str, object]:
        live = self.world.of(key)
        since, online = live.online or (None, None)
        return {
            "source_id": source_id,
            "online": online,
            "online_at": since,
            "heard_at": live.heard_at,
            "metrics": live.metrics,
            "texts": live.texts,
            **self._own.row(key, live.heard_at),
        }


def _is_plain(good: Decoded, live: Live) -> bool:
    """Credible figures of an instant alone, from a source that is not called gone."""
    if good.retained or good.texts or good.doubted or good.online is not None:
        return False
    return live.online is None or live.online[1]
