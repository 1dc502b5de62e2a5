"""``riskscan rules``: fingerprints, for those who write them."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import click

from riskscan.cli.options import format_option

BROKEN_RULES = 3


@click.group()
def rules() -> None:
    """Check fingerprint rules, and try them on what a device said.

    \b
    Example:
      riskscan rules verify my-rules/
      riskscan rules match http.title@443='OpenEMR Login'
      riskscan rules coverage
    """


@rules.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def verify(paths: tuple[Path, ...]) -> None:
    """Run every rule's examples, and check its form. Without PATHS: the shipped rules.

    \b
    Example:
      riskscan rules verify my-rules/
    """
    from riskscan import identify
    from riskscan.cli.tables import printable

    problems = identify.verify(paths)
    for problem in problems:
        click.echo(printable(str(problem)))
    if problems:
        click.echo(f"{len(problems)} problems.", err=True)
        click.get_current_context().exit(BROKEN_RULES)
    click.echo("every rule matches its examples.")


@rules.command()
@click.argument("observations", nargs=-1, required=True, metavar="KEY=VALUE...")
@click.option(
    "--rules",
    "folders",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A folder or file with rules of your own.",
)
def match(observations: tuple[str, ...], folders: tuple[Path, ...]) -> None:
    """Say which rules match what a device said, and which lack just one condition.

    KEY is an observation key, such as http.title; KEY@PORT says on which port it was seen.

    \b
    Example:
      riskscan rules match http.title@443='OpenEMR Login' tcp.open=443
    """
    from riskscan import identify
    from riskscan.cli.tables import printable
    from riskscan.model import OBSERVATION_KEYS

    try:
        said = [identify.observed(text) for text in observations]
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    for observation in said:
        if observation.key not in OBSERVATION_KEYS:
            close = get_close_matches(observation.key, OBSERVATION_KEYS)
            hint = f" Did you mean {' or '.join(close)}?" if close else ""
            raise click.UsageError(f"{observation.key!r} is no observation key.{hint}")
    explained = identify.explain(said, identify.load_rules(folders))
    for line in explained:
        click.echo(printable(str(line)))
    if not any(explanation.matched for explanation in explained):
        click.echo("no rule matches.", err=True)


@rules.command()
@click.option(
    "--rules",
    "folders",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A folder or file with rules of your own.",
)
@format_option
def coverage(folders: tuple[Path, ...], format_: str) -> None:
    """Count the fingerprints of each device class by kind of signal, so that holes are seen.

    \b
    Example:
      riskscan rules coverage
    """
    from riskscan import identify
    from riskscan.cli.tables import show

    rows = [
        {
            "class": held.device_class.value,
            "rules": held.rules,
            "signals": held.by_signal,
            "sure": held.by_confidence,
        }
        for held in identify.coverage(identify.load_rules(folders))
    ]
    columns = {
        "Class": lambda row: row["class"].replace("_", " "),
        "Rules": lambda row: row["rules"],
        "high": lambda row: row["sure"].get("high", ""),
        "medium": lambda row: row["sure"].get("medium", ""),
        "low": lambda row: row["sure"].get("low", ""),
        "Signals": lambda row: " ".join(f"{name} {n}" for name, n in row["signals"].items()),
    }
    show(rows, columns, format_, fields=("class", "rules", "signals", "sure"), empty="no rules")
