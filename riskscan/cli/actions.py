"""``riskscan actions``: what to do, by whom, until when, and how it shows that it is done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.follow import set_action
from riskscan.cli.options import database_option, format_option, now, scan_option, wanted_scan

if TYPE_CHECKING:
    from riskscan.cli.tables import Columns, Row
    from riskscan.model import Action

FIELDS = (
    "id", "level", "title", "owner", "due", "status", "cost", "how", "criterion", "risks",
    "findings", "verified_by", "note", "key",
)  # fmt: skip

COLUMNS: Columns = {
    "Id": lambda row: row["id"],
    "Level": lambda row: row["level"],
    "What to do": lambda row: row["title"],
    "Who": lambda row: row["owner"],
    "Due": lambda row: f"{row['due']} (overdue)" if row["overdue"] else row["due"],
    "State": lambda row: row["status"],
    "Cost": lambda row: row["cost"],
    "Done when": lambda row: row["criterion"],
}


@click.group(invoke_without_command=True)
@scan_option
@format_option
@database_option
@click.pass_context
def actions(ctx: click.Context, scan_id: str | None, format_: str, database: Path) -> None:
    """List what to do about the risks: owner, day, cost band, state, and when it counts as done.

    json and csv say how, and name the risks and findings that each action answers. What is
    reported as done stays unverified until a later scan, or a document, shows it.

    \b
    Example:
      riskscan actions
      riskscan actions --format csv > plan.csv
      riskscan actions set ACT-03 --owner "Dana Lake" --due 2026-12-15 --by "Dana Lake"
      riskscan actions set ACT-03 --done-on 2026-12-12 --by "Dana Lake"
    """
    if ctx.invoked_subcommand is not None:
        return
    from riskscan import pipeline
    from riskscan.cli.tables import show
    from riskscan.store import Store

    with Store.open(database, create=False, writer=False) as store:
        assessment = pipeline.current(store, wanted_scan(store, scan_id), now=now())
    rows = [action_row(action) for action in assessment.actions]
    show(rows, COLUMNS, format_, fields=FIELDS, empty="there is nothing to do")


def action_row(action: Action) -> Row:
    """Return an action as JSON has it."""
    from riskscan.assess.progress import is_overdue

    return {
        "id": action.id,
        "level": action.level.value,
        "title": action.title,
        "how": action.how,
        "owner": action.owner,
        "due": action.due.isoformat(),
        "cost": action.cost,
        "criterion": action.criterion,
        "risks": list(action.risks),
        "findings": list(action.findings),
        "key": action.key,
        "status": action.status.value,
        "overdue": is_overdue(action, now().date()),
        "note": action.note,
        "verified_by": action.verified_by,
        "entry": action.entry,
    }


actions.add_command(set_action)
