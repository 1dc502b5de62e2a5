"""The sufficiency rule of a control: what each need of it comes to, and what is lacking.

The checklist says what is needed; one function here for each kind says whether it is there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from riskscan.assess import registered
from riskscan.assess.answering import is_usable
from riskscan.assess.evidence import Piece, about, sight, walk_questions
from riskscan.assess.grounds import FRESH, Grounds, plural, some_of
from riskscan.assess.registered import Held
from riskscan.model import (
    Answer,
    AnswerValue,
    Confidence,
    Control,
    ControlEvidence,
    EvidenceKind,
    Polarity,
    Proof,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A control, the fresh answer to it, and all that it may be judged by."""

    control: Control
    answer: Answer | None
    grounds: Grounds


def held(asked: Asked) -> Held:
    """Return what the needs of a control come to, in the order of the checklist."""
    rule = asked.grounds.rule(asked.control.id)
    parts = [_NEEDS[need](asked) for need in rule.needs]
    if rule.asks_whether:
        parts.append(_applies(asked))
    return Held(
        tuple(piece for part in parts for piece in part.pieces),
        tuple(sentence for part in parts for sentence in part.lacking),
    )


def _attest(asked: Asked) -> Held:
    if asked.answer is not None and asked.answer.value is AnswerValue.YES:
        return Held()
    return Held((), ("No named person says that it is so.",))


def _document(asked: Asked) -> Held:
    answer, wanted = asked.answer, asked.control.document
    if answer is None or not answer.document:
        return Held((), (f"The document was not sighted: {wanted}.",))
    dated = answer.document_on
    if dated is not None and asked.grounds.today - dated > FRESH:
        return Held((), (f"The document is of {dated}, more than a year old: {answer.document}.",))
    within = asked.grounds.rule(asked.control.id).document_within
    if within is None:
        return Held()
    if dated is None:
        return Held((), (f"The document's own date is not on record: {answer.document}.",))
    if answer.on - dated > timedelta(days=within):
        most = plural(within, "day")
        text = f"The document of {dated} was older than {most} when it was sighted on {answer.on}."
        return Held((), (text,))
    return Held()


def _applies(asked: Asked) -> Held:
    """A yes to whether a control applies does not say how it is met; a document may."""
    if asked.answer is not None and asked.answer.document:
        return Held()
    return Held((), ("It applies here, and no document was sighted that shows how it is met.",))


def _walk(asked: Asked) -> Held:
    open_ = []
    for id in walk_questions(asked.control.id):
        said = asked.grounds.answers.get(id)
        # A no is evidence of its own: it stands against the control.
        if said is None or not is_usable(said, asked.grounds.today):
            open_.append(id)
    if open_:
        return Held((), (f"The site walk has not shown it: {some_of(open_, 5)}.",))
    return Held()


def _scan(asked: Asked) -> Held:
    grounds = asked.grounds
    if grounds.today > grounds.scan_counts_until:
        text = f"The scan is of {grounds.scanned_on} and counted until {grounds.scan_counts_until}."
        return Held((), (text,))
    if not grounds.estate.devices:
        return Held((), ("The scan saw no device.",))
    looked = sight(about(asked.control, grounds), grounds)
    if looked.blind_important:
        count = plural(len(looked.blind_important), "important device")
        return Held((), (f"The scan could not check it on {count}.",))
    if not looked.suffices:
        count = plural(len(looked.blind_others), "device")
        return Held((), (f"The scan could not check it on {count}.",))
    return Held()


def _second_scan(asked: Asked) -> Held:
    grounds = asked.grounds
    earlier = grounds.previous
    if earlier is None:
        return Held((), ("There is no earlier scan: two dated scans make a technical evaluation.",))
    day = (earlier.ended_at or earlier.started_at).date()
    record = ControlEvidence(
        kind=EvidenceKind.SCAN,
        polarity=Polarity.SUPPORTS,
        says=f"There are two dated scans, of {day} and of {grounds.scanned_on}.",
        source=f"{earlier.id}, {grounds.estate.scan.id}",
        confidence=Confidence.HIGH,
        observed_on=grounds.scanned_on,
        expires_on=grounds.scan_counts_until,
    )
    if grounds.today > grounds.scan_counts_until:
        return Held((Piece(record),), (f"The last scan is of {grounds.scanned_on}.",))
    return Held((Piece(record),))


def _import(asked: Asked) -> Held:
    return Held((), (asked.grounds.rule(asked.control.id).import_says,))


_NEEDS: dict[Proof, Callable[[Asked], Held]] = {
    Proof.ATTEST: _attest,
    Proof.DOCUMENT: _document,
    Proof.WALK: _walk,
    Proof.SCAN: _scan,
    Proof.SECOND_SCAN: _second_scan,
    Proof.IMPORT: _import,
    Proof.ENCRYPTED: lambda asked: registered.encrypted(asked.grounds),
    Proof.RESTORE: lambda asked: registered.restore(asked.grounds),
    Proof.AGREEMENTS: lambda asked: registered.agreements(asked.grounds),
    Proof.CLAUSES: lambda asked: registered.clauses(asked.grounds),
    Proof.DEVICE_LIST: lambda asked: registered.device_list(asked.grounds),
    Proof.GONE_DEVICES: lambda asked: registered.gone_devices(asked.grounds),
}
