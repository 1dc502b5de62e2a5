"""``riskscan rules``: fingerprints, for those who write them."""

from __future__ import annotations

from pathlib import Path

import click

BROKEN_RULES = 3


@click.group()
def rules() -> None:
    """Check fingerprint rules, and try them on what a device said.

    \b
    Example:
      riskscan rules verify my-rules/
      riskscan rules match 'http.title=OpenEMR Login' mac.vendor=Dell
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
    """Say which rules match what a device said, and what it would be taken for.

    \b
    Example:
      riskscan rules match 'http.title=OpenEMR Login' tcp.open=443
    """
    from riskscan import identify
    from riskscan.cli.tables import printable
    from riskscan.model import OBSERVATION_KEYS, Observation

    said = []
    for text in observations:
        key, equals, value = text.partition("=")
        if not equals or key not in OBSERVATION_KEYS:
            raise click.UsageError(f"{text!r} is not KEY=VALUE with a known key.")
        said.append(Observation.of(key, value))
    for line in identify.explain(said, identify.load_rules(folders)):
        click.echo(printable(str(line)))
