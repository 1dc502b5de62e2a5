"""The course of one scan on a terminal: what is said before, during and after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.json_lines import JsonLines
from riskscan.cli.limits import Limit
from riskscan.cli.options import now, shed_rights

if TYPE_CHECKING:
    from riskscan.discover.raw.client import RawProcess
    from riskscan.model import Scan, Site
    from riskscan.store import Store


@dataclass(frozen=True)
class Wishes:
    """How to scan, as the command line says it."""

    profile: str
    limit: Limit | None
    unprivileged: bool
    rules_folders: tuple[Path, ...]
    rescan: bool = False
    arp_rate: int | None = None
    listen_for: int = 0


@dataclass(frozen=True)
class Voice:
    """Where what is said goes: to a person, to a machine, or nowhere."""

    quiet: bool
    json_lines: JsonLines | None

    def note(self, code: str, text: str) -> None:
        if self.json_lines is not None:
            self.json_lines.say("notice", code=code, text=text)
        elif not self.quiet:
            _say(f"note: {text}", 6)

    def stopping(self, text: str) -> None:
        """Said to quiet callers too, when they press Ctrl-C."""
        if self.json_lines is not None:
            self.json_lines.say("notice", code="stopping", text=text)
        else:
            click.echo(err=True)
            _say(text)


def _say(text: str, indent: int = 0) -> None:
    from riskscan.cli.tables import wrapped

    click.echo(wrapped(text, indent, err=True), err=True)


@contextmanager
def raw_sockets(database: Path, voice: Voice, *, wanted: bool) -> Iterator[RawProcess | None]:
    """Start the process that holds the raw sockets; then give up what this one may do.

    Called before a file is read that a person or a device wrote. Raises
    :class:`riskscan.errors.StoreError` for a database that is out of reach then.
    """
    from riskscan.discover.raw.client import RawProcess

    with RawProcess() if wanted else nullcontext() as raw:
        shed_rights(database, voice.note)
        yield raw


def _announce(store: Store, unfinished: Scan | None, wishes: Wishes, voice: Voice) -> None:
    """Say what will be sent at most to one device, before anything is."""
    from riskscan import pipeline
    from riskscan.cli import plan
    from riskscan.discover.profile import PROFILES as KNOWN

    profile = KNOWN[unfinished.profile if unfinished else wishes.profile]
    if voice.json_lines is not None:
        ceilings = plan.ceilings(profile)
        voice.json_lines.say("limits", profile=profile.name, policies=ceilings)
    elif not voice.quiet:
        for line in plan.lines(profile):
            _say(line, 4)
    if unfinished is None:
        return
    done, left = pipeline.left_of(store, unfinished)
    voice.note(
        "resumed",
        f"going on with {unfinished.id}: {done:,} devices are finished, {left:,} addresses left",
    )


def run(
    store: Store,
    site: Site,
    unfinished: Scan | None,
    wishes: Wishes,
    voice: Voice,
    database: Path,
    raw: RawProcess | None = None,
) -> None:
    """Scan a site, or go on with an unfinished scan of it.

    Raises :class:`riskscan.errors.Interrupted` for a scan that can be resumed, and what
    :func:`riskscan.pipeline.scan` raises.
    """
    from riskscan import pipeline
    from riskscan.cli.limits import alarm
    from riskscan.cli.progress import listener
    from riskscan.cli.stopping import stoppable

    _announce(store, unfinished, wishes, voice)
    if site.consent is None:
        voice.note("no-consent", "nobody is recorded as having allowed this scan (--consent NAME)")
    with (
        stoppable(voice.stopping) as stop,
        listener(quiet=voice.quiet, json_lines=voice.json_lines) as notify,
        alarm(stop, wishes.limit, lambda text: voice.note("stopping", text)) as rings,
    ):
        done = pipeline.scan(
            site,
            store,
            clock=now,
            notify=notify,
            stop=stop,
            resume=unfinished,
            profile=wishes.profile,
            rescan=wishes.rescan,
            arp_pps=wishes.arp_rate,
            listen_for=wishes.listen_for,
            privileged=False if wishes.unprivileged else None,
            rules_folders=wishes.rules_folders,
            raw=raw,
        )
    _tell(done, database, voice, rings.why)


def _tell(done: Scan, database: Path, voice: Voice, why: str | None) -> None:
    """Say how the scan ended, and what to do next.

    Raises :class:`riskscan.errors.Interrupted` for a scan that can be resumed.
    """
    from riskscan.errors import Interrupted
    from riskscan.model import DeviceClass, ScanState, count_devices

    named = [d for d in done.devices if d.identity.device_class is not DeviceClass.UNKNOWN]
    known = len(named)
    if voice.json_lines is not None:
        _summarise(voice.json_lines, done, known, database)
    if done.state is not ScanState.COMPLETE:
        early = f"the scan stopped early{f', because {why}' if why else ''}"
        raise Interrupted(
            f"{early}; {len(done.devices)} finished devices are kept in {database}",
            f"go on with: sudo riskscan scan --resume --db {database}",
        )
    if not voice.quiet and voice.json_lines is None:
        addresses, devices = len(done.devices), count_devices(done.devices)
        where = "" if devices == addresses else f" at {addresses} addresses"
        known = count_devices(named)
        click.echo(f"{devices} devices found{where}, {known} identified, in {database}.")
        click.echo("Next: riskscan devices; riskscan assess; riskscan report -o report.pdf")


def _summarise(json_lines: JsonLines, done: Scan, known: int, database: Path) -> None:
    ended = done.ended_at or done.started_at
    json_lines.say(
        "summary",
        scan=done.id,
        state=done.state.value,
        profile=done.profile,
        devices=len(done.devices),
        identified=known,
        seconds=round((ended - done.started_at).total_seconds(), 1),
        database=str(database),
    )
