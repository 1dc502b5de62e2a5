"""Re-scans: which scan one builds on, and when a port was asked whose state it carried over."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE scan ADD COLUMN rescan_of TEXT")
    op.execute("ALTER TABLE service ADD COLUMN as_of TEXT")
