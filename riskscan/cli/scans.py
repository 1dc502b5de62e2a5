"""``riskscan scans``: what the database holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.options import database_option, format_option

if TYPE_CHECKING:
    from riskscan.cli.tables import Columns

FIELDS = ("id", "practice", "started", "state", "devices")

COLUMNS: Columns = {
    "Scan": lambda row: row["id"],
    "Practice": lambda row: row["practice"],
    "Started (UTC)": lambda row: row["started"],
    "State": lambda row: row["state"],
    "Devices": lambda row: row["devices"],
}


@click.command()
@format_option
@database_option
def scans(format_: str, database: Path) -> None:
    """List the scans in the database, oldest first.

    \b
    Example:
      riskscan scans
      riskscan devices --scan S-20261121-215500-3f9a
    """
    from riskscan.cli.tables import show
    from riskscan.store import Store

    with Store.open(database, create=False, writer=False) as store:
        rows = [
            {
                "id": scan.id,
                "practice": scan.site.practice,
                "started": f"{scan.started_at:%Y-%m-%d %H:%M}",
                "state": scan.state.value,
                "devices": len(store.done(scan.id)),
            }
            for scan in sorted(store.scans(), key=lambda scan: scan.started_at)
        ]
    show(rows, COLUMNS, format_, fields=FIELDS, empty="the database holds no scan yet")
