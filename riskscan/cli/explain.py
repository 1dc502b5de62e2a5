"""``riskscan explain``: how a risk got its level, a control its status, a finding its severity."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.options import database_option, now, scan_option, wanted_scan

if TYPE_CHECKING:
    from riskscan.assess.explain import Case
    from riskscan.cli.tables import Row
    from riskscan.model import Assessment, ControlResult


@click.command()
@click.argument("what", metavar="ID")
@scan_option
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text")
@database_option
def explain(what: str, scan_id: str | None, format_: str, database: Path) -> None:
    """Say in words how a level or a status came about, down to the evidence.

    ID is that of a risk, a finding or a control; a control can be named by its paragraph, and a
    paragraph with several controls explains each. Everything is computed again as it is told; a
    difference to what is on file is named.

    \b
    Example:
      riskscan explain R-001
      riskscan explain F-0a1b2c3d
      riskscan explain "164.312(e)(1)"
    """
    from riskscan import pipeline
    from riskscan.assess.explain import Case
    from riskscan.cli.tables import printable, wrapped
    from riskscan.store import Store

    with Store.open(database, create=False, writer=False) as store:
        scan = wanted_scan(store, scan_id)
        filed = pipeline.current(store, scan, now=now())
        again = pipeline.judge_again(store, scan, filed)
        case = Case(
            scan,
            filed,
            again,
            previous=pipeline.previous_of(store, scan),
            answers=store.answers(until=filed.made_at),
            registers=store.registers(until=filed.made_at),
        )
    told = _told(case, what.strip())
    if format_ == "json":
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for number, each in enumerate(told):
        if number:
            click.echo("")
        for line in each["lines"]:
            click.echo(wrapped(printable(line), 4 if line.startswith(" ") else 2))


def _told(case: Case, what: str) -> list[Row]:
    """Return what is named by ``what``, each with its lines."""
    from riskscan.assess.explain import explain_control, explain_finding, explain_risk
    from riskscan.cli.finding_rows import wanted_finding
    from riskscan.cli.follow import wanted_risk

    if what[:2].upper() in ("R-", "K-"):
        risk = wanted_risk(case.filed, what)
        return [{"kind": "risk", "id": risk.id, "lines": explain_risk(case, risk)}]
    if what[:2].upper() == "F-":
        finding = wanted_finding(case.filed, what)
        return [{"kind": "finding", "id": finding.id, "lines": explain_finding(case, finding)}]
    return [
        {"kind": "control", "id": c.control.id, "lines": explain_control(case, c)}
        for c in wanted_controls(case.filed, what)
    ]


def wanted_controls(assessment: Assessment, said: str) -> list[ControlResult]:
    """Return the controls of an id, a paragraph or a standard. Raises :class:`click.UsageError`."""
    wanted = said.removeprefix("§").strip()
    results = assessment.controls
    exact = [c for c in results if wanted.upper() == c.control.id or wanted == c.control.citation]
    found = exact or [c for c in results if wanted == c.control.standard_citation]
    if not found:
        raise click.UsageError(
            f"There is no risk, finding or control {said[:60]!r}. Name one as R-001, F-0a1b2c3d, "
            "T09 or 164.312(e)(2)(ii)."
        )
    return found
