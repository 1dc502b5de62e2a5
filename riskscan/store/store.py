"""The database of one practice: scans, devices, assessments and answers, kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection

from riskscan.errors import ScanNotFound, StoreError, StoreTooNew
from riskscan.model import (
    REGISTERS,
    Address,
    Answer,
    Assessment,
    Begun,
    Correction,
    Decision,
    Device,
    Entry,
    Registers,
    Scan,
    ScanState,
    Stretch,
)
from riskscan.store import migrate, reading, writing
from riskscan.store.connection import open_engine, read_revision, settle
from riskscan.store.faults import spoken
from riskscan.store.lock import Lock
from riskscan.store.mapping import Row
from riskscan.store.private import make_folder, make_private


class Store:
    """An open database. Use it from one thread, and as a context manager.

    Every method raises a :class:`riskscan.errors.StoreError` when the file cannot be used; what
    was committed before stays.
    """

    def __init__(self, path: Path, connection: Connection, lock: Lock | None) -> None:
        self.path = path
        self._connection = connection
        self._lock = lock

    @classmethod
    def open(cls, path: Path | str, *, create: bool = True, writer: bool = True) -> Self:
        """Open a database, brought to the schema of this riskscan.

        A ``writer`` holds the lock until it is closed. A reader takes no lock, makes no database
        and works while another process writes; it only turns writer for a moment to upgrade the
        file of an older riskscan. Raises StoreLocked, StoreTooNew, StoreFull or StoreError.
        """
        path = Path(path)
        with spoken(path):
            _require(path, create=create and writer)
            return cls._open_writer(path) if writer else cls._open_reader(path)

    @classmethod
    def _open_writer(cls, path: Path) -> Self:
        make_folder(path)
        lock = Lock.take(path)
        try:
            if not path.exists():
                make_private(path)
            connection = open_engine(path, writer=True).connect()
            store = cls(path, connection, lock)
        except BaseException:
            lock.release()
            raise
        try:
            _bring_up(connection, path)
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def _open_reader(cls, path: Path) -> Self:
        store = cls(path, open_engine(path, writer=False).connect(), None)
        try:
            revision = _known_revision(store._connection, path)
            if revision is None:
                raise _empty(path)
        except BaseException:
            store.close()
            raise
        if revision == migrate.REVISIONS[-1]:
            return store
        store.close()
        cls._open_writer(path).close()
        return cls._open_reader(path)

    @property
    def is_writer(self) -> bool:
        return self._lock is not None

    def close(self) -> None:
        """Close the file and let the next writer in. Closing twice is harmless."""
        self._connection.close()
        self._connection.engine.dispose()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """One transaction: all that is written in it is kept, or nothing."""
        with spoken(self.path), self._connection.begin():
            yield self._connection

    def begin(self, scan: Scan) -> None:
        """Write down that a scan has begun, or that it goes on.

        Beginning a scan again that is running or incomplete resumes it: its devices stay, and
        :meth:`done` tells which. Raises StoreError if it is complete.
        """
        with self._transaction() as connection:
            row = reading.read_scan_row(connection, scan.id)
            if row is None:
                writing.add_scan(connection, scan)
            elif row["state"] == ScanState.COMPLETE:
                raise StoreError(
                    f"scan {scan.id} is complete and cannot go on", "begin a new scan instead"
                )
            else:
                writing.resume_scan(connection, scan)

    def record(self, scan_id: str, device: Device) -> None:
        """Keep a finished device, in one transaction; a device of that address is replaced.

        Its identity is marked with the rules revision of the scan. Raises ScanNotFound.
        """
        with self._transaction() as connection:
            row = _scan_row(connection, scan_id)
            writing.replace_device(connection, scan_id, device, row["rules_revision"])
            writing.drop_begun(connection, scan_id, device.address)

    def keep(
        self,
        scan_id: str,
        begun: Sequence[Begun],
        swept_at: datetime | None = None,
        stretches: Sequence[Stretch] = (),
    ) -> None:
        """Keep how far devices are that are not finished, in place of what was kept of them.

        ``stretches`` are added to those that were kept of the sweep; ``swept_at`` says that by then
        every address had been asked, and ends them. All is only for a scan that is resumed: a
        device counts as found when it is recorded. Raises ScanNotFound.
        """
        with self._transaction() as connection:
            _scan_row(connection, scan_id)
            writing.replace_begun(connection, scan_id, begun)
            writing.add_stretches(connection, scan_id, stretches)
            if swept_at is not None:
                writing.mark_swept(connection, scan_id, swept_at)

    def begun(self, scan_id: str) -> Mapping[Address, Begun]:
        """Return how far the unfinished devices of a scan are. Raises ScanNotFound."""
        with self._transaction() as connection:
            _scan_row(connection, scan_id)
            return {begun.address: begun for begun in reading.read_begun(connection, scan_id)}

    def stretches(self, scan_id: str) -> tuple[Stretch, ...]:
        """Return how a sweep came as far as it is, if it is not over. Raises ScanNotFound."""
        with self._transaction() as connection:
            _scan_row(connection, scan_id)
            return reading.read_stretches(connection, scan_id)

    def swept_at(self, scan_id: str) -> datetime | None:
        """Return when every address of a scan had been asked, if it was. Raises ScanNotFound."""
        with self._transaction() as connection:
            at: datetime | None = _scan_row(connection, scan_id)["swept_at"]
            return at

    def finish(self, scan: Scan) -> None:
        """Write down how a scan ended: its state, its end and its notices. Raises ScanNotFound."""
        with self._transaction() as connection:
            _scan_row(connection, scan.id)
            writing.finish_scan(connection, scan)
            if scan.state is ScanState.COMPLETE:
                writing.drop_begun(connection, scan.id)
                writing.drop_stretches(connection, scan.id)

    def load(self, scan_id: str) -> Scan:
        """Return a scan with its devices, by address. Raises ScanNotFound."""
        with self._transaction() as connection:
            return reading.read_scan(connection, _scan_row(connection, scan_id), devices=True)

    def latest(self, *, complete_only: bool = False) -> Scan | None:
        """Return the scan that began last, with its devices."""
        with self._transaction() as connection:
            found = reading.read_latest_id(connection, complete_only=complete_only)
            if found is None:
                return None
            return reading.read_scan(connection, _scan_row(connection, found), devices=True)

    def scans(self) -> tuple[Scan, ...]:
        """Return every scan without its devices, newest first."""
        with self._transaction() as connection:
            ids = reading.read_scan_ids(connection)
            rows = [_scan_row(connection, scan_id) for scan_id in ids]
            return tuple(reading.read_scan(connection, row, devices=False) for row in rows)

    def done(self, scan_id: str) -> frozenset[Address]:
        """Return the addresses of a scan that are finished. Raises ScanNotFound."""
        with self._transaction() as connection:
            _scan_row(connection, scan_id)
            return reading.read_done(connection, scan_id)

    def file_assessment(self, assessment: Assessment) -> None:
        """Keep an assessment beside the earlier ones of its scan. Raises ScanNotFound."""
        with self._transaction() as connection:
            _scan_row(connection, assessment.scan_id)
            writing.add_assessment(connection, assessment)

    def assessment(self, scan_id: str) -> Assessment | None:
        """Return the newest assessment of a scan, if it has one. Raises ScanNotFound."""
        with self._transaction() as connection:
            _scan_row(connection, scan_id)
            return reading.read_assessment(connection, scan_id)

    def add_answers(self, answers: Sequence[Answer], *, at: datetime) -> None:
        """Keep answers beside the earlier ones, all or none; ``at`` is now.

        An answers file may be read in again and again.
        """
        with self._transaction() as connection:
            given: dict[str, list[Answer]] = {}
            for answer in reading.read_answers(connection):
                given.setdefault(answer.question, []).append(answer)
            for answer in answers:
                before = given.setdefault(answer.question, [])
                if not _is_repeated(answer, before):
                    writing.add_answer(connection, answer, at)
                    before.append(answer)
                    before.sort(key=lambda each: each.on)

    def answers(self, until: datetime | None = None) -> tuple[Answer, ...]:
        """Return the newest answer to each question, by its id; as known ``until`` then."""
        with self._transaction() as connection:
            newest = {answer.question: answer for answer in reading.read_answers(connection, until)}
        return tuple(newest[question] for question in sorted(newest))

    def answer_history(self) -> tuple[Answer, ...]:
        """Return every answer ever given, by day; those of one day as they came in."""
        with self._transaction() as connection:
            return reading.read_answers(connection)

    def add_entry(self, entry: Entry) -> Entry:
        """Keep a word about an entry of a register, beside all that was said before.

        An entry without an id is a new one: it gets the next of its register. Returns what was
        kept. Raises ValueError for content that is not of the register's kind.
        """
        with self._transaction() as connection:
            if not entry.id:
                entry = replace(entry, id=_next_id(connection, entry.register))
            writing.add_entry(connection, entry)
            return entry

    def next_entry_id(self, register: str) -> str:
        """Return the id that a new entry of a register would get: one more than was ever given."""
        with self._transaction() as connection:
            return _next_id(connection, register)

    def registers(self, until: datetime | None = None) -> Registers:
        """Return the newest word about every entry that counts; as known ``until`` then."""
        with self._transaction() as connection:
            said = reading.read_entries(connection, until=until)
        newest = {(entry.register, entry.id): entry for entry in said}
        counting = [entry for entry in newest.values() if not entry.removed]
        order = list(REGISTERS)
        return Registers(
            tuple(sorted(counting, key=lambda e: (order.index(e.register), _number(e.id), e.id)))
        )

    def entry_history(self, register: str | None = None) -> tuple[Entry, ...]:
        """Return every word ever said about entries, of one register or of all, oldest first."""
        with self._transaction() as connection:
            return reading.read_entries(connection, register)

    def last_said(self) -> datetime | None:
        """Return when anything was last answered, entered in a register, or decided."""
        with self._transaction() as connection:
            return reading.read_last_said(connection)

    def reidentify(
        self,
        scan_id: str,
        devices: Iterable[Device],
        rules_revision: str,
        *,
        at: datetime | None = None,
    ) -> None:
        """Keep what devices of a scan are taken for by other rules, in one transaction.

        What was observed stays as it is. ``at`` is now. Raises ScanNotFound.
        """
        with self._transaction() as connection:
            _scan_row(connection, scan_id)
            for device in devices:
                writing.replace_identity(connection, scan_id, device, rules_revision)
            writing.mark_rules(connection, scan_id, rules_revision, at)

    def identified_at(self, scan_id: str) -> datetime | None:
        """Return when devices of a scan were last named again, if ever. Raises ScanNotFound."""
        with self._transaction() as connection:
            at: datetime | None = _scan_row(connection, scan_id)["identified_at"]
            return at

    def add_correction(self, correction: Correction) -> None:
        """Keep what a named person said of a device, beside all that was said before."""
        with self._transaction() as connection:
            writing.add_correction(connection, correction)

    def corrections(self) -> tuple[Correction, ...]:
        """Return all that was said of devices, oldest first."""
        with self._transaction() as connection:
            return reading.read_corrections(connection)

    def add_decision(self, decision: Decision) -> None:
        """Keep what a named person decided about a finding, beside all that was decided before."""
        with self._transaction() as connection:
            writing.add_decision(connection, decision)

    def decisions(self) -> tuple[Decision, ...]:
        """Return all that was decided about findings, oldest first."""
        with self._transaction() as connection:
            return reading.read_decisions(connection)


def _is_repeated(answer: Answer, given: Sequence[Answer]) -> bool:
    """Say whether an answer adds nothing: it is the newest, or an old one read in again."""
    if answer not in given:
        return False
    return answer == given[-1] or answer.on < given[-1].on


def _next_id(connection: Connection, register: str) -> str:
    given = reading.read_entry_ids(connection, register)
    last = max((_number(entry_id) for entry_id in given), default=0)
    return f"{REGISTERS[register].prefix}-{last + 1:02}"


def _number(entry_id: str) -> int:
    """Return the 3 of ``VEN-03``; 0 where there is none."""
    digits = entry_id.rpartition("-")[2]
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def _require(path: Path, *, create: bool) -> None:
    if path.is_dir():
        raise StoreError(f"{path} is a folder", "name a file in it, such as riskscan.db")
    if not create and not path.exists():
        raise StoreError(f"there is no database at {path}", "make one with: riskscan scan")


def _empty(path: Path) -> StoreError:
    return StoreError(f"{path} is empty: no scan was ever begun in it", "make one: riskscan scan")


def _known_revision(connection: Connection, path: Path) -> str | None:
    revision = read_revision(connection, path)
    if revision is not None and revision not in migrate.REVISIONS:
        raise StoreTooNew(
            f"{path} was written by a newer riskscan (schema {revision};"
            f" this one knows up to {migrate.REVISIONS[-1]})",
            "upgrade riskscan on this machine; the file was not changed",
        )
    return revision


def _bring_up(connection: Connection, path: Path) -> None:
    revision = _known_revision(connection, path)
    settle(connection)
    if revision == migrate.REVISIONS[-1]:
        return
    if revision is not None:
        migrate.copy_before(connection, path, migrate.REVISIONS[-1])
    migrate.upgrade(connection, path)


def _scan_row(connection: Connection, scan_id: str) -> Row:
    row = reading.read_scan_row(connection, scan_id)
    if row is None:
        known = reading.read_scan_ids(connection)
        hint = f"known scans: {', '.join(known[:10])}" if known else "no scan was ever begun in it"
        raise ScanNotFound(f"the database holds no scan {scan_id}", hint)
    return row
