"""Device exceptions, tested again by each scan.

An exception rests on what stands in for the repair: ports that nobody reaches. A scan that finds
one of them open ends it, and so does its day of review. A port that no scan asked is *not tested*:
then it holds on the word of who approved it, until that day and no longer. From inside the
clinical or the server network a port may be open as long as a test from elsewhere, on record,
could not reach it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from riskscan.assess.checks import CHECKS
from riskscan.assess.estate import name_of
from riskscan.assess.place import Outcome, Place, Port
from riskscan.model import (
    Decision,
    Device,
    DeviceException,
    Disposition,
    Entry,
    ExceptionResult,
    FdaSubmission,
    Finding,
    Known,
    Registers,
    Result,
    Scan,
    Zone,
)

_INNER = frozenset({Zone.CLINICAL, Zone.SERVER})
"""Networks that an excused device may stand in, and be reached from."""

_PORT = re.compile(r"(\d{1,5})(?:/(tcp|udp))?")

_FDA = {
    FdaSubmission.BEFORE: "Submitted to the FDA before 2023-03-29, so section 524B of the FD&C Act "
    "did not ask its maker for a plan against weaknesses.",
    FdaSubmission.AFTER: "Submitted to the FDA since 2023-03-29: section 524B of the FD&C Act asks "
    "the maker of a device that connects for a plan against weaknesses and for repairs. Ask for "
    "them.",
    FdaSubmission.NOT_A_DEVICE: "Not a device that the FDA reviews.",
    FdaSubmission.UNKNOWN: "It is not on record whether it was submitted to the FDA before or "
    "since 2023-03-29 (section 524B of the FD&C Act).",
}
"""FD&C Act section 524B, 21 USC 360n-2: submissions of cyber devices from 2023-03-29 on."""


@dataclass(frozen=True, slots=True)
class _Tested:
    """How the test of one exception came out."""

    holds: bool
    says: str
    ended: bool = False
    """It was in force, and is no more: its findings are open again."""


def retest(
    findings: Sequence[Finding],
    registers: Registers,
    scan: Scan,
    elsewhere: Sequence[Scan],
    today: date,
) -> tuple[tuple[Finding, ...], tuple[ExceptionResult, ...]]:
    """Return the findings, those that an exception excuses marked so, and each exception's test.

    A finding that a named person has decided about already keeps that decision.
    """
    own = Place.of(scan)
    others = tuple(p for each in elsewhere if (p := Place.of(each)).counts(today))
    marked = {finding.id: finding for finding in findings}
    results = []
    for entry, exception in registers.of(DeviceException):
        device = _device(exception.device, own)
        excused = tuple(_excused(exception, device, findings))
        tested = _test(exception, device, own, others, today)
        for finding in excused:
            marked[finding.id] = _mark(marked[finding.id], entry, exception, tested)
        results.append(_result(entry, exception, device, tested, excused))
    return tuple(marked[finding.id] for finding in findings), tuple(results)


def _device(named: str, own: Place) -> Device | None:
    """Find a device by its address, its MAC address or its key, however that is written."""
    said = named.strip().lower().replace("-", ":")
    known: Mapping[str, Device] = {d.key: d for d in own.scan.devices}
    return own.by_address.get(named.strip()) or own.by_mac.get(said) or known.get(said)


def _excused(
    exception: DeviceException, device: Device | None, findings: Sequence[Finding]
) -> Iterator[Finding]:
    if device is None:
        return
    checks = _words(exception.checks)
    for finding in findings:
        failed = finding.result is Result.FAIL and finding.address == str(device.address)
        if failed and finding.check in checks:
            yield finding


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _ports(text: str) -> Iterator[Port | str]:
    """Yield the ports of a list, and whatever is none as the text that it is."""
    for word in _words(text.lower()):
        match = _PORT.fullmatch(word)
        if match is None or not 0 < int(match[1]) < 65536:
            yield word
        else:
            yield match[2] or "tcp", int(match[1])


def _test(
    exception: DeviceException,
    device: Device | None,
    own: Place,
    others: Sequence[Place],
    today: date,
) -> _Tested:
    lacking = tuple(_lacking(exception))
    if lacking:
        return _Tested(False, f"It does not hold: it lacks {_listed(lacking)}.")
    if exception.review_on is not None and today > exception.review_on:
        return _Tested(False, f"It was to be reviewed by {exception.review_on}.", ended=True)
    return _blocked(exception, device, own, others)


def _lacking(exception: DeviceException) -> Iterator[str]:
    for value, name in (
        (exception.checks, "the checks that it excuses"),
        (exception.reason, "a reason"),
        (exception.control, "what stands in for the repair"),
        (exception.approver, "the name of who approved it"),
        (exception.review_on, "a day of review"),
    ):
        if value is None or not str(value).strip():
            yield name
    for check in _words(exception.checks):
        if check not in CHECKS:
            yield f"a check in place of “{check}”, which is none"
    for port in _ports(exception.blocked):
        if isinstance(port, str):
            yield f"a port in place of “{port}”, which is none"


def _blocked(
    exception: DeviceException, device: Device | None, own: Place, others: Sequence[Place]
) -> _Tested:
    """Test the ports that must stay unreachable, each from every place."""
    until = (
        f"it holds on the word of {exception.approver.strip()} until {exception.review_on} at most"
    )
    if device is None:
        return _Tested(True, f"Not tested by this scan, which did not see the device: {until}.")
    ports = [port for port in _ports(exception.blocked) if not isinstance(port, str)]
    if not ports:
        return _Tested(True, f"Not tested by this scan, for it names no port to test: {until}.")
    told: list[str] = []
    untested: list[str] = []
    for port in ports:
        opened, shut = _port(port, device, own, others)
        if opened:
            return _Tested(False, f"It no longer holds: {opened}.", ended=True)
        if shut:
            told.append(shut)
        else:
            untested.append(_named(port))
    if untested:
        told.append(f"{_listed(untested)} not tested by this scan: {until}")
    says = "; ".join(told)
    return _Tested(True, f"{says[0].upper()}{says[1:]}.")


def _port(port: Port, device: Device, own: Place, others: Sequence[Place]) -> tuple[str, str]:
    """Say where one port is open although it must not be, or else where it was found shut."""
    trials = [(place, place.test(device, port)) for place in (own, *others)]
    shut = [
        f"{place.name} on {trial.on}"
        for place, trial in trials
        if trial.outcome is Outcome.UNREACHED
    ]
    outside = any(
        place.zone in (Zone.GUEST, Zone.OFFICE) and trial.outcome is Outcome.UNREACHED
        for place, trial in trials
    )
    for place, trial in trials:
        if trial.outcome is Outcome.REACHED and not (place.zone in _INNER and outside):
            return f"{_named(port)} was open to the scan from {place.name} on {trial.on}", ""
    return "", f"{_named(port)} could not be reached from {_listed(shut)}" if shut else ""


def _named(port: Port) -> str:
    return f"port {port[1]}" if port[0] == "tcp" else f"port {port[1]}/{port[0]}"


def _listed(words: Sequence[str]) -> str:
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _mark(finding: Finding, entry: Entry, exception: DeviceException, tested: _Tested) -> Finding:
    if finding.decision is not None:
        return finding
    if not tested.holds:
        said = f"{exception.approver or 'nobody'} approved exception {entry.id}"
        why = f"{said}. {tested.says.rstrip('.')}"
        return replace(finding, reopened=why) if tested.ended else finding
    decision = Decision(
        finding=finding.id,
        evidence_hash=finding.evidence_hash,
        disposition=Disposition.EXCEPTION,
        person=exception.approver,
        made_at=entry.made_at,
        reason=exception.reason,
        until=exception.review_on,
        control=exception.control,
    )
    return replace(finding, decision=decision, reopened=None)


def _result(
    entry: Entry,
    exception: DeviceException,
    device: Device | None,
    tested: _Tested,
    excused: Sequence[Finding],
) -> ExceptionResult:
    if device is None:
        what = f"{exception.device}, {exception.model or 'not seen by this scan'}"
    else:
        what = f"{device.address}, {exception.model or name_of(device.identity.device_class)}"
    parts = [tested.says, _FDA[exception.fda]]
    if exception.supported is Known.NO:
        parts.append("Its maker no longer supports it.")
    if exception.statement.strip():
        parts.append(f"The maker's letter: {exception.statement.strip()}.")
    if tested.holds and not excused:
        parts.append("This scan found nothing that it would have to excuse.")
    findings = tuple(f.id for f in excused) if tested.holds else ()
    return ExceptionResult(entry.id, what, tested.holds, " ".join(parts), findings)
