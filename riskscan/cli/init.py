"""``riskscan init``: describe the practice before the first scan."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from riskscan.cli.options import now

SIZES = ("small", "medium", "large")
ZONES = ("guest", "office", "clinical", "server")


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("site.toml"),
    show_default=True,
    help="Where to write.",
)
@click.option("--practice", help="Name of the practice.")
@click.option(
    "--size", type=click.Choice(SIZES), help="small: 1-10 providers, medium: 11-50, large: more."
)
@click.option("--network", "networks", multiple=True, metavar="NETWORK", help="Network to scan.")
@click.option(
    "--exclude", multiple=True, metavar="WHAT", help="Address, network or MAC never to touch."
)
@click.option("--consent", metavar="NAME", help="Who allows the scan.")
@click.option("--consent-role", metavar="ROLE", help="Their role in the practice.")
@click.option(
    "--patient-connected", metavar="TEXT", help="Which devices are connected to a patient."
)
@click.option("--assessor", metavar="NAME", help="Who runs the scan.")
@click.option("--vantage", metavar="PLACE", help="Where the scanning machine is plugged in.")
@click.option("--zone", type=click.Choice(ZONES), help="What kind of network that is.")
@click.option(
    "-y", "--yes", is_flag=True, help="Ask nothing; take what the options and defaults say."
)
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def init(
    output: Path,
    practice: str | None,
    size: str | None,
    networks: tuple[str, ...],
    exclude: tuple[str, ...],
    consent: str | None,
    consent_role: str | None,
    patient_connected: str | None,
    assessor: str | None,
    vantage: str | None,
    zone: str | None,
    yes: bool,
    force: bool,
) -> None:
    """Write site.toml: the practice, its networks, who allowed the scan.

    \b
    Example:
      riskscan init
      riskscan init --yes --practice "Lakeside Family Clinic" --network 192.168.1.0/24
    """
    from riskscan import discover
    from riskscan.config import render_site
    from riskscan.model import Consent, PracticeSize, Site, Zone

    if output.exists() and not force:
        raise click.UsageError(f"{output} exists already; edit it, or give --force.")
    ask = _Asker(silent=yes)
    name = ask("Name of the practice", practice, "Unnamed practice")
    chosen_size = ask("Size: small (1-10 providers), medium (11-50), large", size, "small", SIZES)
    # Cable and Wi-Fi may be on the same network.
    local = ", ".join(dict.fromkeys(str(s.network) for s in discover.local_segments()))
    wanted = ask("Networks to scan, with commas between", ", ".join(networks) or None, local)
    left_alone = ask(
        "Devices never to touch (addresses, networks, MACs)", ", ".join(exclude) or None, ""
    )
    connected = ask(
        "Which devices are connected to a patient right now, and are they excluded?",
        patient_connected,
        "not asked",
    )
    who = ask("Who allows this scan", consent, "")
    role = ask("Their role", consent_role, "") if who else ""
    assessed_by = ask("Who runs the scan (your name and firm)", assessor, "")
    plugged_in = ask("Where is this machine plugged in", vantage, "")
    kind = ask("What kind of network is that: " + ", ".join(ZONES) + ", or nothing if you do not "
               "know", zone, "", (*ZONES, ""))  # fmt: skip
    site = Site(
        practice=name,
        size=PracticeSize(chosen_size),
        scope=discover.parse_scope(_split(wanted), _split(left_alone)),
        consent=Consent(who, _today(), role, connected) if who else None,
        assessor=assessed_by,
        vantage=plugged_in,
        zone=Zone(kind) if kind else None,
    )
    _write(output, render_site(site))
    click.echo(f"{output} written. Read it through, then: sudo riskscan scan --site {output}")


class _Asker:
    """Asks a question unless an option answered it, or nothing may be asked."""

    def __init__(self, *, silent: bool) -> None:
        self._silent = silent

    def __call__(
        self, question: str, given: str | None, default: str, choices: tuple[str, ...] = ()
    ) -> str:
        if given is not None:
            return given
        if self._silent:
            return default
        kind = click.Choice(choices) if choices else click.STRING
        answer = click.prompt(question, default=default, type=kind, show_choices=False)
        return str(answer).strip()


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _today() -> date:
    return now().astimezone().date()


def _write(path: Path, text: str) -> None:
    from riskscan import pipeline

    pipeline.write(path, text.encode())
