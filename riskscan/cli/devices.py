"""``riskscan devices``: what is on the network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.options import database_option, format_option, scan_option, wanted_scan

if TYPE_CHECKING:
    from riskscan.cli.tables import Row
    from riskscan.model import Device

COLUMNS = {
    "address": "Address",
    "mac": "MAC",
    "class": "What it is",
    "name": "Maker and product",
    "confidence": "Sure",
    "ports": "Open ports",
    "policy": "Handled as",
}


@click.command()
@scan_option
@format_option
@database_option
def devices(scan_id: str | None, format_: str, database: Path) -> None:
    """List the devices of a scan.

    \b
    Example:
      riskscan devices
      riskscan devices --format csv > inventory.csv
    """
    from riskscan.cli.tables import show
    from riskscan.store import Store

    with Store.open(database, create=False, writer=False) as store:
        rows = [_row(device) for device in wanted_scan(store, scan_id).devices]
    show(rows, COLUMNS, format_, empty="the scan found no device")


def _row(device: Device) -> Row:
    identity = device.identity
    return {
        "address": str(device.address),
        "mac": device.host.mac,
        "mac_vendor": identity.mac_vendor,
        "class": identity.device_class.value,
        "name": " ".join(part for part in (identity.vendor, identity.product) if part) or None,
        "vendor": identity.vendor,
        "product": identity.product,
        "version": identity.version,
        "os": " ".join(part for part in (identity.os_family, identity.os_version) if part) or None,
        "roles": [role.value for role in identity.roles],
        "confidence": identity.confidence.value,
        "rule": identity.rule_id,
        "ports": [f"{s.port}/{s.protocol}" for s in device.host.open_ports],
        "policy": device.host.triage.policy.value,
        "policy_reason": device.host.triage.reason,
        "seen_at": device.host.seen_at.isoformat() if device.host.seen_at else None,
    }
