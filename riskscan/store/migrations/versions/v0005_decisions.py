"""Decisions: what named persons decided about findings, and which held in an assessment."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

DECISION = """
    CREATE TABLE decision (
        id INTEGER NOT NULL,
        finding TEXT NOT NULL,
        evidence_hash TEXT NOT NULL,
        disposition TEXT NOT NULL,
        person TEXT NOT NULL,
        made_at TEXT NOT NULL,
        reason TEXT NOT NULL,
        until TEXT,
        control TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT disposition_is_known CHECK (disposition IN (
            'false-positive', 'exception', 'accepted', 'open'))
    ) STRICT
"""


def upgrade() -> None:
    op.execute("ALTER TABLE finding ADD COLUMN decision TEXT")
    op.execute("ALTER TABLE finding ADD COLUMN reopened TEXT")
    op.execute(DECISION)
    op.execute("CREATE INDEX decision_finding ON decision (finding)")
