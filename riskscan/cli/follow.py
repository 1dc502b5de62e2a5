"""What becomes of a risk and of an action: accepted by whom, done when, by a named person."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from riskscan.cli.options import database_option, now, scan_option, wanted_scan
from riskscan.cli.register_edit import LONGEST, named

if TYPE_CHECKING:
    from riskscan.model import Action, ActionEntry, Assessment, Risk

STATES = ("planned", "in progress", "blocked", "done", "cancelled")
_DAY = click.DateTime(("%Y-%m-%d",))


@click.command("set")
@click.argument("action_id", metavar="ID")
@click.option("--owner", metavar="NAME", help="Who does it, by name.")
@click.option("--due", type=_DAY, metavar="DATE", help="Until when: 2026-12-15")
@click.option("--cost", metavar="TEXT", help="Roughly what it costs.")
@click.option("--status", type=click.Choice(STATES), help="How far it is.")
@click.option("--done-on", type=_DAY, metavar="DATE", help="When it was done.")
@click.option("--document", metavar="TEXT", help="Document that shows it is done: title and date.")
@click.option("--vendor", metavar="NAME", help="Firm that helps.")
@click.option("--interim", metavar="TEXT", help="What helps until then.")
@click.option("--note", metavar="TEXT", help="Anything else.")
@click.option("--by", "person", envvar="RISKSCAN_PERSON", show_envvar=True, help="Your name.")
@scan_option
@database_option
def set_action(
    action_id: str, person: str | None, scan_id: str | None, database: Path, **said: object
) -> None:
    """Give an action its owner, day or state. Kept for later scans, with your name.

    ID is the number in this assessment (ACT-03) or the key, which stays the same. Done means
    reported as done: a later scan that sees it, or a document, verifies it.

    \b
    Example:
      riskscan actions set ACT-03 --owner "Sam Reed" --due 2026-12-15 --by "Dana Lake"
      riskscan actions set ACT-03 --done-on 2026-12-12 --by "Sam Reed"
    """
    from riskscan import pipeline
    from riskscan.cli.tables import printable
    from riskscan.config import parse_entry
    from riskscan.model import REGISTERS
    from riskscan.store import Store

    who = named(person)
    written = {name: _text(value) for name, value in said.items() if value is not None}
    if not written:
        raise click.UsageError("say what changes: --owner, --due, --status, --done-on ...")
    if "done_on" in written:
        written.setdefault("status", "done")
    elif written.get("status") == "done":
        written["done_on"] = f"{now():%Y-%m-%d}"
    with Store.open(database, create=False) as store:
        scan = wanted_scan(store, scan_id)
        action = wanted_action(pipeline.current(store, scan, now=now()), action_id)
        entry = pipeline.followed(store, action)
        written["action"] = action.key
        content = parse_entry(REGISTERS["todo"], written, onto=entry.content if entry else None)
        pipeline.follow(store, action, cast("ActionEntry", content), who, now())
        after = wanted_action(pipeline.judge(store, scan, now=now()), action.key)
    click.echo(
        printable(f"{after.id} {after.title}: {after.status.value}, {after.owner}, due {after.due}")
    )


@click.command("accept")
@click.argument("risk_id", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why it is borne, in a sentence.")
@click.option("--until", type=_DAY, required=True, metavar="DATE", help="The last day it holds.")
@click.option("--by", "person", envvar="RISKSCAN_PERSON", show_envvar=True, help="Who accepts it.")
@scan_option
@database_option
def accept_risk(
    risk_id: str,
    reason: str,
    until: datetime,
    person: str | None,
    scan_id: str | None,
    database: Path,
) -> None:
    """Accept a risk until a day: by a named person, with a reason.

    The risk stays in the register with its level. The acceptance ends by itself on that day, or
    as soon as the level rises, or what it rests on changes.

    \b
    Example:
      riskscan risks accept R-003 --until 2027-05-31 --by "Dr. Dana Lake" \\
          --reason "the scanner is replaced in May"
    """
    from riskscan import pipeline
    from riskscan.model import Acceptance
    from riskscan.store import Store

    who = named(person)
    if until.date() < now().date():
        raise click.UsageError(f"--until {until.date()} is past already.")
    if not reason.strip():
        raise click.UsageError("say why: --reason TEXT.")
    with Store.open(database, create=False) as store:
        scan = wanted_scan(store, scan_id)
        risk = wanted_risk(pipeline.current(store, scan, now=now()), risk_id)
        said = Acceptance(
            risk.key, reason=reason.strip()[:LONGEST], approver=who, until=until.date()
        )
        pipeline.accept(store, risk, said, who, now())
        pipeline.judge(store, scan, now=now())
    click.echo(f"{risk.id} ({risk.key}, {risk.level}) is accepted by {who} until {until.date()}.")


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def wanted_action(assessment: Assessment, said: str) -> Action:
    """Return the action of that id or key. Raises :class:`riskscan.errors.StoreError`."""
    from riskscan.errors import StoreError

    for action in assessment.actions:
        if said.upper() == action.id or said == action.key:
            return action
    raise StoreError(f"there is no action {said[:60]!r}", "riskscan actions lists them")


def wanted_risk(assessment: Assessment, said: str) -> Risk:
    """Return the risk of that id or key. Raises :class:`riskscan.errors.StoreError`."""
    from riskscan.errors import StoreError

    for risk in assessment.risks:
        if said.upper() == risk.id or said.casefold() == risk.key.casefold():
            return risk
    raise StoreError(
        f"the assessment of scan {assessment.scan_id} holds no risk {said[:60]!r}",
        "riskscan risks lists them; R- numbers are ranks, and differ from scan to scan",
    )
