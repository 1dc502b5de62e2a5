"""How a scan shows what it is doing: a bar a stage on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from riskscan.cli.json_lines import JsonLines
from riskscan.cli.tempo import Tempo, spoken
from riskscan.model import Event, Notice, Stage

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

WORDS: dict[Stage, str] = {
    Stage.LISTEN: "Listening",
    Stage.SWEEP: "Looking for devices",
    Stage.PORTS: "Asking for services",
    Stage.PROBES: "Learning what they are",
}


class PlainLines:
    """One line when a stage passes each tenth of its work: for logs and pipes."""

    def __init__(self) -> None:
        self._tenths: dict[Stage, int] = {}
        self._tempo = Tempo()

    def __enter__(self) -> PlainLines:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def __call__(self, event: Event) -> None:
        if isinstance(event, Notice):
            click.echo(f"note: {event.text}", err=True)
            return
        left = self._tempo(event).seconds_left
        tenth = 10 * event.done // event.total if event.total else 0
        if self._tenths.get(event.stage, -1) < tenth:
            self._tenths[event.stage] = tenth
            more = f", {spoken(left)} left" if left else ""
            line = f"{WORDS[event.stage]}: {event.done} of {event.total or '?'}{more}"
            click.echo(line, err=True)


class Bars:
    """One live bar a stage."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as RichProgress

        self._bars: RichProgress = RichProgress(
            TextColumn("{task.description:<22}"),
            BarColumn(bar_width=12),
            MofNCompleteColumn(),
            TextColumn("{task.fields[tempo]:<18}", markup=False),
            TextColumn("{task.fields[note]}", markup=False),
            console=Console(stderr=True, highlight=False),
        )
        self._tasks: dict[Stage, TaskID] = {}
        self._tempo = Tempo()

    def __enter__(self) -> Bars:
        # Started by the first event: the demo must still be single-threaded when it moves into
        # its private network, and live bars have a thread of their own.
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def __call__(self, event: Event) -> None:
        self._bars.start()
        if isinstance(event, Notice):
            self._bars.console.print(f"note: {event.text}", markup=False)
            return
        task = self._tasks.get(event.stage)
        if task is None:
            task = self._bars.add_task(WORDS[event.stage], total=event.total, note="", tempo="")
            self._tasks[event.stage] = task
        self._bars.update(
            task,
            completed=event.done,
            total=event.total,
            note=event.note[:40],
            tempo=self._tempo(event).words,
        )


class Silence:
    """Nothing but what went wrong: for cron."""

    def __enter__(self) -> Silence:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def __call__(self, event: Event) -> None:
        return None


def listener(*, quiet: bool, json_lines: JsonLines | None = None) -> Any:
    """Return the listener that was asked for, or the one that fits where standard error goes."""
    if json_lines is not None:
        return json_lines
    if quiet:
        return Silence()
    return Bars() if sys.stderr.isatty() else PlainLines()
