"""Say what stored devices are and what a scan means; sends no packet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from riskscan import assess, identify, knowledge
from riskscan.identify import RuleSet, corrected
from riskscan.model import (
    Answer,
    Assessment,
    Change,
    Content,
    Correction,
    Decision,
    Device,
    Entry,
    Scan,
    compare,
)
from riskscan.pipeline.memory import complete_scans, from_here, scans_elsewhere
from riskscan.store import Store


def reidentify(
    store: Store, scan: Scan, rules: RuleSet, now: datetime
) -> tuple[tuple[Device, Device], ...]:
    """Say again what the devices of a stored scan are, and keep it; sends no packet.

    Returns each device of which something changed, before and after. Corrections stay in force.
    """
    corrections = store.corrections()
    again = [corrected(identify.identify(d.host, rules), corrections) for d in scan.devices]
    store.reidentify(scan.id, again, rules.revision, at=now)
    pairs = zip(scan.devices, again, strict=True)
    return tuple((old, new) for old, new in pairs if old.identity != new.identity)


def correct(store: Store, scan: Scan, device: Device, correction: Correction) -> Device:
    """Keep what a named person says of a device, and let it stand in this scan at once."""
    store.add_correction(correction)
    rules = identify.load_rules()
    after = corrected(identify.identify(device.host, rules), store.corrections())
    store.reidentify(scan.id, [after], scan.rules_revision, at=correction.made_at)
    return after


def judge(store: Store, scan: Scan, *, now: datetime, answers: Sequence[Answer] = ()) -> Assessment:
    """Say what a stored scan means, together with what the practice answered; sends no packet."""
    if answers:
        store.add_answers(answers, at=now)
    assessment = assess_only(store, scan, now=now)
    store.file_assessment(assessment)
    return assessment


def assess_only(store: Store, scan: Scan, *, now: datetime) -> Assessment:
    """Say what a stored scan means without writing it down: for a reader of the database."""
    return assess.assess(
        scan,
        answers=store.answers(),
        registers=store.registers(),
        decisions=store.decisions(),
        knowledge=knowledge.load(),
        now=now,
        previous=_before(store, scan, now),
        elsewhere=scans_elsewhere(store, scan, now),
    )


def current(store: Store, scan: Scan, *, now: datetime) -> Assessment:
    """Return the assessment on file, or one of ``now`` if there is none or it no longer holds."""
    filed = store.assessment(scan.id)
    if filed is None or is_outdated(store, scan, filed, now):
        return assess_only(store, scan, now=now)
    return filed


def is_outdated(store: Store, scan: Scan, filed: Assessment, now: datetime) -> bool:
    """Say whether something was said, ran out, or was seen from elsewhere since it was filed."""
    said = store.last_said()
    if said is not None and said > filed.made_at:
        return True
    if runs_out(filed, now.date()):
        return True
    return any(other.ended_at and other.ended_at > filed.made_at
               for other in scans_elsewhere(store, scan, now))  # fmt: skip


def runs_out(filed: Assessment, today: date) -> bool:
    """Say whether a decision, an acceptance or a record of decision ended since the filing."""
    if any(f.decision and f.decision.why_void(f.evidence_hash, today) for f in filed.findings):
        return True
    ends = [r.acceptance.until for r in filed.risks if r.acceptance]
    ends += [c.decision.review_on for c in filed.controls if c.decision]
    return any(end is not None and filed.made_at.date() <= end < today for end in ends)


def judge_again(store: Store, scan: Scan, filed: Assessment) -> Assessment:
    """Judge a stored scan as on the day of ``filed``, with the rules of today; keeps nothing.

    Nothing enters that was said, decided or seen after ``filed`` was made.
    """
    then = filed.made_at
    return assess.replay(
        filed,
        scan,
        answers=store.answers(until=then),
        registers=store.registers(until=then),
        decisions=store.decisions(),
        knowledge=knowledge.load(),
        previous=_before(store, scan, then),
        elsewhere=scans_elsewhere(store, scan, then),
    )


def renamed_since(store: Store, scan: Scan, filed: Assessment) -> tuple[str, ...]:
    """Return the other scans that ``filed`` rests on whose devices were identified again since.

    The one before it, and those from elsewhere. Of the scan itself its rules revision tells.
    """
    then = filed.made_at
    before = _before(store, scan, then)
    beside = (*((before,) if before else ()), *scans_elsewhere(store, scan, then))
    times = {other.id: store.identified_at(other.id) for other in beside}
    return tuple(id for id, at in times.items() if at is not None and at > then)


def decide(store: Store, scan: Scan, decision: Decision, *, now: datetime) -> Assessment:
    """Keep what a named person decided about a finding, and judge the scan again with it."""
    store.add_decision(decision)
    return judge(store, scan, now=now)


def record_answers(store: Store, answers: Sequence[Answer], now: datetime) -> None:
    """Keep answers at once, each beside what was said before; judges nothing."""
    store.add_answers(answers, at=now)


def record_entry(
    store: Store,
    register: str,
    content: Content,
    person: str,
    now: datetime,
    entry_id: str | None = None,
    reason: str = "",
    removed: bool = False,
) -> Entry:
    """Keep a word about an entry of a register at once; without an id it is a new entry.

    Raises ValueError for content that is not of the register's kind. Judges nothing.
    """
    word = Entry(register, entry_id or "", content, person, now, reason, removed)
    return store.add_entry(word)


def previous_of(store: Store, scan: Scan) -> Scan | None:
    """Return the newest complete scan before this one, of the same networks from the same place."""
    return _before(store, scan, None)


def _before(store: Store, scan: Scan, until: datetime | None) -> Scan | None:
    """Return the scan before this one; only one that had ended ``until`` then, if given."""
    for other in from_here(complete_scans(store, scan), scan):
        if until is None or (other.ended_at is not None and other.ended_at <= until):
            return store.load(other.id)
    return None


def changes_since(store: Store, scan: Scan) -> tuple[Change, ...]:
    """Return what differs from the scan before; nothing if this is the first."""
    previous = previous_of(store, scan)
    return compare(previous, scan) if previous else ()
