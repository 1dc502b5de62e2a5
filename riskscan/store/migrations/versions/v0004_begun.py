"""Devices that are not finished: what a killed scan had learned of them."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

BEGUN = """
    CREATE TABLE begun (
        scan_id TEXT NOT NULL,
        address TEXT NOT NULL,
        host TEXT NOT NULL,
        services TEXT NOT NULL,
        tried TEXT NOT NULL,
        PRIMARY KEY (scan_id, address),
        FOREIGN KEY(scan_id) REFERENCES scan (id) ON DELETE CASCADE
    ) STRICT
"""


def upgrade() -> None:
    op.execute(BEGUN)
