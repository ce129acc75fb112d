"""The orgs beyond its own subtree that a source of dossiers speaks for; those it spoke for until now stay its own."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.add_column("source", sa.Column("serves", sa.Text()))
    conn = op.get_bind()
    parents = {row.code: row.parent for row in conn.execute(_ORGS)}
    served: dict[int, set[str]] = {}
    for row in conn.execute(_SPOKEN):
        if not _is_below(row.receiving_org, row.org, parents):
            served.setdefault(row.id, set()).add(row.receiving_org)
    for id_, codes in served.items():
        conn.execute(sa.text("UPDATE source SET serves = :serves WHERE id = :id"), _row(id_, codes))


_ORGS = sa.text("SELECT code, parent FROM org")
_SPOKEN = sa.text(
    "SELECT DISTINCT source.id AS id, source.org AS org, dossier.receiving_org AS receiving_org"
    " FROM dossier JOIN source ON source.id = dossier.source_id"
)


def _row(id_: int, codes: set[str]) -> dict[str, object]:
    return {"id": id_, "serves": ";".join(sorted(codes))}


def _is_below(code: str | None, org: str, parents: dict[str, str | None]) -> bool:
    """By its parents alone: what only a successor puts there is named, which does no harm."""
    seen: set[str] = set()
    while code is not None and code not in seen:
        if code == org:
            return True
        seen.add(code)
        code = parents.get(code)
    return False
