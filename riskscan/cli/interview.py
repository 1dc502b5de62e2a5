"""``riskscan interview``: the questions that no scan answers, one at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.options import database_option, now

if TYPE_CHECKING:
    from riskscan.model import Question

SECTIONS = (
    "practice",
    "administrative",
    "physical",
    "technical",
    "organizational",
    "site-walk",
)


@click.command()
@click.option("--section", type=click.Choice(SECTIONS), help="Only this part, in its own order.")
@click.option("--site-walk", is_flag=True, help="What to look at while walking round.")
@click.option("--question", "wanted", metavar="ID", multiple=True, help="Only this one: A05")
@click.option("--again", is_flag=True, help="Also what has been answered already.")
@click.option(
    "--by", "person", envvar="RISKSCAN_PERSON", show_envvar=True, metavar="NAME",
    help="Who answers, by name.",
)  # fmt: skip
@click.option("--role", metavar="ROLE", default="", help="What they are in the practice.")
@click.option(
    "--export", "exported", type=click.Path(dir_okay=False, path_type=Path),
    help="Write all questions and the answers on file as TOML, to be filled by hand.",
)  # fmt: skip
@click.option(
    "--import", "imported", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take in a filled file. What is the same as before changes nothing.",
)  # fmt: skip
@click.option(
    "--form", type=click.Path(dir_okay=False, path_type=Path),
    help="Write a form (PDF) to print and fill ahead.",
)  # fmt: skip
@database_option
def interview(
    section: str | None,
    site_walk: bool,
    wanted: tuple[str, ...],
    again: bool,
    person: str | None,
    role: str,
    exported: Path | None,
    imported: Path | None,
    form: Path | None,
    database: Path,
) -> None:
    """Ask what no scan can see, one question at a time; what narrows most risk comes first.

    Every answer is kept the moment it is given, with name, role and day: stop at any question
    and go on another day. "I don't know" and "come back later" are answers. What an answer
    changed is shown, and whether it disagrees with what the scan saw. What is looked at on a walk
    through the rooms is asked with --site-walk.

    \b
    Example:
      riskscan interview --by "Dana Lake" --role "practice manager"
      riskscan interview --site-walk
      riskscan interview --export answers.toml      fill it, then: --import answers.toml
      riskscan interview --form questions.pdf       to print and fill ahead
    """
    if sum(each is not None for each in (exported, imported, form)) > 1:
        raise click.UsageError("choose one of --export, --import and --form.")
    asked = _asked("site-walk" if site_walk else section, wanted)
    if exported is not None:
        _export(database, exported, asked)
    elif imported is not None:
        _import(database, imported)
    elif form is not None:
        _form(database, form, asked)
    else:
        from riskscan.cli.visit import Visit

        if not (section or site_walk or wanted):
            # Someone walks round for these; nobody is asked them at a table.
            asked = [q for q in asked if q.section.value != "site-walk"]
        Visit(database, asked, person, role, in_order=bool(section or site_walk or wanted),
              again=again or bool(wanted)).go()  # fmt: skip


def _asked(section: str | None, wanted: tuple[str, ...]) -> list[Question]:
    """Return the questions of a section, or those named, or all. Raises UsageError."""
    from riskscan.assess import questions

    known = questions()
    if wanted:
        ids = [id.upper() for id in wanted]
        if missing := [id for id in ids if id not in known]:
            raise click.UsageError(f"there is no question {missing[0]!r}; such as A05, E06, W03.")
        return [known[id] for id in ids]
    return [q for q in known.values() if section in (None, q.section.value)]


def _export(database: Path, path: Path, asked: list[Question]) -> None:
    from riskscan import pipeline
    from riskscan.assess.status import newest
    from riskscan.config import render_answers
    from riskscan.store import Store

    known = {}
    if database.exists():
        with Store.open(database, create=False, writer=False) as store:
            known = newest(store.answers())
    pipeline.write(path, render_answers(asked, known).encode())
    left = sum(q.id not in known for q in asked)
    click.echo(f"{path}: {len(asked)} questions, {left} without an answer. Fill it, then:")
    click.echo(f"  riskscan interview --import {path}")


def _import(database: Path, path: Path) -> None:
    from riskscan import pipeline
    from riskscan.assess.status import newest
    from riskscan.cli.answered import derived
    from riskscan.config import load_answers
    from riskscan.store import Store

    answers = load_answers(path)
    with Store.open(database) as store:
        before = len(store.answer_history())
        known = newest((*store.answers(), *answers))
        follows = [each for answer in answers for each in derived(answer, known)]
        pipeline.record_answers(store, [*answers, *follows], now())
        added = len(store.answer_history()) - before
        scan = pipeline.newest(store)
        if scan is not None:
            pipeline.judge(store, scan, now=now())
    click.echo(f"{len(answers)} answers read, {added} of them new. Next: riskscan report")


def _form(database: Path, path: Path, asked: list[Question]) -> None:
    from riskscan import pipeline, report
    from riskscan.store import Store

    practice = ""
    if database.exists():
        with Store.open(database, create=False, writer=False) as store:
            latest = store.scans()
            practice = latest[0].site.practice if latest else ""
    pipeline.write(path, report.blank_form(asked, practice))
    click.echo(f"{path}: {len(asked)} questions to fill by hand.")
