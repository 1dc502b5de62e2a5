"""``riskscan replay``: whether an assessment on file comes out again, and what differs if not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskscan.cli.options import database_option, wanted_scan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riskscan.cli.tables import Row
    from riskscan.model import Assessment, Scan
    from riskscan.store import Store

_SHOWN = 40
"""Differences that the text lists; json has all."""


@click.command()
@click.argument("scan_id", metavar="[SCAN]", required=False)
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text")
@database_option
def replay(scan_id: str | None, format_: str, database: Path) -> None:
    """Compute the newest assessment of a scan once more, and compare. Keeps nothing.

    It rests on the stored scan, and on the answers, registers and decisions of its day. Old rules,
    checklists and knowledge are not kept: only today's can judge. While they are those of that
    day, the result must be the same to the byte. If they are newer, each difference is listed as a
    method change: it comes from the content of riskscan, or from fingerprint rules by which the
    devices were identified again, and nothing new was seen. Should a device have been corrected
    since (riskscan devices set), that is new evidence, and is named.

    The SHA-256 is that of the assessment on file; a report on it prints the same.

    Exits with 0 if it is the same or the difference is accounted for, else with 3.

    \b
    Example:
      riskscan replay
      riskscan replay S-20261121-120000-0a1b
      riskscan replay --format json
    """
    from riskscan import assess, pipeline
    from riskscan.errors import RiskscanError
    from riskscan.store import Store

    with Store.open(database, create=False, writer=False) as store:
        scan = wanted_scan(store, scan_id)
        filed = _filed(store, scan)
        again = pipeline.judge_again(store, scan, filed)
        corrected = _corrected_since(store, scan, filed)
        renamed = pipeline.renamed_since(store, scan, filed)
    told = _told(filed, again, corrected, renamed)
    if told["outcome"] == UNEXPLAINED:
        first = next(iter(assess.differences(filed, again)), None)
        what = f"{first.path} was {first.filed!r}, is {first.again!r}" if first else "the bytes"
        raise RiskscanError(_line(f"same content, another result: {what}"), _WHY)
    click.echo(json.dumps(told, indent=2, ensure_ascii=False) if format_ == "json" else _text(told))


SAME, METHOD, EVIDENCE, UNEXPLAINED = "same", "method change", "new evidence", "unexplained"

CONTENT, RULES = "content", "fingerprint rules"
"""What a method change can come from."""

_SECTIONS = ("risks", "controls", "statement", "actions")

_WHY = "please report it as a fault of riskscan, with the output of: riskscan --version"


def _filed(store: Store, scan: Scan) -> Assessment:
    """Return the newest assessment on file. Raises :class:`riskscan.errors.StoreError`."""
    from riskscan.errors import StoreError

    filed = store.assessment(scan.id)
    if filed is None:
        raise StoreError(
            f"scan {scan.id} has no assessment on file", f"run: riskscan assess --scan {scan.id}"
        )
    return filed


def _corrected_since(store: Store, scan: Scan, filed: Assessment) -> list[str]:
    """Return the addresses of devices that a person corrected after the assessment was filed."""
    from riskscan.model import marks_of

    later = {mark for c in store.corrections() if c.made_at > filed.made_at for mark in c.marks}
    return [str(d.address) for d in scan.devices if later.intersection(marks_of(d))]


def _told(
    filed: Assessment, again: Assessment, corrected: list[str], renamed: Sequence[str]
) -> Row:
    from riskscan import assess

    differing = assess.differences(filed, again)
    newer = _newer(filed, again, renamed)
    if assess.canonical(filed) == assess.canonical(again):
        outcome = SAME
    elif newer:
        outcome = f"{METHOD}, {EVIDENCE}" if corrected else METHOD
    else:
        outcome = EVIDENCE if corrected else UNEXPLAINED
    return {
        "scan": filed.scan_id,
        "made_at": filed.made_at.isoformat(),
        "outcome": outcome,
        "newer": newer,
        "sha256_filed": assess.fingerprint(filed),
        "sha256_again": assess.fingerprint(again),
        "content_filed": filed.content_revision,
        "content_today": again.content_revision,
        "rules_filed": filed.rules_revision,
        "rules_today": again.rules_revision,
        "corrected_since": corrected,
        "identified_again": list(renamed),
        "differences": [{"path": d.path, "filed": d.filed, "again": d.again} for d in differing],
    }


def _newer(filed: Assessment, again: Assessment, renamed: Sequence[str]) -> list[str]:
    """Name what riskscan judges by otherwise than on that day."""
    newer = []
    if filed.content_revision != again.content_revision:
        newer.append(CONTENT)
    # Assessments from before this was kept do not say which rules; their content differs anyway.
    renewed = filed.rules_revision not in ("", again.rules_revision)
    if renewed or renamed:
        newer.append(RULES)
    return newer


def _text(told: Row) -> str:
    differing, corrected, newer = told["differences"], told["corrected_since"], told["newer"]
    which = f"{' and '.join(newer)}; " if newer and told["outcome"] != SAME else ""
    content = f"content {told['content_filed']}"
    if told["content_filed"] != told["content_today"]:
        content = f"{content} then, {told['content_today']} today"
    about = f"assessment of {told['scan']}, {told['made_at']}, {content}"
    lines = [f"{told['outcome']}: {which}{about}"]
    lines.append(f"SHA-256 {told['sha256_filed']}")
    if told["rules_filed"] not in ("", told["rules_today"]):
        then, since = told["rules_filed"], told["rules_today"]
        lines.append(f"identified by rules {then} then, {since} since")
    if told["identified_again"]:
        lines.append(f"also identified again since: {', '.join(told['identified_again'])}")
    if corrected:
        lines.append(f"corrected by a person since: {', '.join(corrected)}")
    if told["outcome"] != SAME and not differing:
        lines.append("the method is newer; every finding, status, risk and action is the same")
    shown = sorted(differing, key=_weight)[:_SHOWN]
    lines += [f"  {d['path']}: {d['filed']} -> {d['again']}" for d in shown]
    if len(differing) > _SHOWN:
        lines.append(f"  ... and {len(differing) - _SHOWN} more; --format json lists all")
    return "\n".join(_line(line) for line in lines)


def _weight(difference: Row) -> tuple[bool, int, bool]:
    """Order by what matters: levels and statuses first, findings after them, mere ranks last."""
    path = difference["path"]
    rank = path.endswith(("].id", "].action", "].risks", "(order)"))
    section = path.partition("[")[0]
    place = _SECTIONS.index(section) if section in _SECTIONS else len(_SECTIONS)
    return rank, place, not path.endswith(("]", "].level", "].status"))


def _line(text: str) -> str:
    from riskscan.cli.tables import printable

    return printable(text)
