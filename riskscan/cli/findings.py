"""``riskscan findings``: what is weak, the evidence, and what people decided about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.decide import set_finding
from riskscan.cli.finding_rows import (
    finding_lines,
    finding_row,
    maker_row,
    remediation_row,
    wanted_finding,
)
from riskscan.cli.options import database_option, format_option, now, scan_option, wanted_scan

if TYPE_CHECKING:
    from riskscan.cli.tables import Columns
    from riskscan.model import Check, Finding, Scan

FIELDS = (
    "id", "severity", "address", "check", "result", "confidence", "summary", "decision",
    "decided_by", "decided_until", "reopened",
)  # fmt: skip
LEVELS = ("very low", "low", "moderate", "high", "very high")
RESULTS = ("pass", "fail", "unknown", "error")

COLUMNS: Columns = {
    "Severity": lambda row: row["severity"],
    "Address": lambda row: row["address"] or "network",
    "What was seen": lambda row: f"{row['summary']} [{row['check']}]{_decided(row)}",
    "Sure": lambda row: row["confidence"],
    "Id": lambda row: row["id"],
}


def _decided(row: dict[str, object]) -> str:
    """Say behind a summary what became of the finding."""
    if row["decision"]:
        until = f" until {row['decided_until']}" if row["decided_until"] else ""
        return f" ({row['decision']}, says {row['decided_by']}{until})"
    return f" (open again: {row['reopened']})" if row["reopened"] else ""


@click.group(invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Passed and unknown checks as well.")
@click.option("--device", metavar="ADDRESS", help="Only of the device with this IP or MAC.")
@click.option("--check", metavar="ID", help="Only of this check, or topic: cleartext")
@click.option("--severity", type=click.Choice(LEVELS), help="Only this severe or more.")
@click.option("--control", metavar="ID", help="Only what speaks to it: T09 or 164.312(e)(2)(ii)")
@click.option("--result", "results", type=click.Choice(RESULTS), multiple=True)
@scan_option
@format_option
@database_option
@click.pass_context
def findings(
    ctx: click.Context,
    everything: bool,
    device: str | None,
    check: str | None,
    severity: str | None,
    control: str | None,
    results: tuple[str, ...],
    scan_id: str | None,
    format_: str,
    database: Path,
) -> None:
    """List what is weak, worst first; show one finding; say what is to become of it.

    \b
    Example:
      riskscan findings
      riskscan findings --device 192.168.1.23 --severity moderate
      riskscan findings --format json | jq '.[] | select(.severity == "very high")'
      riskscan findings show F-0a1b2c3d
      riskscan findings set F-0a1b2c3d --as accepted --by "Dana Lake" --reason "retired in May"
    """
    if ctx.invoked_subcommand is not None:
        return
    from riskscan import pipeline
    from riskscan.cli.tables import show
    from riskscan.model import Level, Result
    from riskscan.store import Store

    with Store.open(database, create=False, writer=False) as store:
        scan = wanted_scan(store, scan_id)
        assessment = pipeline.current(store, scan, now=now())
    kept = {Result(word) for word in results} or (set(Result) if everything else {Result.FAIL})
    wanted = [f for f in assessment.findings if f.result in kept]
    wanted = _of_device(wanted, scan, device)
    wanted = _of_check(wanted, check)
    wanted = _of_control(wanted, control)
    if severity is not None:
        wanted = [f for f in wanted if f.severity >= Level(severity)]
    wanted.sort(key=lambda f: (-f.severity.rank, f.check, f.address or "", f.id))
    narrowed = any((device, check, severity, control, results))
    empty = "no finding fits" if narrowed else "no weakness was found in what was seen"
    show([finding_row(f) for f in wanted], COLUMNS, format_, fields=FIELDS, empty=empty)


def _of_device(found: list[Finding], scan: Scan, wanted: str | None) -> list[Finding]:
    """Keep what is about one device. Raises :class:`riskscan.errors.DeviceNotFound`."""
    from riskscan.cli.inventory_rows import device_at

    if wanted is None:
        return found
    address = str(device_at(scan, wanted).address)
    return [f for f in found if f.address == address]


def _of_check(found: list[Finding], wanted: str | None) -> list[Finding]:
    """Keep the findings of one check, or of one topic. Raises :class:`click.UsageError`."""
    from riskscan.assess import CHECKS
    from riskscan.cli.checks import wanted_check

    if wanted is None:
        return found
    topic = f"{wanted.removesuffix('.')}."
    if any(known.startswith(topic) for known in CHECKS):
        return [f for f in found if f.check.startswith(topic)]
    known_as = {f.check for f in found if f.check == wanted} or {wanted_check(wanted).id}
    return [f for f in found if f.check in known_as]


def _of_control(found: list[Finding], wanted: str | None) -> list[Finding]:
    """Keep what speaks to one control. Raises :class:`click.UsageError`."""
    from riskscan.assess import load_checklist

    if wanted is None:
        return found
    said = wanted.strip().removeprefix("§").strip()
    for control in load_checklist().controls:
        if said.upper() == control.id or said == control.citation:
            return [f for f in found if f.check in control.checks]
    raise click.UsageError(
        f"There is no control {wanted[:60]!r}. Name one as T09 or as 164.312(e)(2)(ii); "
        "riskscan checks lists those that checks speak to."
    )


@findings.command("show")
@click.argument("finding_id", metavar="ID")
@scan_option
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text")
@database_option
def show_finding(finding_id: str, scan_id: str | None, format_: str, database: Path) -> None:
    """Print a finding: the evidence, who judged it how, how to put it right and verify it.

    \b
    Example:
      riskscan findings show F-0a1b2c3d
      riskscan findings show F-0a1b2c3d --format json
    """
    from riskscan import pipeline
    from riskscan.cli.checks import check_row
    from riskscan.cli.inventory_rows import device_at
    from riskscan.cli.tables import printable, wrapped
    from riskscan.store import Store

    with Store.open(database, create=False, writer=False) as store:
        scan = wanted_scan(store, scan_id)
        assessment = pipeline.current(store, scan, now=now())
        history = tuple(d for d in store.decisions() if d.finding == finding_id)
    finding = wanted_finding(assessment, finding_id)
    device = device_at(scan, finding.address) if finding.address else None
    check = check_of(finding)
    told = {
        **finding_row(finding, history),
        "device": device.name if device else None,
        "assessed": assessment.made_at.isoformat(),
        "content_revision": assessment.content_revision,
        "explained": check_row(check) if check else None,
        "remediation": remediation_row(finding, device),
        "maker": maker_row(finding, device),
    }
    if format_ == "json":
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for line in finding_lines(told):
        click.echo(wrapped(printable(line), 2))


def check_of(finding: Finding) -> Check | None:
    """Return the check that judged; None for one that a later riskscan has retired."""
    from riskscan.assess import CHECKS

    judgement = CHECKS.get(finding.check)
    return judgement.check if judgement else None


findings.add_command(set_finding)
