"""``riskscan identify``: what the devices of a stored scan are, by the rules of today."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.options import database_option, format_option, now, scan_option, wanted_scan

if TYPE_CHECKING:
    from riskscan.cli.tables import Columns, Row
    from riskscan.model import Device

FIELDS = ("address", "mac", "was", "was_rule", "was_confidence", "now", "now_rule", "confidence")

COLUMNS: Columns = {
    "Address": lambda row: row["address"],
    "Was": lambda row: row["was"],
    "Is now": lambda row: row["now"],
    "Sure": lambda row: row["confidence"],
    "Rule": lambda row: row["now_rule"],
}


@click.command()
@click.option(
    "--rules",
    "rules_folders",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A folder or file with fingerprint rules of your own.",
)
@scan_option
@format_option
@database_option
def identify(
    rules_folders: tuple[Path, ...], scan_id: str | None, format_: str, database: Path
) -> None:
    """Identify the devices of a stored scan again, and list what changed. Sends no packet.

    For new fingerprints: what was observed stays, what it is taken for is written anew.
    Corrections (riskscan devices set) stay in force.

    \b
    Example:
      riskscan identify
      riskscan identify --rules my-rules/ --scan S-20261121-215500-3f9a
    """
    from riskscan import pipeline
    from riskscan.cli.tables import show
    from riskscan.identify import load_rules
    from riskscan.store import Store

    rules = load_rules(rules_folders)
    with Store.open(database, create=False) as store:
        scan = wanted_scan(store, scan_id)
        changed = pipeline.reidentify(store, scan, rules, now())
    rows = [row for pair in changed if _tells(row := _row(*pair))]
    empty = f"{len(scan.devices)} devices: nothing changed"
    show(rows, COLUMNS, format_, fields=FIELDS, empty=empty)
    if format_ == "table" and rows:
        click.echo("Next: riskscan assess", err=True)


def _row(before: Device, after: Device) -> Row:
    return {
        "address": str(after.address),
        "mac": after.host.mac,
        "was": _words(before),
        "was_rule": before.identity.rule_id,
        "was_confidence": before.identity.confidence.value,
        "now": _words(after),
        "now_rule": after.identity.rule_id,
        "confidence": after.identity.confidence.value,
    }


def _tells(row: Row) -> bool:
    """Say whether more changed than what stands behind an identity."""
    before = (row["was"], row["was_confidence"], row["was_rule"])
    return before != (row["now"], row["confidence"], row["now_rule"])


def _words(device: Device) -> str:
    identity = device.identity
    words = (
        identity.device_class.value.replace("_", " "),
        identity.vendor,
        identity.product,
        identity.version,
    )
    return " ".join(word for word in words if word)
