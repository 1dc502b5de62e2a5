"""What a scan does, for machines: one JSON object a line on standard error (``--json-progress``).

The README documents every key. Keys are added and never renamed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from riskscan.cli.group import INTERRUPTED_TWICE
from riskscan.cli.tempo import Tempo
from riskscan.errors import RiskscanError
from riskscan.model import Event, Notice


class JsonLines:
    """Listens to a scan. What does not come from the scan itself is said with :meth:`say`."""

    def __init__(self) -> None:
        self._tempo = Tempo()

    def __enter__(self) -> JsonLines:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def __call__(self, event: Event) -> None:
        if isinstance(event, Notice):
            self.say("notice", code=event.code, text=event.text)
            return
        pulse = self._tempo(event)
        self.say(
            "progress",
            stage=event.stage.value,
            done=event.done,
            total=event.total,
            per_second=_rounded(pulse.per_second),
            seconds_left=_rounded(pulse.seconds_left),
            note=event.note,
        )

    def say(self, event: str, **facts: Any) -> None:
        """Write one line. Text from the network is escaped: a line holds ASCII alone."""
        click.echo(json.dumps({"event": event, **facts}), err=True)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Say an error as a line too, and end with its exit code."""
        try:
            yield
        except RiskscanError as error:
            self.say("error", code=error.exit_code, text=error.message, hint=error.hint)
            click.get_current_context().exit(error.exit_code)
        except KeyboardInterrupt:
            self.say("error", code=INTERRUPTED_TWICE, text="stopped", hint=None)
            click.get_current_context().exit(INTERRUPTED_TWICE)


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 2)
