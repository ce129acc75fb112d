"""Figures of a period are of an instant of it: in the live state, and in what a delivery is good for."""

import json
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from ioc.core.periods import parse, span

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("feed_delivery", sa.Column("told_until", sa.BigInteger(), nullable=True))
    op.execute(sa.text("UPDATE feed_delivery SET told_until = as_of"))
    conn = op.get_bind()
    standing = sa.text(
        "SELECT l.source_id, l.metrics, l.texts FROM latest l JOIN source s ON s.id = l.source_id WHERE s.kind = 'feed'"
    )
    for source_id, metrics, texts in conn.execute(standing).all():
        _date(conn, source_id, _read(metrics), _read(texts))


def _date(conn: Connection, source_id: int, metrics: dict[str, list[object]], texts: dict[str, list[object]]) -> None:
    """Each figure that was kept by its period gets the instant of the latest one; without it nothing newer would count.

    An earlier period that was told last had taken its place.
    """
    told = sa.text("SELECT name, period, value, at FROM feed_figure WHERE source_id = :id")
    newest: dict[str, tuple[int, float, str]] = {}
    for name, text, value, at in conn.execute(told, {"id": source_id}):
        if (period := parse(text)) is not None:
            as_of = span(period.days, ZoneInfo("Asia/Ho_Chi_Minh")).as_of(at)
            newest[name] = max(newest.get(name, (as_of, value, period.text)), (as_of, value, period.text))
    if not newest:
        return
    metrics |= {name: [as_of, value] for name, (as_of, value, _) in newest.items()}
    as_of, _, text = max(newest.values())
    texts |= {"period": [as_of, text]}
    row = {"id": source_id, "metrics": json.dumps(metrics), "texts": json.dumps(texts)}
    conn.execute(sa.text("UPDATE latest SET metrics = :metrics, texts = :texts WHERE source_id = :id"), row)


def _read(column: object) -> dict[str, list[object]]:
    """PostgreSQL hands over what JSON says, SQLite its text."""
    found = json.loads(column) if isinstance(column, str) else column
    return dict(found) if isinstance(found, dict) else {}
