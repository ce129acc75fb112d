"""What orgs were before they were renamed or moved."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "org_past",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["code"], ["org.code"], name=op.f("fk_org_past_code"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("code", "until", name=op.f("pk_org_past")),
    )
