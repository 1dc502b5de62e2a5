"""``riskscan knowledge``: how old the facts are that a scan is judged by, and newer ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskscan.cli.options import format_option, now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riskscan.knowledge import Outcome

NOT_TAKEN = 3


@click.group()
def knowledge() -> None:
    """Show how old the facts are that findings rest on, and renew them.

    Facts: when support ends, what attackers are known to exploit (CISA), how likely exploitation
    is (EPSS), advisories on medical products (CISA), which maker publishes where on security.
    riskscan works without the internet; only `riskscan knowledge update` goes there, and only
    when you call it. What is renewed stands in ~/.local/share/riskscan/knowledge (or
    XDG_DATA_HOME, or the folder that RISKSCAN_KNOWLEDGE names).

    \b
    Example:
      riskscan knowledge status
      riskscan knowledge update
    """


@knowledge.command()
@format_option
def status(format_: str) -> None:
    """List each feed with its date and size; note what is older than 90 days.

    That goes for the rule and the practice sets too, which come with riskscan.

    \b
    Example:
      riskscan knowledge status
    """
    from riskscan import knowledge as known
    from riskscan.assess import stale_sets
    from riskscan.cli.tables import printable, show

    today = now().date()
    rows: list[dict[str, Any]] = []
    notes = [
        f"{content.title}: last held against its source on {content.checked_on}, "
        f"{content.days} days ago; a newer riskscan brings a newer one"
        for content in stale_sets(today)
    ]
    for feed in known.load().feeds:
        age = (today - feed.as_of).days if feed.as_of else None
        old = known.stale(feed.as_of, today)
        came = "not held" if feed.as_of is None else "with riskscan" if feed.shipped else "renewed"
        rows.append(
            {
                "feed": feed.name,
                "as_of": feed.as_of,
                "age_days": age,
                "facts": feed.facts,
                "came": came,
                "source": feed.source,
                "stale": old,
            }
        )
        if feed.fault:
            notes.append(f"{feed.name}: {feed.fault}; what came with riskscan is used instead")
        if old:
            notes.append(_old(feed.name, age))
    columns = {
        "Feed": lambda row: row["feed"],
        "As of": lambda row: row["as_of"],
        "Days": lambda row: row["age_days"],
        "Facts": lambda row: row["facts"],
        "Came": lambda row: row["came"],
        "Source": lambda row: row["source"],
    }
    fields = ("feed", "as_of", "age_days", "facts", "came", "source", "stale")
    show(rows, columns, format_, fields=fields, empty="no facts")
    for note in notes:
        click.echo(f"note: {printable(note)}", err=True)


def _old(name: str, age: int | None) -> str:
    from riskscan import knowledge as known

    what = "is not held" if age is None else f"is {age} days old"
    how = (
        "a newer riskscan brings newer ones"
        if name in (known.END_OF_SUPPORT, known.MAKERS)
        else "run: riskscan knowledge update"
    )
    return f"{name} {what}; {how}"


@knowledge.command()
@click.option(
    "--source",
    "mirrors",
    multiple=True,
    metavar="FEED=URL",
    help="Fetch a feed from another https address: a mirror of your own.",
)
def update(mirrors: tuple[str, ...]) -> None:
    """Fetch the feeds that are newer at CISA and FIRST, over HTTPS.

    Nothing about the practice is sent. A feed that is cut off, hostile or older changes nothing,
    and ends with exit code 3.

    \b
    Example:
      riskscan knowledge update
    """
    from riskscan import knowledge as known

    sources = dict(known.SOURCES)
    for mirror in mirrors:
        feed, is_given, url = mirror.partition("=")
        if feed not in sources or not is_given:
            raise click.UsageError(f"--source takes FEED=URL; feeds: {', '.join(sources)}")
        sources[feed] = url
    _tell(known.update(where=known.folder(), today=now().date(), sources=sources))


@knowledge.command("import")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
def import_(files: tuple[Path, ...]) -> None:
    """Take newer facts from files, for a laptop that never goes online.

    FILES: a bundle of `riskscan knowledge export`, CISA's known_exploited_vulnerabilities.json,
    the EPSS scores (csv or csv.gz), CSAF documents of CISA's medical advisories.

    \b
    Example:
      riskscan knowledge import knowledge.zip
    """
    from riskscan import knowledge as known

    _tell(known.take_files(files, known.folder(), now().date()))


@knowledge.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("knowledge.zip"),
    show_default=True,
    help="The bundle to write.",
)
def export(output: Path) -> None:
    """Write the facts that can be renewed to one bundle, with their SHA-256 sums.

    \b
    Example:
      riskscan knowledge export -o knowledge.zip
    """
    from riskscan import knowledge as known

    names = known.export(output, known.folder())
    click.echo(f"wrote {output}: {', '.join(names)}")


def _tell(outcomes: Sequence[Outcome]) -> None:
    """Say what became of each feed; exit code 3 if one was refused."""
    from riskscan.cli.tables import printable

    for outcome in outcomes:
        refused = "not taken: " if outcome.refused else ""
        click.echo(printable(f"{outcome.feed}: {refused}{outcome.text}"), err=outcome.refused)
    if any(outcome.refused for outcome in outcomes):
        click.echo("hint: what was held before is still in force", err=True)
        click.get_current_context().exit(NOT_TAKEN)
