"""``riskscan scan``: look at a network."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.options import database_option, now

if TYPE_CHECKING:
    from riskscan.model import Scan, Site
    from riskscan.store import Store


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
@click.option("--resume", "resume", is_flag=True, help="Go on with the newest unfinished scan.")
@click.option("--unprivileged", is_flag=True, help="Do without raw sockets: slower, and sees less.")
@click.option(
    "--rules",
    "rules_folders",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A folder or file with fingerprint rules of your own.",
)
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
    resume: bool,
    unprivileged: bool,
    rules_folders: tuple[Path, ...],
    quiet: bool,
    database: Path,
) -> None:
    """Find every device on the network, gently, and remember it.

    TARGET is an address, a network (192.168.1.0/24) or a range (192.168.1.10-40).

    \b
    Example:
      sudo riskscan scan --site site.toml
      sudo riskscan scan 192.168.1.0/24 --practice "Lakeside Family Clinic" --consent "Dr. Lake"
    """
    from riskscan.store import Store

    if not resume and bool(targets) == (site_file is not None):
        raise click.UsageError("give either --site FILE or one or more targets.")
    if resume and targets:
        raise click.UsageError(
            "--resume goes on with the targets of the unfinished scan; give none."
        )
    site = (
        None
        if resume
        else _site(targets, site_file, practice, exclude, consent, allow_public, allow_large)
    )
    with Store.open(database, create=not resume) as store:
        if site is not None:
            done = _run(store, site, None, unprivileged, rules_folders, quiet)
        else:
            unfinished = _unfinished(store)
            done = _run(store, unfinished.site, unfinished, unprivileged, rules_folders, quiet)
    _tell(done, database, quiet)


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


def _run(
    store: Store,
    site: Site,
    unfinished: Scan | None,
    unprivileged: bool,
    rules_folders: tuple[Path, ...],
    quiet: bool,
) -> Scan:
    from riskscan import pipeline
    from riskscan.cli.progress import listener
    from riskscan.cli.stopping import stoppable

    if site.consent is None and not quiet:
        click.echo(
            "note: nobody is recorded as having allowed this scan (--consent NAME)", err=True
        )
    with stoppable() as stop, listener(quiet=quiet) as notify:
        return pipeline.scan(
            site,
            store,
            clock=now,
            notify=notify,
            stop=stop,
            resume=unfinished,
            privileged=False if unprivileged else None,
            rules_folders=rules_folders,
        )


def _tell(done: Scan, database: Path, quiet: bool) -> None:
    """Say how the scan ended, and what to do next.

    Raises :class:`riskscan.errors.Interrupted` for a scan that can be resumed.
    """
    from riskscan.errors import Interrupted
    from riskscan.model import DeviceClass, ScanState

    known = sum(d.identity.device_class is not DeviceClass.UNKNOWN for d in done.devices)
    if done.state is not ScanState.COMPLETE:
        raise Interrupted(
            f"the scan stopped early; {len(done.devices)} finished devices are kept in {database}",
            f"go on with: sudo riskscan scan --resume --db {database}",
        )
    if not quiet:
        click.echo(f"{len(done.devices)} devices found, {known} identified, in {database}.")
        click.echo("Next: riskscan devices; riskscan assess; riskscan report -o report.pdf")
