"""Show the whole product: the clinic in a box, scanned, asked, judged and told."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from riskscan.config import load_answers, parse_entry, read_rows
from riskscan.model import (
    REGISTERS,
    Acceptance,
    ActionEntry,
    Content,
    Register,
    Scan,
)
from riskscan.pipeline.following import accept, follow
from riskscan.pipeline.judging import assess_only, judge, record_answers, record_entry
from riskscan.pipeline.scanning import Clock, Notify, scan
from riskscan.pipeline.telling import render, write
from riskscan.store import Store
from riskscan.store.private import make_folder


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """Where a demo left its results."""

    database: Path
    reports: tuple[Path, ...]
    devices: int
    complete: bool
    """Whether it is a risk analysis, or a technical scan report only."""
    answered: tuple[Path, ...] = ()
    """The filled interview and registers; none if the practice answered nothing."""


def demo(
    folder: Path,
    *,
    clock: Clock,
    notify: Notify,
    stop: threading.Event,
    formats: Sequence[str] = ("pdf", "html", "json"),
    answered: bool = True,
) -> DemoFiles:
    """Build the clinic in a box, scan it through this very pipeline, and write the reports.

    With ``answered``, what its practice says and keeps is taken in from the same files that
    anyone would import, and they are left beside the reports.

    The calling process ends up inside the lab's private network: no packet can reach a real one.
    Raises :class:`riskscan.errors.NamespacesDenied` where the kernel allows no such network.
    """
    from riskscan.lab import CLINIC, Lab, demo_files, demo_site

    database = folder / "riskscan.db"
    make_folder(database)
    with Lab(CLINIC) as lab:
        lab.enter()
        with Store.open(database) as store:
            done = scan(demo_site(), store, clock=clock, notify=notify, stop=stop)
            filled: tuple[Path, ...] = ()
            if answered and not stop.is_set():
                filled = write_answered(folder / "answered", demo_files(clock().date()))
                take_in(store, done, filled, clock())
            assessment = judge(store, done, now=clock())
            written = [
                write(
                    folder / f"riskscan-demo.{name}", render(store, done, format_=name, now=clock())
                )
                for name in formats
            ]
    return DemoFiles(database, tuple(written), len(done.devices), assessment.complete, filled)


def write_answered(folder: Path, texts: Mapping[str, str]) -> tuple[Path, ...]:
    """Write a filled interview and registers, each so that only its owner can read it."""
    make_folder(folder / "any")
    return tuple(write(folder / name, text.encode()) for name, text in texts.items())


def take_in(store: Store, scan: Scan, filled: Sequence[Path], now: datetime) -> None:
    """Keep filled answers (TOML) and registers (CSV, named after the register).

    Acceptances and actions come last: they speak of risks and actions that the rest decides.
    Raises :class:`riskscan.errors.ConfigError`.
    """
    following: list[tuple[Register, Path]] = []
    for path in filled:
        register = REGISTERS.get(path.stem)
        if register is None:
            record_answers(store, load_answers(path), now)
        elif register.content in (Acceptance, ActionEntry):
            following.append((register, path))
        else:
            for content in _rows(register, path):
                record_entry(store, register.name, content, scan.site.assessor, now)
    for register, path in following:
        _follow(store, scan, tuple(_rows(register, path)), now)


def _rows(register: Register, path: Path) -> Iterator[Content]:
    for line in read_rows(path, register):
        yield parse_entry(register, line.written, where=line.where)


def _follow(store: Store, scan: Scan, rows: Sequence[Content], now: datetime) -> None:
    assessment = assess_only(store, scan, now=now)
    risks = {risk.key: risk for risk in assessment.risks}
    actions = {action.key: action for action in assessment.actions}
    for said in rows:
        if isinstance(said, Acceptance) and said.risk in risks:
            accept(store, risks[said.risk], said, said.approver, now)
        elif isinstance(said, ActionEntry) and said.action in actions:
            follow(store, actions[said.action], said, said.owner, now)
        elif isinstance(said, ActionEntry):
            record_entry(store, "todo", said, said.owner, now)
