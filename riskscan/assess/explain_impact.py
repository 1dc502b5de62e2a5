"""How bad one risk would be, in words: the worth of each kind of thing that it concerns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from riskscan.assess.answering import is_usable
from riskscan.assess.estate import Estate, name_of
from riskscan.assess.gaps import gaps
from riskscan.assess.grounds import newest
from riskscan.assess.practice import worth_parts
from riskscan.assess.worth import Valued, Worths
from riskscan.model import Answer, Assessment, DeviceClass, Registers, Risk, Scan


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of: an assessment, and the answers and registers that it rests on."""

    scan: Scan
    filed: Assessment
    answers: Sequence[Answer] = ()
    registers: Registers = field(default_factory=Registers)


def impact_lines(case: Told, risk: Risk) -> Iterator[str]:
    """Say how bad it is, and which kind of thing in the group makes it so."""
    impact = risk.impact
    yield (
        f"Impact: {impact.level}, the highest of confidentiality {impact.confidentiality}, "
        f"integrity {impact.integrity}, availability {impact.availability}."
    )
    parts = _parts(case, risk)
    for name, worth in parts:
        counts = " This counts." if worth.shown == impact else ""
        if counts and worth.patient_safety and any(_vies(other, worth) for _, other in parts):
            counts += " Of equal levels, that of harm to a patient comes first."
        yield f"  {_cells(name, worth)}.{counts}"
        if new := [sentence for sentence in worth.because if sentence not in risk.because]:
            yield f"    {' '.join(new)}"
    if all(worth.shown != impact for _, worth in parts):
        yield "  The cells on file are of an earlier method, and no longer stand here. This counts."


def _vies(one: Valued, other: Valued) -> bool:
    """Say whether something as bad holds no danger to a patient."""
    return one.shown.level is other.shown.level and not one.patient_safety


def _cells(name: str, worth: Valued) -> str:
    one = worth.shown
    safety = "; a patient may come to harm" if worth.patient_safety else ""
    return (
        f"{name}: confidentiality {one.confidentiality}, integrity {one.integrity}, availability "
        f"{one.availability}: {worth.harm}{safety}"
    )


def _parts(case: Told, risk: Risk) -> tuple[tuple[str, Valued], ...]:
    """Return what each kind of thing in the group is worth to this practice, with its name."""
    today = case.filed.made_at.date()
    estate = Estate.of(case.scan, case.registers)
    lately = {id: a for id, a in newest(case.answers).items() if is_usable(a, today)}
    worths = Worths.of(lately, case.registers, estate, today)
    gap = gaps().get(risk.check)
    if gap is not None:
        return worth_parts(gap, estate, case.registers, case.filed.vendors, worths)
    known = {estate.devices[a].identity.device_class for a in risk.members if a in estate.devices}
    classes = sorted(known or {DeviceClass.UNKNOWN})
    return tuple((name_of(c), worths.of_class(c)) for c in classes)
