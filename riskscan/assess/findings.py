"""Runs every check and keeps each result, whatever it is, as a finding with a stable id."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from riskscan.assess.judgement import Context, Judgement, Verdict
from riskscan.model import Check, Confidence, Device, Finding, Result


def run(checks: Mapping[str, Judgement], context: Context) -> tuple[Finding, ...]:
    """Judge every device, and the network, with every check: in the order of the checks.

    What does not apply leaves no finding. A check that raises leaves an ERROR, never a pass.
    """
    subjects = _subjects(context.devices)
    places = [(str(device.address), device.key) for device in context.devices]
    taken: set[str] = set()
    findings: list[Finding] = []
    # Asked device by device, so that each is sorted once; told check by check.
    verdicts = [[_ask(j, device, context) for j in checks.values()] for device in context.devices]
    for number, judgement in enumerate(checks.values()):
        for place, subject, told in zip(places, subjects, verdicts, strict=True):
            verdict = told[number]
            if verdict is not None:
                id = _id(judgement.check.id, subject, taken)
                findings.append(_finding(id, judgement.check, verdict, *place))
        for verdict in _ask_network(judgement, context):
            id = _id(judgement.check.id, verdict.subject, taken)
            findings.append(_finding(id, judgement.check, verdict))
    return tuple(findings)


def _subjects(devices: Iterable[Device]) -> list[str]:
    """Name each device in the ids of its findings: by its key, and by its address beyond the first.

    A router that is met under two addresses today and under one tomorrow keeps the ids of the
    first, and with them what was decided about them.
    """
    taken: set[str] = set()
    subjects = []
    for device in devices:
        key = device.key
        subjects.append(f"{key} {device.address}" if key in taken else key)
        taken.add(key)
    return subjects


def _ask(judgement: Judgement, device: Device, context: Context) -> Verdict | None:
    if judgement.of_device is None:
        return None
    try:
        return judgement.of_device(device, context)
    except Exception as fault:
        return _error(judgement, fault)


def _ask_network(judgement: Judgement, context: Context) -> Iterator[Verdict]:
    if judgement.of_network is None:
        return
    try:
        yield from judgement.of_network(context)
    except Exception as fault:
        yield _error(judgement, fault)


def _error(judgement: Judgement, fault: Exception) -> Verdict:
    kind = type(fault).__name__
    text = f"The check failed because of a fault in riskscan ({kind}); nothing is known."
    return Verdict(Result.ERROR, text, confidence=Confidence.LOW)


def _finding(
    id: str, check: Check, verdict: Verdict, address: str | None = None, key: str | None = None
) -> Finding:
    """Make a finding; one about the network has neither address nor key."""
    return Finding(
        id=id,
        check=check.id,
        address=address,
        device_key=key,
        result=verdict.result,
        severity=check.severity if verdict.severity is None else verdict.severity,
        confidence=verdict.confidence,
        summary=verdict.summary,
        evidence=verdict.evidence,
    )


def _id(check: str, subject: str, taken: set[str]) -> str:
    """Name a finding by check and subject; should two names collide, the later one moves on."""
    text = f"{check}\n{subject}"
    while True:
        id = f"F-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        if id not in taken:
            taken.add(id)
            return id
        text += "\n"
