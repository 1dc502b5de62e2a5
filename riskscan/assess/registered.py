"""What the practice's registers say of a control: each register held against the scan.

A system that its owner calls unencrypted, or a vendor without an agreement, is the practice's own
word against itself; a device that is on the network and not on the list was observed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from riskscan.assess.evidence import Piece
from riskscan.assess.grounds import FRESH, IMPORT_FRESH, Grounds, plural, some_of
from riskscan.assess.library import criticality
from riskscan.model import (
    CLASS_GROUPS,
    AnswerValue,
    ChangeKind,
    Confidence,
    ControlEvidence,
    Device,
    DeviceClass,
    Entry,
    EvidenceKind,
    Known,
    Level,
    ListedDevice,
    Polarity,
    Registers,
    Scan,
    System,
    Vendor,
    compare,
)

_KEEPERS = ("Medical devices", "Health IT", "Servers and computers", "Printers and scanners")


@cache
def keeps_data() -> frozenset[DeviceClass]:
    """Return the classes of which a device keeps patient data on a disk of its own."""
    diskless = {DeviceClass.OOB_MANAGEMENT, DeviceClass.THIN_CLIENT}
    return frozenset(
        device_class
        for group in _KEEPERS
        for device_class in CLASS_GROUPS[group]
        if criticality()[device_class].impact.confidentiality >= Level.MODERATE
        and device_class not in diskless
    )


_SAID, _SEEN = EvidenceKind.ATTEST, EvidenceKind.SCAN


@dataclass(frozen=True, slots=True)
class Held:
    """What one need of a control came to: evidence, and what is lacking, a sentence each."""

    pieces: tuple[Piece, ...] = ()
    lacking: tuple[str, ...] = ()


def encrypted(grounds: Grounds) -> Held:
    """Hold the device list and the systems register against every device that keeps data."""
    known = dict(_listed_encryption(grounds))
    systems = [(e, s) for e, s in grounds.registers.of(System) if s.encrypted is not Known.UNKNOWN]
    for entry, system in systems:
        for address in system.addresses.split():
            known.setdefault(address, (entry, system.encrypted))
    scope = [d for d in grounds.estate.devices.values() if d.identity.device_class in keeps_data()]
    good = [d for d in scope if known.get(str(d.address), (None, Known.UNKNOWN))[1] is Known.YES]
    pieces = [*_bare_devices(scope, known, grounds), *_bare_systems(grounds)]
    if good:
        says = f"The practice's lists call {len(good)} of {plural(len(scope), 'device')} encrypted."
        source = some_of(list(dict.fromkeys(known[str(d.address)][0].id for d in good)), 5)
        oldest = min(known[str(d.address)][0].made_at.date() for d in good)
        made = _record(EvidenceKind.IMPORT, Polarity.SUPPORTS, says, source, oldest, IMPORT_FRESH)
        pieces.append(Piece(_covering(made, len(good), len(scope))))
    lacking = _uncovered(scope, {str(d.address) for d in good}, grounds)
    unsaid = [e.id for e, s in grounds.registers.of(System) if s.encrypted is Known.UNKNOWN]
    if unsaid:
        lacking.append(f"It is not known whether {some_of(unsaid)} is encrypted.")
    if not any(p.polarity is Polarity.SUPPORTS for p in pieces) and not lacking:
        lacking.append("No list says of any device or system that it is encrypted.")
    return Held(tuple(pieces), tuple(lacking))


def _listed_encryption(grounds: Grounds) -> Iterator[tuple[str, tuple[Entry, Known]]]:
    """Yield address, entry and word of each listed device; a yes counts for 30 days."""
    for address, (entry, listed) in on_list(grounds.estate.scan, grounds.registers).items():
        stale = grounds.today - entry.made_at.date() > IMPORT_FRESH
        if listed.encrypted is Known.NO or (listed.encrypted is Known.YES and not stale):
            yield address, (entry, listed.encrypted)


def _bare_devices(
    scope: Sequence[Device], known: dict[str, tuple[Entry, Known]], grounds: Grounds
) -> Iterator[Piece]:
    bare = [str(d.address) for d in scope if known.get(str(d.address), (None, None))[1] is Known.NO]
    if bare:
        says = f"The practice's lists call {some_of(bare)} unencrypted."
        source = some_of(list(dict.fromkeys(known[a][0].id for a in bare)), 5)
        made = _record(_SAID, Polarity.REFUTES, says, source, grounds.today)
        yield Piece(_covering(made, len(bare), len(scope)), tuple(bare))


def _bare_systems(grounds: Grounds) -> Iterator[Piece]:
    """Yield systems without an address here, such as cloud ones and disks, that are unencrypted."""
    for entry, system in grounds.registers.of(System):
        here = set(system.addresses.split()) & set(grounds.estate.devices)
        if system.encrypted is Known.NO and not here:
            says = f"{system.name} is not encrypted ({entry.id})."
            on = entry.made_at.date()
            yield Piece(_record(_SAID, Polarity.REFUTES, says, entry.id, on))
        elif system.encrypted is Known.YES and not here:
            says = f"{system.name} is encrypted, as the systems register says ({entry.id})."
            on = entry.made_at.date()
            yield Piece(_record(_SAID, Polarity.SUPPORTS, says, entry.id, on))


def _uncovered(scope: Sequence[Device], good: set[str], grounds: Grounds) -> list[str]:
    """Say which devices no list calls encrypted: every important one, 95 % of the others."""
    left = [d for d in scope if str(d.address) not in good]
    important = [d for d in left if grounds.estate.worth(str(d.address)) >= Level.HIGH]
    others = [d for d in left if d not in important]
    worth = sum(grounds.estate.worth(str(d.address)) < Level.HIGH for d in scope)
    named = important or (others if len(others) * 20 > worth else [])
    if not named:
        return []
    where = some_of([str(d.address) for d in named])
    return [f"No list of the last 30 days calls {where} encrypted."]


def restore(grounds: Grounds) -> Held:
    """Look for the date of a tested restore: of a system, or in the answer on restores."""
    pieces = []
    for entry, system in grounds.registers.of(System):
        if system.restored_on is not None and system.restored_on <= grounds.today:
            says = f"A restore of {system.name} was tested on {system.restored_on} ({entry.id})."
            on = system.restored_on
            pieces.append(Piece(_record(_SAID, Polarity.SUPPORTS, says, entry.id, on)))
    said = grounds.answers.get("E12")
    if said is not None and said.value is AnswerValue.YES and said.document_on is not None:
        says = f"{said.said_by} named a restore test of {said.document_on}: {said.document}."
        made = _record(_SAID, Polarity.SUPPORTS, says, said.question, said.document_on)
        pieces.append(Piece(made))
    if any(grounds.today - p.record.observed_on <= FRESH for p in pieces):
        return Held(tuple(pieces))
    return Held(tuple(pieces), ("No restore test of the last twelve months is on record.",))


_GOOD_AGREEMENT = frozenset({"agreement on file", "not needed"})


def agreements(grounds: Grounds) -> Held:
    """Judge the vendors, those of the register and those seen on the network."""
    pieces, lacking = [], []
    filed = [v for v in grounds.vendors if v.status == "agreement on file"]
    days = {entry.id: entry.made_at.date() for entry, _ in grounds.registers.of(Vendor)}
    for vendor in grounds.vendors:
        on = days.get(vendor.entry, grounds.scanned_on)
        source = vendor.entry or "vendors seen"
        if vendor.status == "no agreement on file":
            says = f"{vendor.name}: no agreement on file. {vendor.says}"
            kind = _SAID if vendor.entry else _SEEN
            pieces.append(
                Piece(_record(kind, Polarity.REFUTES, says, source, on), vendor.addresses)
            )
        elif vendor.status not in _GOOD_AGREEMENT:
            lacking.append(f"{vendor.name}: {vendor.status}.")
    if filed:
        says = f"Agreements are on file with {some_of([v.name for v in filed])}."
        source = some_of([v.entry for v in filed], 5)
        oldest = min(days.get(v.entry, grounds.today) for v in filed)
        pieces.append(Piece(_record(_SAID, Polarity.SUPPORTS, says, source, oldest)))
    if not any(v.entry for v in grounds.vendors):
        lacking.append("No vendor is listed in the vendors register.")
    return Held(tuple(pieces), tuple(lacking))


def clauses(grounds: Grounds) -> Held:
    """Ask of each agreement in the vendors register whether it holds the three clauses."""
    pieces = []
    bound = [
        (entry, v)
        for entry, v in grounds.registers.of(Vendor)
        if v.sees_patient_data is not Known.NO
    ]
    for entry, vendor in bound:
        if vendor.clauses is Known.NO:
            says = f"The agreement with {vendor.name} lacks a clause of the three ({entry.id})."
            on = entry.made_at.date()
            pieces.append(Piece(_record(_SAID, Polarity.REFUTES, says, entry.id, on)))
    good = [(e, v) for e, v in bound if v.clauses is Known.YES]
    if good:
        says = (
            f"The three clauses stand in the agreements with {some_of([v.name for _, v in good])}."
        )
        source = some_of([e.id for e, _ in good], 5)
        oldest = min(e.made_at.date() for e, _ in good)
        pieces.append(Piece(_record(_SAID, Polarity.SUPPORTS, says, source, oldest)))
    unsaid = [v.name for _, v in bound if v.clauses is Known.UNKNOWN]
    lacking = [f"It is not known whether the agreement with {some_of(unsaid)} has them."]
    if not bound:
        lacking = ["No vendor is listed in the vendors register."]
    return Held(tuple(pieces), tuple(lacking) if unsaid or not bound else ())


def device_list(grounds: Grounds) -> Held:
    """Hold the practice's own list of devices against what the scan saw (164.310(d)(2)(iii))."""
    entries = [(e, d) for e, d in grounds.registers.of(ListedDevice) if d.gone_on is None]
    if not entries:
        return Held((), ("The practice's own list of devices was not read in.",))
    matched = on_list(grounds.estate.scan, grounds.registers)
    unlisted = [a for a in grounds.estate.devices if a not in matched]
    found = {entry.id for entry, _ in matched.values()}
    missing = [(e, d) for e, d in entries if e.id not in found]
    pieces = []
    if unlisted:
        says = f"On the network and not on the list: {some_of(unlisted)}."
        made = _record(_SEEN, Polarity.REFUTES, says, "inventory", grounds.scanned_on)
        covered = _covering(made, len(unlisted), len(grounds.estate.devices))
        pieces.append(Piece(covered, tuple(unlisted)))
    if missing:
        says = f"On the list and not seen: {some_of([d.name for _, d in missing])}."
        source = some_of([e.id for e, _ in missing], 5)
        made = _record(_SEEN, Polarity.REFUTES, says, source, grounds.scanned_on)
        pieces.append(Piece(_covering(made, len(missing), len(entries))))
    if both := len(matched):
        says = f"{plural(both, 'device')} of the network stand on the practice's own list."
        oldest = min(e.made_at.date() for e, _ in matched.values())
        source = some_of(sorted(found), 5)
        made = _record(EvidenceKind.IMPORT, Polarity.SUPPORTS, says, source, oldest, FRESH)
        pieces.append(Piece(_covering(made, both, len(grounds.estate.devices))))
    return Held(tuple(pieces))


def gone_devices(grounds: Grounds) -> Held:
    """Ask after each device that kept patient data, was seen before, and is no longer there."""
    retired = [(e, d) for e, d in grounds.registers.of(ListedDevice) if d.gone_on is not None]
    pieces = []
    for entry, listed in retired:
        on = entry.made_at.date()
        if listed.disposal:
            says = f"{listed.name}, gone since {listed.gone_on}: {listed.disposal} ({entry.id})."
            pieces.append(Piece(_record(_SAID, Polarity.SUPPORTS, says, entry.id, on)))
        else:
            says = f"{listed.name} is gone since {listed.gone_on}, without a record ({entry.id})."
            pieces.append(Piece(_record(_SAID, Polarity.REFUTES, says, entry.id, on)))
    explained = {m.lower() for _, d in retired for m in (d.mac, d.address) if m}
    asked = [
        f"{d.name} at {d.address}"
        for d in _vanished(grounds)
        if not {str(d.address), (d.host.mac or "").lower()} & explained
    ]
    if not asked:
        return Held(tuple(pieces))
    lacking = f"Seen before and no longer there: {some_of(asked)}. Where did it go?"
    return Held(tuple(pieces), (lacking,))


def _vanished(grounds: Grounds) -> Iterable[Device]:
    if grounds.previous is None:
        return
    before = {d.key: d for d in grounds.previous.devices}
    for change in compare(grounds.previous, grounds.estate.scan):
        device = before.get(change.key)
        gone = change.kind is ChangeKind.VANISHED and device is not None
        if gone and device.identity.device_class in keeps_data():
            yield device


def on_list(scan: Scan, registers: Registers) -> dict[str, tuple[Entry, ListedDevice]]:
    """Return the entry of each device that stands on the practice's list, by its address.

    A device is recognised by its MAC address, or by its address where the list has no MAC.
    """
    listed = [(e, d) for e, d in registers.of(ListedDevice) if d.gone_on is None]
    by_mac = {d.mac.lower(): (e, d) for e, d in listed if d.mac}
    by_address = {d.address: (e, d) for e, d in listed if d.address and not d.mac}
    found = {}
    for device in scan.devices:
        address = str(device.address)
        entry = by_mac.get((device.host.mac or "").lower()) or by_address.get(address)
        if entry is not None:
            found[address] = entry
    return found


def _record(
    kind: EvidenceKind,
    polarity: Polarity,
    says: str,
    source: str,
    on: date,
    lasts: timedelta = FRESH,
) -> ControlEvidence:
    # What an entry says against the practice stays until the entry says otherwise.
    ends = None if polarity is Polarity.REFUTES else on + lasts
    return ControlEvidence(kind, polarity, says, source, Confidence.MEDIUM, on, ends)


def _covering(record: ControlEvidence, covered: int, in_scope: int) -> ControlEvidence:
    return ControlEvidence(
        record.kind,
        record.polarity,
        record.says,
        record.source,
        record.confidence,
        record.observed_on,
        record.expires_on,
        covered,
        in_scope,
    )
