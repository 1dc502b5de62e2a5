"""The size that advice is tuned by: best fit over four attributes, raised by what was found.

The four attributes and their three classes are HICP's (405(d), main document, 2023). It asks for
the best fit over all of them; the largest number of attributes decides here. It does not say what
to do with a tie: the larger size is taken, because advice may be raised and never lowered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from riskscan.model import Answer, DeviceClass, PracticeSize, Profile, Scan

_ORDER = tuple(PracticeSize)

ATTRIBUTES: Mapping[str, tuple[str, Mapping[str, PracticeSize]]] = {
    question: (name, dict(zip(choices, _ORDER, strict=True)))
    for question, name, choices in (
        ("S01", "providers", ("1 to 10", "11 to 50", "more than 50")),
        ("S02", "IT", ("nobody of our own", "own IT staff", "own security team")),
        ("S03", "sites", ("one", "several", "a network of sites")),
        ("S04", "exchange partners", ("few", "several", "many")),
    )
}
"""Question id to what it asks, and which choice speaks for which size."""

FLEET = 10
"""riskscan baseline: so many medical devices are looked after as a fleet, whatever the practice."""


def profile(answers: Mapping[str, Answer], scan: Scan) -> Profile:
    """Return the size and why. It never removes a control of the Security Rule.

    Without a usable answer it is the size of the site file. What the scan finds raises the size
    for advice on medical devices alone: a solo practice with a CT does not need a security team,
    but its CT needs what a CT needs. Networks are not counted: two of them may stand in one
    building, so that only the answer to S03 tells of sites.
    """
    votes = {
        question: classes[answers[question].choice]
        for question, (_, classes) in ATTRIBUTES.items()
        if question in answers and answers[question].choice in classes
    }
    size = _best_fit(votes) if votes else scan.site.size
    reason = _because(votes, answers, size)
    devices, why = _called_for(scan)
    if devices is None or _ORDER.index(devices) <= _ORDER.index(size):
        return Profile(size, reason, len(votes))
    return Profile(size, f"{reason} {why}", len(votes), devices)


def _best_fit(votes: Mapping[str, PracticeSize]) -> PracticeSize:
    counts = Counter(votes.values())
    return max(counts, key=lambda size: (counts[size], _ORDER.index(size)))


def _because(
    votes: Mapping[str, PracticeSize], answers: Mapping[str, Answer], size: PracticeSize
) -> str:
    if not votes:
        return f"{size.value.capitalize()}, as the site file says; the four questions are open."
    counts = Counter(votes.values())
    said = ", ".join(
        f"{ATTRIBUTES[question][0]}: {answers[question].choice} ({fits.value})"
        for question, fits in votes.items()
    )
    tied = sum(count == counts[size] for count in counts.values()) > 1
    fit = "a tie, and the larger size counts" if tied else "the best fit"
    few = f"; {len(votes)} of 4 attributes answered" if len(votes) < len(ATTRIBUTES) else ""
    return f"{size.value.capitalize()} is {fit} over {said}{few}."


def _called_for(scan: Scan) -> tuple[PracticeSize | None, str]:
    """Return the size that the medical devices call for, and why in a sentence."""
    classes = Counter(device.identity.device_class for device in scan.devices)
    medical = sum(count for kind, count in classes.items() if kind.is_medical)
    raised = "Advice on medical devices is that for a medium practice, because"
    if classes[DeviceClass.IMAGING_MODALITY] and classes[DeviceClass.PACS_ARCHIVE]:
        return (
            PracticeSize.MEDIUM,
            f"{raised} the scan found an imaging device and an image archive on site.",
        )
    if medical >= FLEET:
        return PracticeSize.MEDIUM, f"{raised} the scan found {medical} medical devices."
    return None, ""
