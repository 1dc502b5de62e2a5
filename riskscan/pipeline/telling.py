"""Tell someone: the report, and the files it ends in."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from riskscan import assess, knowledge, report
from riskscan.errors import OutputError
from riskscan.model import Assessment, Scan
from riskscan.pipeline.judging import changes_since, current, is_outdated, judge, previous_of
from riskscan.store import Store
from riskscan.store.private import open_private


def render(store: Store, scan: Scan, *, format_: str, now: datetime) -> bytes:
    """Return the report on a stored scan; a scan that was never assessed is assessed first.

    So is one of which something was said or ran out since, if the store can be written: what is
    reported should be on file, or it could not be replayed.
    """
    filed = store.assessment(scan.id)
    if filed is None or (store.is_writer and is_outdated(store, scan, filed, now)):
        judge(store, scan, now=now)
    assessment = current(store, scan, now=now)
    known = knowledge.load()
    document = report.compose(
        scan,
        assessment,
        checks=assess.CHECK_TEXTS,
        changes=changes_since(store, scan),
        knowledge_as_of=known.as_of,
        knowledge=known.feeds,
        registers=store.registers(until=assessment.made_at),
        answers=store.answer_history(),
        asked=assess.questions(),
        before=_before(store, scan),
        fingerprint=assess.fingerprint(assessment),
    )
    return report.EXPORTERS[format_](document)


def _before(store: Store, scan: Scan) -> Assessment | None:
    """Return the analysis on file that this one replaces: of the scan before, from here."""
    previous = previous_of(store, scan)
    return store.assessment(previous.id) if previous else None


def write(path: Path, content: bytes) -> Path:
    """Write a file so that only its owner can read it, and never half of it.

    Under sudo it belongs to the person who called sudo. Raises
    :class:`riskscan.errors.OutputError`.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(open_private(partial, os.O_EXCL), "wb") as file:
            file.write(content)
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise OutputError(
            f"cannot write {path}: {error.strerror}",
            "choose another place with -o, or free some space",
        ) from error
    return path
