"""Which delicate devices of a site may be greeted as a stranger; NULL in scans from before."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("ALTER TABLE scan ADD COLUMN allow_anonymous TEXT")
