"""``riskscan devices``: what is on the network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.options import database_option, format_option, scan_option, wanted_scan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from riskscan.cli.tables import Columns, Row
    from riskscan.identify import Account
    from riskscan.model import Device, Evidence, Scan

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
    """
    if ctx.invoked_subcommand is not None:
        return
    from riskscan.cli.tables import show
    from riskscan.store import Store

    with Store.open(database, create=False, writer=False) as store:
        rows = [_row(device) for device in wanted_scan(store, scan_id).devices]
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
    from riskscan.store import Store

    with Store.open(database, create=False, writer=False) as store:
        device = _wanted(wanted_scan(store, scan_id), address)
    account = identify.account(device.host, identify.load_rules(rules_folders))
    if format_ == "json":
        click.echo(json.dumps(_account_row(device, account), indent=2, ensure_ascii=False))
        return
    for line in _told(device, account):
        click.echo(line)


def _wanted(scan: Scan, address: str) -> Device:
    """Return the device with that address. Raises :class:`riskscan.errors.DeviceNotFound`."""
    from riskscan.errors import DeviceNotFound

    wanted = address.strip().lower().replace("-", ":")
    for device in scan.devices:
        if wanted in (str(device.address), device.host.mac):
            return device
    raise DeviceNotFound(
        f"scan {scan.id} holds no device {address[:60]!r}", "riskscan devices lists them"
    )


def _told(device: Device, account: Account) -> Iterator[str]:
    """Yield the account in words, everything from the network escaped."""
    from riskscan.cli.tables import printable, wrapped

    row = _row(device)
    mac = f"  {row['mac']}" if row["mac"] else ""
    yield printable(f"{row['address']}{mac}  {_device(row)}, confidence {row['confidence']}")
    named = [f"{key} {row[key]}" for key in ("version", "os", "mac_vendor") if row[key]]
    if named:
        yield printable("  " + ", ".join(named).replace("mac_vendor", "network card of"))
    yield wrapped(printable(f"  policy {row['policy']}: {row['policy_reason']}"), 4)
    yield ""
    if not account.candidates:
        yield "Nothing that was seen speaks for a class."
    for candidate in account.candidates:
        against = "Against that, for" if candidate.contradicts else "For"
        points = f"{candidate.points} point{'s' * (candidate.points != 1)}"
        yield f"{against} {candidate.device_class.label} ({points}):"
        yield from (wrapped(printable(f"  {_seen(e)}"), 4) for e in candidate.evidence)
    general = [e for e in account.identity.evidence if not _counted(e, account)]
    if general:
        yield "Besides:"
        yield from (wrapped(printable(f"  {_seen(e)}"), 4) for e in general)
    yield ""
    yield "What would settle it:" if account.hints or account.held_back else "To correct it:"
    yield from _settling(device, account)


def _settling(device: Device, account: Account) -> Iterator[str]:
    from riskscan.cli.tables import printable, wrapped
    from riskscan.model import OBSERVATION_KEYS

    for hint in account.hints:
        text = f"  {hint.key} ({OBSERVATION_KEYS[hint.key]}) could show {hint.for_class.label}"
        yield wrapped(f"{text} [{hint.rule}]", 4)
    yield from (wrapped(printable(f"  not asked: {held}"), 4) for held in account.held_back)
    yield wrapped(
        "  its type plate, or whoever uses it; then: "
        f"riskscan devices set {device.address} --class CLASS",
        4,
    )


def _seen(evidence: Evidence) -> str:
    seen = evidence.observation
    where = f" on port {seen.port}" if seen.port else ""
    return f"{evidence.says}: {seen.key}{where} = {seen.value[:120]} [{evidence.rule}]"


def _counted(evidence: Evidence, account: Account) -> bool:
    return any(evidence in candidate.evidence for candidate in account.candidates)


def _account_row(device: Device, account: Account) -> Row:
    return {
        **_row(device),
        "candidates": [
            {
                "class": candidate.device_class.value,
                "points": candidate.points,
                "contradicts": candidate.contradicts,
                "evidence": [_evidence_row(e) for e in candidate.evidence],
            }
            for candidate in account.candidates
        ],
        "evidence": [_evidence_row(e) for e in account.identity.evidence],
        "would_settle": [
            {"key": h.key, "class": h.for_class.value, "rule": h.rule} for h in account.hints
        ],
        "held_back": list(account.held_back),
    }


def _evidence_row(evidence: Evidence) -> Row:
    seen = evidence.observation
    return {
        "says": evidence.says,
        "rule": evidence.rule,
        "key": seen.key,
        "value": seen.value,
        "port": seen.port,
        "protocol": seen.protocol,
    }


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
