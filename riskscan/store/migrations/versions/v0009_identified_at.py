"""When the devices of a scan were last named again; NULL if never, or before this was kept."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("ALTER TABLE scan ADD COLUMN identified_at TEXT")
