"""``riskscan devices``: what is on the network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.options import database_option, format_option, scan_option, wanted_scan

if TYPE_CHECKING:
    from riskscan.cli.tables import Columns, Row
    from riskscan.model import Device

FIELDS = (
    "address", "mac", "mac_vendor", "class", "vendor", "product", "version", "os", "roles",
    "confidence", "rule", "ports", "policy", "policy_reason", "seen_at",
)  # fmt: skip


def _device(row: Row) -> str:
    words = (row["class"].replace("_", " "), row["vendor"], row["product"])
    return " ".join(word for word in words if word)


def _ports(row: Row) -> str:
    """Return the open ports in little room: TCP as they are, UDP with a u behind."""
    return " ".join(p.removesuffix("/tcp").replace("/udp", "u") for p in row["ports"])


COLUMNS: Columns = {
    "Address": lambda row: row["address"],
    "MAC": lambda row: row["mac"],
    "Device": _device,
    "Sure": lambda row: row["confidence"],
    "Ports": _ports,
    "Policy": lambda row: row["policy"],
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
    show(rows, COLUMNS, format_, fields=FIELDS, empty="the scan found no device")


def _row(device: Device) -> Row:
    identity = device.identity
    return {
        "address": str(device.address),
        "mac": device.host.mac,
        "mac_vendor": identity.mac_vendor,
        "class": identity.device_class.value,
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
