"""When every address of a scan had been asked, so that a resumed one need not ask them anew."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("ALTER TABLE scan ADD COLUMN swept_at TEXT")
