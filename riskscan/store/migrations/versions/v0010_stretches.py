"""How far a sweep is, so that a scan killed in it need not ask every address anew."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"

STRETCH = """
    CREATE TABLE stretch (
        id INTEGER NOT NULL,
        scan_id TEXT NOT NULL,
        part TEXT NOT NULL,
        since TEXT NOT NULL,
        turn INTEGER NOT NULL,
        reached TEXT,
        heard TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(scan_id) REFERENCES scan (id) ON DELETE CASCADE
    ) STRICT
"""


def upgrade() -> None:
    op.execute(STRETCH)
    op.execute("CREATE INDEX stretch_scan ON stretch (scan_id)")
