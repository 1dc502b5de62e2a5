"""``riskscan demo``: the whole product on a clinic in a box."""

from __future__ import annotations

from pathlib import Path

import click

from riskscan.cli.options import now


@click.command()
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("riskscan-demo"),
    show_default=True,
    help="Folder for the database and the reports.",
)
@click.option(
    "--answers/--no-answers",
    "answered",
    default=True,
    help="With what the practice answered and keeps (the default), or what a scan alone shows.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print only where the reports are.")
def demo(folder: Path, answered: bool, quiet: bool) -> None:
    """Scan a clinic in a box, and write its risk analysis.

    The clinic lives in a private network inside this machine: no real interface is touched, and
    no administrator's right is needed where the kernel allows unprivileged user namespaces.
    What its practice answered and keeps lists of comes with it; without that, the report is a
    technical scan report, and most safeguards of the rule are not assessed.

    \b
    Example:
      riskscan demo
      riskscan demo --no-answers -o scan-only
      riskscan devices --db riskscan-demo/riskscan.db
    """
    from riskscan import pipeline
    from riskscan.cli.progress import listener
    from riskscan.cli.stopping import stoppable
    from riskscan.errors import Interrupted

    folder = folder.absolute()
    if not quiet:
        click.echo("Building a clinic in a private network, then scanning it ...", err=True)
    with stoppable() as stop, listener(quiet=quiet) as notify:
        files = pipeline.demo(folder, clock=now, notify=notify, stop=stop, answered=answered)
        if stop.is_set():
            raise Interrupted(f"the demo was stopped; what it has is in {folder}", "run it again")
    kind = "A complete risk analysis" if files.complete else "A technical scan report"
    click.echo(f"{files.devices} devices found and assessed. {kind}:")
    for path in (*files.reports, files.database):
        click.echo(f"  {path}")
    if files.answered:
        click.echo("What the practice answered and keeps lists of:")
        click.echo(f"  {files.answered[0].parent}")
