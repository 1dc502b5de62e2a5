"""Tell someone: the report, the files, and the demonstration that ends in them."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from riskscan import assess, knowledge, report
from riskscan.errors import OutputError
from riskscan.model import (
    Event,
    Scan,
)
from riskscan.pipeline.judging import changes_since, current, is_outdated, judge
from riskscan.pipeline.scanning import scan
from riskscan.store import Store
from riskscan.store.private import make_folder, open_private

Clock = Callable[[], datetime]
Notify = Callable[[Event], None]


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
    )
    return report.EXPORTERS[format_](document)


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


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """Where a demo left its results."""

    database: Path
    reports: tuple[Path, ...]
    devices: int


def demo(
    folder: Path,
    *,
    clock: Clock,
    notify: Notify,
    stop: threading.Event,
    formats: Sequence[str] = ("pdf", "html", "json"),
) -> DemoFiles:
    """Build the clinic in a box, scan it through this very pipeline, and write the reports.

    The calling process ends up inside the lab's private network: no packet can reach a real one.
    Raises :class:`riskscan.errors.NamespacesDenied` where the kernel allows no such network.
    """
    from riskscan.lab import CLINIC, Lab, demo_site

    database = folder / "riskscan.db"
    make_folder(database)
    with Lab(CLINIC) as lab:
        lab.enter()
        with Store.open(database) as store:
            done = scan(demo_site(), store, clock=clock, notify=notify, stop=stop)
            judge(store, done, now=clock())
            written = [
                write(
                    folder / f"riskscan-demo.{name}", render(store, done, format_=name, now=clock())
                )
                for name in formats
            ]
    return DemoFiles(database, tuple(written), len(done.devices))
