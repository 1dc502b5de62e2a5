"""``riskscan findings set``: what a named person decides about a finding, kept for ever."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.options import database_option, now, scan_option, wanted_scan

if TYPE_CHECKING:
    from datetime import date, datetime

DISPOSITIONS = ("false-positive", "exception", "accepted", "open")
LONGEST = 400
"""Characters that are kept of a reason."""


@click.command("set")
@click.argument("finding_id", metavar="ID")
@click.option(
    "--as",
    "disposition",
    type=click.Choice(DISPOSITIONS),
    required=True,
    help="false-positive: it is not so; exception: something else stands in; accepted: the risk "
    "is borne; open: take back what was decided.",
)
@click.option(
    "--by", "person", envvar="RISKSCAN_PERSON", show_envvar=True, help="Your name, kept with it."
)
@click.option("--reason", required=True, help="Why, in a sentence.")
@click.option(
    "--until",
    type=click.DateTime(("%Y-%m-%d",)),
    metavar="DATE",
    help="The last day it holds: 2027-05-31. An exception needs one.",
)
@click.option("--control", default="", metavar="TEXT", help="What stands in for the repair.")
@scan_option
@database_option
def set_finding(
    finding_id: str,
    disposition: str,
    person: str | None,
    reason: str,
    until: datetime | None,
    control: str,
    scan_id: str | None,
    database: Path,
) -> None:
    """Say what is to become of a finding: false positive, exception or accepted.

    Kept with your name, the reason and the date, and applied to this scan and all later ones.
    The finding is shown as such and asks for no action. A false positive or an exception speaks
    against no control; an accepted risk still does, for bearing it meets nothing. It is open
    again by itself when something else is seen there, or after the last day.

    \b
    Example:
      riskscan findings set F-0a1b2c3d --as exception --by "Dana Lake" --until 2027-05-31 \\
          --reason "the maker has no update yet" --control "only the lab PC reaches it"
    """
    from riskscan import pipeline
    from riskscan.cli.finding_rows import wanted_finding
    from riskscan.cli.tables import printable
    from riskscan.model import Decision, Disposition, Result
    from riskscan.store import Store

    if not person or not person.strip():
        raise click.UsageError("say who you are: --by NAME, or set RISKSCAN_PERSON.")
    if not reason.strip():
        raise click.UsageError("say why: --reason TEXT.")
    last_day = _last_day(until, disposition, control)
    with Store.open(database, create=False) as store:
        scan = wanted_scan(store, scan_id)
        finding = wanted_finding(pipeline.assess_only(store, scan, now=now()), finding_id)
        if finding.result is not Result.FAIL:
            raise click.UsageError(
                f"{finding.id} ended as {finding.result.value}: there is no weakness to decide on."
            )
        decision = Decision(
            finding.id,
            finding.evidence_hash,
            Disposition(disposition),
            person.strip()[:80],
            now(),
            reason.strip()[:LONGEST],
            last_day,
            control.strip()[:LONGEST],
        )
        after = pipeline.decide(store, scan, decision, now=now())
    left = sum(f.is_open for f in after.findings)
    aside = sum(f.decision is not None for f in after.findings)
    until_words = f" until {last_day}" if last_day else ""
    click.echo(
        printable(
            f"{finding.id}: {decision.disposition.label}{until_words}, as {decision.person} says"
        )
    )
    click.echo(f"{left} findings are open, {aside} set aside. Next: riskscan report")


def _last_day(until: datetime | None, disposition: str, control: str) -> date | None:
    """Return the last day of a decision. Raises :class:`click.UsageError` for what cannot be."""
    if disposition == "exception" and (until is None or not control.strip()):
        raise click.UsageError(
            "an exception names what stands in and how long: --control TEXT --until DATE."
        )
    if until is not None and until.date() < now().date():
        raise click.UsageError(f"--until {until.date()} is past already.")
    return until.date() if until else None
