"""``riskscan devices set``: what a person knows of a device outranks every fingerprint."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.options import database_option, now, scan_option, wanted_scan

if TYPE_CHECKING:
    from riskscan.model import DeviceClass


@click.command("set")
@click.argument("address", metavar="ADDRESS")
@click.option("--class", "kind", metavar="CLASS", help="What it is; riskscan rules coverage lists.")
@click.option("--vendor", metavar="NAME", help="Who made it.")
@click.option("--product", metavar="NAME", help="What its maker calls it.")
@click.option("--location", metavar="PLACE", help="Where it stands.")
@click.option("--owner", metavar="WHO", help="Who answers for it.")
@click.option("--note", default="", help="How you know: the type plate, the purchase order ...")
@click.option(
    "--by", "author", envvar="RISKSCAN_PERSON", show_envvar=True, help="Your name, kept with it."
)
@scan_option
@database_option
def set_device(
    address: str,
    kind: str | None,
    vendor: str | None,
    product: str | None,
    location: str | None,
    owner: str | None,
    note: str,
    author: str | None,
    scan_id: str | None,
    database: Path,
) -> None:
    """Say what a device is, where it stands and who answers for it.

    Kept with your name and the date, in this scan and in all later ones: no fingerprint overrides
    it. The device is recognised by its serial number or MAC address, wherever it is plugged in.

    \b
    Example:
      riskscan devices set 192.168.1.23 --class lab_analyzer --product "Piccolo Xpress" \\
          --location "lab, bench 2" --owner "Dana Lake" --note "type plate" --by "R. Tech"
    """
    from riskscan import pipeline
    from riskscan.cli.inventory_rows import device_at, device_row, device_words
    from riskscan.cli.tables import printable
    from riskscan.model import Correction, marks_of
    from riskscan.store import Store

    device_class = _class_of(kind)
    words = {"vendor": vendor, "product": product, "location": location, "owner": owner}
    said = {name: text.strip()[:80] for name, text in words.items() if text and text.strip()}
    if not said and device_class is None:
        raise click.UsageError("say at least one of --class, --vendor, --product, --location ...")
    if not author or not author.strip():
        raise click.UsageError("say who you are: --by NAME, or set RISKSCAN_PERSON.")
    with Store.open(database, create=False) as store:
        scan = wanted_scan(store, scan_id)
        device = device_at(scan, address)
        correction = Correction(
            marks_of(device),
            author.strip()[:80],
            now(),
            device_class,
            said.get("vendor"),
            said.get("product"),
            said.get("location"),
            said.get("owner"),
            note.strip()[:200],
        )
        after = pipeline.correct(store, scan, device, correction)
    words_now = device_words(device_row(after))
    click.echo(printable(f"{after.address}: {words_now}, as {correction.author} says"))
    if correction.marks[0].startswith("address:"):
        click.echo("note: it shows no serial number and no MAC; it is recognised by its address")
    click.echo("Next: riskscan assess")


def _class_of(kind: str | None) -> DeviceClass | None:
    """Return the class that a person named. Raises :class:`click.UsageError`."""
    from difflib import get_close_matches

    from riskscan.model import DeviceClass

    if kind is None:
        return None
    wanted = kind.strip().lower().replace("-", "_").replace(" ", "_")
    known = [k.value for k in DeviceClass]
    if wanted in known:
        return DeviceClass(wanted)
    close = get_close_matches(wanted, known)
    hint = f"Did you mean {' or '.join(close)}?" if close else "riskscan rules coverage lists all."
    raise click.UsageError(f"{kind!r} is no device class. {hint}")
