"""How much of a weakness that no scan shows is left, by what answers and documents say.

What the practice has shown decides:

==========================================  ==========================  ======================
status of the deciding control              as shown                    at best
==========================================  ==========================  ======================
met, a document sighted or measured (A2+)   the weakness is gone        the same
met, attested only (A1)                     there                       gone
partial, with evidence that counts          there, one safeguard        gone, if it was a yes
partial otherwise                           there                       one safeguard, or gone
met by an alternative, on record            there, one safeguard        gone
not reasonable, documented                  there                       there
not met, by a no                            there                       there
not met, by what a scan saw alone           there                       there, one safeguard
not assessed                                there                       gone
not applicable, confirmed                   gone                        gone
question that does not apply, approved      gone, or one safeguard      the same
==========================================  ==========================  ======================

Evidence of a partial control counts if a scan or an import measured it, or if a document was
sighted for what no scan can see (training, policy, contract). Where several controls decide, the
weakest does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from riskscan.assess.gaps import Gap
from riskscan.model import (
    Answer,
    AnswerValue,
    Assurance,
    ControlResult,
    ControlStatus,
    EvidenceKind,
    Polarity,
    ScanPower,
)

THERE, SAFEGUARDED, GONE = 0, 1, 3
"""What is left of a weakness: all; one safeguard acts on it; nothing. Two safeguards are not
told apart from what answers say."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left of a weakness, as shown and at best, and what says so."""

    shown: int
    """:data:`THERE`, :data:`SAFEGUARDED` or :data:`GONE`."""
    best: int
    because: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    """What would settle it."""
    silent: bool = False
    """Whether nobody has said anything at all."""


def standing(
    gap: Gap, controls: Mapping[str, ControlResult], answers: Mapping[str, Answer]
) -> Standing:
    """Return what is left of a gap. ``answers`` are those that still count."""
    each = [
        _of_question(id, answers.get(id), gap) if id in gap.good else _of_leaf(controls.get(id), id)
        for id in gap.controls
    ]
    because = [told for s in each for told in s.because]
    if len(because) > 1 and len({(s.shown, s.best) for s in each}) > 1:
        because.append(f"The weakest of these {len(because)} decides.")
    return Standing(
        shown=min(s.shown for s in each),
        best=min(s.best for s in each),
        because=tuple(because),
        asks=tuple(id for s in each for id in s.asks),
        silent=all(s.silent for s in each),
    )


def _of_leaf(result: ControlResult | None, id: str) -> Standing:
    if result is None:
        return Standing(THERE, GONE, asks=(id,), silent=True)
    shown, best = _leaf_steps(result)
    best = max(shown, best)
    control = result.control
    told = (
        f"{control.title} ({control.citation}) is {result.status}{_by(result)}:"
        f" {_effect(shown, best, result)}."
    )
    open_ = best > shown
    silent = result.status is ControlStatus.NOT_ASSESSED
    return Standing(shown, best, (told,), (id,) if open_ else (), silent)


def _leaf_steps(result: ControlResult) -> tuple[int, int]:
    """What is left of the weakness as shown, and if what people said turns out to be so."""
    sighted = result.assurance.value >= Assurance.DOCUMENT.value
    match result.status:
        case ControlStatus.MET:
            return (GONE if sighted else THERE), GONE
        case ControlStatus.MET_ALTERNATIVE:
            return (SAFEGUARDED if sighted else THERE), GONE
        case ControlStatus.PARTIAL:
            return (SAFEGUARDED if _counts(result) else THERE), _best_of_partial(result)
        case ControlStatus.NOT_APPLICABLE:
            confirmed = result.assurance is not Assurance.NONE
            return (GONE if confirmed else THERE), GONE
        case ControlStatus.NOT_ASSESSED:
            return THERE, GONE
        case ControlStatus.NOT_MET:
            refused = result.answer is not None and result.answer.value is AnswerValue.NO
            return THERE, SAFEGUARDED if result.findings and not refused else THERE
        case ControlStatus.NOT_REASONABLE:
            return THERE, THERE


_NOTHING_SAID = (AnswerValue.UNKNOWN, AnswerValue.LATER)


def _counts(result: ControlResult) -> bool:
    """Say whether the evidence of a partial control is worth a step."""
    if result.findings:
        return False  # what was seen speaks against it
    measured = result.assurance.value >= Assurance.SCANNED.value or any(
        e.polarity is Polarity.SUPPORTS and e.kind in (EvidenceKind.SCAN, EvidenceKind.IMPORT)
        for e in result.evidence
    )
    unseeable = result.control.scan_power is ScanPower.NONE
    return measured or (result.assurance is Assurance.DOCUMENT and unseeable)


def _best_of_partial(result: ControlResult) -> int:
    said = result.answer.value if result.answer is not None else AnswerValue.UNKNOWN
    if result.findings or said is AnswerValue.PARTLY:
        return SAFEGUARDED if said is not AnswerValue.NO else THERE
    return THERE if said is AnswerValue.NO else GONE


def _of_question(id: str, answer: Answer | None, gap: Gap) -> Standing:
    if answer is None or answer.value in _NOTHING_SAID or _unapproved(answer):
        told = f"{id} has no answer: it takes nothing off the weakness, and in the best case all."
        return Standing(THERE, GONE, (told,), (id,), silent=True)
    said = answer.choice or answer.value.value
    if answer.value is AnswerValue.NOT_APPLICABLE:
        return _of_nothing(id, answer, gap)
    best = THERE
    if said in gap.good[id]:
        best = GONE
    elif said in gap.fair.get(id, ()) or answer.value is AnswerValue.PARTLY:
        best = SAFEGUARDED
    shown = best if answer.document else THERE
    sighted = f", {answer.document} sighted" if answer.document else ""
    told = (
        f"{id} was answered “{said}” by {answer.said_by} on {answer.on}{sighted}: "
        f"{_effect(shown, best, attested=not answer.document)}."
    )
    return Standing(shown, best, (told,), (id,) if best > shown else ())


def _unapproved(answer: Answer) -> bool:
    return answer.value is AnswerValue.NOT_APPLICABLE and not answer.approver.strip()


def _of_nothing(id: str, answer: Answer, gap: Gap) -> Standing:
    """What is left where a question does not apply, with its approver: nothing that it asks for.

    A gap that it covers in part only says so under "fair".
    """
    left = SAFEGUARDED if answer.value.value in gap.fair.get(id, ()) else GONE
    why = f" ({answer.note.rstrip('.')})" if answer.note else ""
    told = (
        f"{id} does not apply, said {answer.said_by} on {answer.on}{why}, approved by "
        f"{answer.approver}: {_effect(left, left)}."
    )
    return Standing(left, left, (told,))


def _by(result: ControlResult) -> str:
    answer = result.answer
    if answer is None:
        return f" (assurance {result.assurance})"
    sighted = f", {answer.document} sighted" if answer.document else ""
    return (
        f" (assurance {result.assurance}; answered “{answer.value}” by {answer.said_by} on "
        f"{answer.on}{sighted})"
    )


def _effect(
    shown: int, best: int, result: ControlResult | None = None, *, attested: bool = False
) -> str:
    """Say what follows for the weakness."""
    if result is not None and result.status is ControlStatus.NOT_REASONABLE:
        return "a decision on record, and the weakness stays"
    if result is not None and result.assurance is Assurance.ATTESTED:
        attested = result.answer is None or not result.answer.document
    now = {
        GONE: "it takes the weakness away",
        SAFEGUARDED: "it counts as one safeguard, one step down",
        THERE: "it takes nothing off the weakness",
    }[shown]
    if best == shown:
        return now
    then = {GONE: "it takes the weakness away", SAFEGUARDED: "it counts as one safeguard"}[best]
    why = " because nothing but a word shows it" if attested else ""
    return f"{now}{why}, and in the best case {then}"
