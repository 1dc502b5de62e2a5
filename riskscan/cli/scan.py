"""``riskscan scan``: look at a network."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskscan.cli.course import Voice, Wishes, raw_sockets, run
from riskscan.cli.json_lines import JsonLines
from riskscan.cli.limits import DURATION, WINDOW, Window, limit_of
from riskscan.cli.options import database_option, now

if TYPE_CHECKING:
    from riskscan.discover.raw.client import RawProcess
    from riskscan.model import Scan, Site
    from riskscan.store import Store

PROFILES = ("gentle", "standard", "thorough")


@click.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option(
    "--site",
    "site_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The practice's site.toml (see: riskscan init).",
)
@click.option("--practice", help="Name of the practice, when there is no site file.")
@click.option(
    "--exclude", multiple=True, metavar="WHAT", help="Address, network or MAC to leave alone."
)
@click.option(
    "--consent", metavar="NAME", help="Who allowed this scan, when there is no site file."
)
@click.option(
    "--allow-public", is_flag=True, help="Scan public addresses that you are authorised for."
)
@click.option("--allow-large", is_flag=True, help="Scan more than 65,536 addresses.")
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    help="How much is asked; fragile devices feel the same in each.  [default: gentle]",
)
@click.option(
    "--rescan",
    is_flag=True,
    help="Ask unchanged devices less: what is new, changed or due is asked in full.",
)
@click.option(
    "--arp-rate",
    type=click.IntRange(1, 2000),
    metavar="N",
    help="ARP requests a second; 10 where switches inspect ARP.  [default: 500]",
)
@click.option(
    "--listen",
    "listen_for",
    type=click.IntRange(0, 3600),
    default=0,
    metavar="SECONDS",
    help="First hear what devices announce, and send nothing meanwhile.  [default: 0]",
)
@click.option("--plan", is_flag=True, help="Say what would be sent and how long it takes; stop.")
@click.option(
    "--format", "format_", type=click.Choice(("text", "json")), help="Of the plan; text or json."
)
@click.option("--resume", "resume", is_flag=True, help="Go on with the newest unfinished scan.")
@click.option(
    "--max-duration", type=DURATION, metavar="TIME", help="Stop tidily after 45m, 2h or 1h30m."
)
@click.option(
    "--window",
    type=WINDOW,
    metavar="FROM-TO",
    help="Scan only within 20:00-06:00 (local time), and stop tidily at its end.",
)
@click.option("--now", "at_once", is_flag=True, help="Scan although the window is closed.")
@click.option("--unprivileged", is_flag=True, help="Do without raw sockets: slower, and sees less.")
@click.option(
    "--rules",
    "rules_folders",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A folder or file with fingerprint rules of your own.",
)
@click.option("--json-progress", is_flag=True, help="One JSON object a line on standard error.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing when all goes well.")
@database_option
def scan(
    targets: tuple[str, ...],
    site_file: Path | None,
    practice: str | None,
    exclude: tuple[str, ...],
    consent: str | None,
    allow_public: bool,
    allow_large: bool,
    profile: str | None,
    rescan: bool,
    arp_rate: int | None,
    listen_for: int,
    plan: bool,
    format_: str | None,
    resume: bool,
    max_duration: timedelta | None,
    window: Window | None,
    at_once: bool,
    unprivileged: bool,
    rules_folders: tuple[Path, ...],
    json_progress: bool,
    quiet: bool,
    database: Path,
) -> None:
    """Find every device on the network, gently, and remember it.

    TARGET is an address, a network (192.168.1.0/24) or a range (192.168.1.10-40).

    \b
    Example:
      sudo riskscan scan --site site.toml
      riskscan scan --plan --site site.toml
      sudo riskscan scan --listen 120 --site site.toml
      sudo riskscan scan --rescan --site site.toml
      sudo riskscan scan 192.168.1.0/24 --practice Lakeside --consent "Dr. Lake"
    """
    _refuse_contradictions(
        targets, site_file, profile, rescan, plan, format_, resume, json_progress, quiet
    )
    voice = Voice(quiet, JsonLines() if json_progress else None)
    with ExitStack() as stack:
        if voice.json_lines:
            stack.enter_context(voice.json_lines.errors())
        raw = stack.enter_context(raw_sockets(database, voice, wanted=not (plan or unprivileged)))
        given = None
        if not resume:
            given = _site(targets, site_file, practice, exclude, consent, allow_public, allow_large)
        if plan and given:
            wanted = {
                "profile": profile or PROFILES[0],
                "rescan": rescan,
                "arp_pps": arp_rate,
                "listen_for": 0 if unprivileged else listen_for,
            }
            _plan(given, wanted, format_ or "text", database)
            return
        limit = limit_of(now().astimezone(), max_duration, window, at_once=at_once)
        wishes = Wishes(
            profile or PROFILES[0],
            limit,
            unprivileged,
            rules_folders,
            rescan,
            arp_rate,
            listen_for,
        )
        _scan(given, database, wishes, voice, raw)


def _refuse_contradictions(
    targets: tuple[str, ...],
    site_file: Path | None,
    profile: str | None,
    rescan: bool,
    plan: bool,
    format_: str | None,
    resume: bool,
    json_progress: bool,
    quiet: bool,
) -> None:
    """Raises :class:`click.UsageError`."""
    if not resume and bool(targets) == (site_file is not None):
        raise click.UsageError("give either --site FILE or one or more targets.")
    if resume and targets:
        raise click.UsageError(
            "--resume goes on with the targets of the unfinished scan; give none."
        )
    if resume and profile:
        raise click.UsageError(
            "--resume goes on with the profile of the unfinished scan; give none."
        )
    if resume and rescan:
        raise click.UsageError("--resume goes on as the unfinished scan began; leave out --rescan.")
    if resume and plan:
        raise click.UsageError("--plan is for a new scan; give targets or --site FILE.")
    if format_ and not plan:
        raise click.UsageError("--format is the form of a --plan.")
    if json_progress and quiet:
        raise click.UsageError("give either --quiet or --json-progress.")


def _plan(site: Site, wanted: dict[str, Any], format_: str, database: Path) -> None:
    """Print what a scan would do; ``wanted`` is how :func:`riskscan.pipeline.plan` is asked."""
    from riskscan import pipeline
    from riskscan.cli.plan import show_plan
    from riskscan.store import Store

    if database.exists():
        with Store.open(database, create=False, writer=False) as store:
            reckoned = pipeline.plan(site, store, **wanted)
    else:
        reckoned = pipeline.plan(site, **wanted)
    show_plan(site.scope, reckoned, format_)


def _scan(
    given: Site | None, database: Path, wishes: Wishes, voice: Voice, raw: RawProcess | None
) -> None:
    """Scan a site, or go on with the unfinished scan if none is given."""
    from riskscan.store import Store

    with Store.open(database, create=given is not None) as store:
        if given is not None:
            run(store, given, None, wishes, voice, database, raw)
        else:
            unfinished = _unfinished(store)
            run(store, unfinished.site, unfinished, wishes, voice, database, raw)


def _site(
    targets: tuple[str, ...],
    site_file: Path | None,
    practice: str | None,
    exclude: tuple[str, ...],
    consent: str | None,
    allow_public: bool,
    allow_large: bool,
) -> Site:
    """Return the site to scan, from its file or from the command line."""
    from riskscan import discover
    from riskscan.config import load_site
    from riskscan.model import Consent, Site

    if site_file is not None:
        return load_site(site_file, allow_public=allow_public, allow_large=allow_large)
    scope = discover.parse_scope(
        targets, exclude, allow_public=allow_public, allow_large=allow_large
    )
    given = Consent(consent, on=date.fromisoformat(f"{now():%Y-%m-%d}")) if consent else None
    return Site(practice=practice or "Unnamed practice", scope=scope, consent=given)


def _unfinished(store: Store) -> Scan:
    """Return the newest scan that did not end.

    Raises :class:`riskscan.errors.ScanNotFound`.
    """
    from riskscan.errors import ScanNotFound
    from riskscan.model import ScanState

    newest = store.latest()
    if newest is None or newest.state is ScanState.COMPLETE:
        raise ScanNotFound(
            "there is no unfinished scan to go on with", "start one: sudo riskscan scan"
        )
    return newest
