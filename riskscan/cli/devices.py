"""``riskscan devices``: what is on the network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.correct import set_device
from riskscan.cli.inventory_rows import also_at, device_at, device_row, device_words
from riskscan.cli.options import database_option, format_option, scan_option, wanted_scan

if TYPE_CHECKING:
    from riskscan.cli.tables import Columns, Row

FIELDS = (
    "address", "mac", "mac_vendor", "class", "vendor", "product", "version", "os", "roles",
    "confidence", "rule", "ports", "policy", "policy_reason", "seen_at", "location", "owner",
    "same_as",
)  # fmt: skip


def _ports(row: Row) -> str:
    """Return the open ports in little room: TCP as they are, UDP with a u behind."""
    return " ".join(p.replace("/tcp", "").replace("/udp", "u") for p in row["ports"])


COLUMNS: Columns = {
    "Address": lambda row: row["address"],
    "MAC": lambda row: row["mac"],
    "Device": device_words,
    "Sure": lambda row: row["confidence"],
    "Ports": _ports,
    "Policy": lambda row: row["policy"],
}


@click.group(invoke_without_command=True)
@scan_option
@format_option
@database_option
@click.pass_context
def devices(ctx: click.Context, scan_id: str | None, format_: str, database: Path) -> None:
    """List the devices of a scan, or say why one is taken for what it is.

    \b
    Example:
      riskscan devices
      riskscan devices --format csv > inventory.csv
      riskscan devices show 192.168.1.23
      riskscan devices set 192.168.1.23 --class lab_analyzer --by "R. Tech"
    """
    if ctx.invoked_subcommand is not None:
        return
    from riskscan.cli.tables import show
    from riskscan.store import Store

    with Store.open(database, create=False, writer=False) as store:
        scan = wanted_scan(store, scan_id)
    one = also_at(scan)
    rows = [device_row(device, one.get(device.address)) for device in scan.devices]
    show(rows, COLUMNS, format_, fields=FIELDS, empty="the scan found no device")


@devices.command("show")
@click.argument("address", metavar="ADDRESS")
@scan_option
@click.option(
    "--rules",
    "rules_folders",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A folder or file with fingerprint rules of your own.",
)
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text")
@database_option
def show_one(
    address: str,
    scan_id: str | None,
    rules_folders: tuple[Path, ...],
    format_: str,
    database: Path,
) -> None:
    """Say why a device is taken for what it is, what speaks against it, what would settle it.

    ADDRESS is its IP or its MAC address. Read from the stored scan; nothing is sent.

    \b
    Example:
      riskscan devices show 192.168.1.23
      riskscan devices show 00:1a:01:7c:00:25 --format json
    """
    from riskscan import identify
    from riskscan.cli.account import account_lines, account_row
    from riskscan.store import Store

    with Store.open(database, create=False, writer=False) as store:
        scan = wanted_scan(store, scan_id)
    device = device_at(scan, address)
    one = also_at(scan).get(device.address)
    account = identify.account(device.host, identify.load_rules(rules_folders))
    row = device_row(device, one)
    if format_ == "json":
        told = {**row, **account_row(account)}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for line in account_lines(device, row, account, one):
        click.echo(line)


devices.add_command(set_device)
