"""The records database on a real PostgreSQL: the same schema, the same dossiers, the same counts as on SQLite."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ioc.core.model import SourceKey
from ioc.domain.dossiers.counting.buckets import Bucket
from ioc.domain.dossiers.counting.summary import overall
from ioc.domain.dossiers.reporting import listing
from ioc.domain.meetings import attended, plan
from ioc.domain.meetings.plan import MeetingOrigin, PlannedMeeting
from ioc.platform.db import Database, migrate
from ioc.platform.db.tables import dossier_tally, metadata
from tests.domain.dossiers.counting.test_summary import PERIODS, database, fill, life, question, tell_all
from tests.postgres_server import postgresql

PASSWORD = "thu-nghiem"


@pytest.fixture(scope="module")
def postgres() -> Iterator[Database]:
    with postgresql(PASSWORD) as url:
        made = Database(url.replace("postgresql://ioc@", f"postgresql+psycopg://ioc:{PASSWORD}@"))
        migrate.upgrade(made)
        yield made
        made.close()


def test_the_migrated_schema_is_the_declared_one(postgres: Database) -> None:
    with postgres.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert migrate.current(postgres) == migrate.head()


def test_dossiers_are_judged_counted_and_listed_alike(postgres: Database, tmp_path: Path) -> None:
    lives = [life(random.Random(11), n) for n in range(150)]
    for sqlite in database(tmp_path / "ioc.sqlite"):
        fill(postgres)
        for db in (sqlite, postgres):
            tell_all(db, lives, random.Random(3))
        assert _tallies(postgres) == _tallies(sqlite) != []
        for period in PERIODS:
            assert _answers(postgres, period) == _answers(sqlite, period)


def _tallies(db: Database) -> list[tuple[object, ...]]:
    with db.read() as conn:
        return sorted(tuple(row) for row in conn.execute(sa.select(dossier_tally)))


def _answers(db: Database, period: tuple[str, str]) -> dict[str, tuple[int, int, set[str]]]:
    asked = question(*period)
    with db.read() as conn:
        counts = overall(conn, asked)
        found = {bucket: listing.page(conn, listing.Filter(asked, bucket), 0, 1_000) for bucket in Bucket}
    return {bucket: (counts[bucket], total, {row["code"] for row in rows}) for bucket, (rows, total) in found.items()}


def test_a_meeting_its_group_and_its_attendance_are_kept_alike(postgres: Database) -> None:
    key = SourceKey("hg", "vc", "ubnd")
    span = {"starts_at": 1_000, "ends_at": 2_000}
    open_one = PlannedMeeting(org="hg", id="x", title="Giao ban", sites=(key,), **span)
    with postgres.write() as conn:
        assert plan.save(postgres, conn, open_one, MeetingOrigin.FORM, "mai", 1)
        assert not plan.save(postgres, conn, open_one, MeetingOrigin.FORM, "mai", 2)
        attended.joined(postgres, conn, "x", key, 1_100)
        attended.joined(postgres, conn, "x", key, 1_100)
        attended.left(conn, "x", key, 1_900, None)
        assert attended.stays(conn, "x") == [attended.Attended("hg/ubnd", 1_100, 1_900, None)]
        hidden = PlannedMeeting(org="hg", id="x", title="Kín", sites=(key,), confidential=True, **span)
        plan.save(postgres, conn, hidden, MeetingOrigin.FORM, "mai", 3)
        attended.joined(postgres, conn, "x", key, 1_200)
        assert attended.stays(conn, "x") == []
        (known,) = plan.listing(conn, None, 0, 5_000)
    assert (known.title, known.sites, known.confidential) == (None, (), True)
