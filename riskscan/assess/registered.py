"""What the practice's registers say of a control: each register held against the scan.

A system that its owner calls unencrypted, or a vendor without an agreement, is the practice's own
word against itself; a device that is on the network and not on the list was observed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from riskscan.assess.estimate import held_against
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
    known = _encryption(grounds)
    seen = grounds.estate.devices.values()
    scope = [d for d in seen if d.identity.device_class in keeps_data()]
    good = [d for d in scope if d.key in known and known[d.key][1] is Known.YES]
    bare = [d for d in scope if d.key in known and known[d.key][1] is Known.NO]
    pieces = list(_unencrypted_systems(grounds))
    if bare:
        where = [str(d.address) for d in bare]
        says = f"The practice's lists call {some_of(where)} unencrypted."
        made = _record(_SAID, Polarity.REFUTES, says, _sources(bare, known), grounds.today)
        pieces.append(Piece(_covering(made, len(bare), len(scope)), tuple(where)))
    if good:
        says = f"The practice's lists call {len(good)} of {plural(len(scope), 'device')} encrypted."
        oldest = min(known[d.key][0].made_at.date() for d in good)
        source = _sources(good, known)
        made = _record(EvidenceKind.IMPORT, Polarity.SUPPORTS, says, source, oldest, IMPORT_FRESH)
        pieces.append(Piece(_covering(made, len(good), len(scope))))
    lacking = _uncovered(scope, {d.key for d in good}, grounds)
    unsaid = [
        f"{s.name} ({e.id})"
        for e, s in grounds.registers.of(System)
        if s.encrypted is Known.UNKNOWN
    ]
    if unsaid:
        lacking.append(f"It is not known whether encrypted: {some_of(unsaid)}.")
    if not any(p.polarity is Polarity.SUPPORTS for p in pieces) and not lacking:
        lacking.append("No list says of any device or system that it is encrypted.")
    return Held(tuple(pieces), tuple(lacking))


def _encryption(grounds: Grounds) -> dict[str, tuple[Entry, Known]]:
    """Return what the lists say of devices, by key. A yes on the device list counts 30 days."""
    known: dict[str, tuple[Entry, Known]] = {}
    for (entry, listed), device in held_against(grounds.estate.scan, grounds.registers).both:
        stale = grounds.today - entry.made_at.date() > IMPORT_FRESH
        if listed.encrypted is Known.NO or (listed.encrypted is Known.YES and not stale):
            known[device.key] = (entry, listed.encrypted)
    for entry, system in grounds.registers.of(System):
        stale = grounds.today - entry.made_at.date() > IMPORT_FRESH
        for address in system.addresses.split():
            here = grounds.estate.devices.get(address)
            no = system.encrypted is Known.NO
            if here is not None and (no or (system.encrypted is Known.YES and not stale)):
                # The two lists may disagree: what is admitted counts.
                known[here.key] = (
                    (entry, Known.NO) if no else known.get(here.key, (entry, Known.YES))
                )
    return known


def _sources(devices: Sequence[Device], known: dict[str, tuple[Entry, Known]]) -> str:
    return some_of(list(dict.fromkeys(known[d.key][0].id for d in devices)), 5)


def _unencrypted_systems(grounds: Grounds) -> Iterator[Piece]:
    """Yield what is said of systems without an address here, such as cloud ones and disks."""
    for entry, system in grounds.registers.of(System):
        here = set(system.addresses.split()) & set(grounds.estate.devices)
        if system.encrypted is Known.NO and not here:
            says = f"{system.name}: not encrypted ({entry.id})."
            on = entry.made_at.date()
            yield Piece(_record(_SAID, Polarity.REFUTES, says, entry.id, on))
        elif system.encrypted is Known.YES and not here:
            says = f"{system.name}: encrypted, as the systems register says ({entry.id})."
            on = entry.made_at.date()
            yield Piece(_record(_SAID, Polarity.SUPPORTS, says, entry.id, on))


def _uncovered(scope: Sequence[Device], good: set[str], grounds: Grounds) -> list[str]:
    """Say which devices no list calls encrypted: every important one, 95 % of the others."""
    left = [d for d in scope if d.key not in good]
    worth = {d.key: grounds.estate.worth(str(d.address)) for d in scope}
    important = [d for d in left if worth[d.key] >= Level.HIGH]
    others = [d for d in left if worth[d.key] < Level.HIGH]
    ordinary = sum(level < Level.HIGH for level in worth.values())
    named = important or (others if len(others) * 20 > ordinary else [])
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
    pieces: list[Piece] = []
    open_: dict[str, list[str]] = {}
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
            open_.setdefault(vendor.status, []).append(vendor.name)
    if filed:
        says = f"Agreements are on file with {some_of([v.name for v in filed])}."
        source = some_of([v.entry for v in filed], 5)
        oldest = min(days.get(v.entry, grounds.today) for v in filed)
        pieces.append(Piece(_record(_SAID, Polarity.SUPPORTS, says, source, oldest)))
    lacking = [f"{status.capitalize()}: {some_of(names)}." for status, names in open_.items()]
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
    compared = held_against(grounds.estate.scan, grounds.registers)
    if not compared.listed:
        return Held((), ("The practice's own list of devices was not read in.",))
    pieces = []
    for words, devices in (
        ("On the network and not on the list", compared.unlisted),
        ("On the network, and gone by the list", tuple(d for _, d in compared.returned)),
    ):
        if devices:
            where = [str(d.address) for d in devices]
            says = f"{words}: {some_of(where)}."
            made = _record(_SEEN, Polarity.REFUTES, says, "inventory", grounds.scanned_on)
            pieces.append(Piece(_covering(made, len(where), compared.scanned), tuple(where)))
    if compared.missing:
        says = f"On the list and not seen: {some_of([d.name for _, d in compared.missing])}."
        source = some_of([e.id for e, _ in compared.missing], 5)
        made = _record(_SEEN, Polarity.REFUTES, says, source, grounds.scanned_on)
        pieces.append(Piece(_covering(made, len(compared.missing), compared.listed)))
    if both := len(compared.both):
        entries = [entry for (entry, _), _ in compared.both]
        scanned = plural(compared.scanned, "device")
        says = f"{both} of {scanned} on the network stand on the practice's own list."
        oldest = min(entry.made_at.date() for entry in entries)
        source = some_of([entry.id for entry in entries], 5)
        made = _record(EvidenceKind.IMPORT, Polarity.SUPPORTS, says, source, oldest, FRESH)
        pieces.append(Piece(_covering(made, both, compared.scanned)))
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
    changes = compare(grounds.previous, grounds.estate.scan)
    gone = {c.key for c in changes if c.kind is ChangeKind.VANISHED}
    for device in grounds.previous.devices:
        if device.key in gone and device.identity.device_class in keeps_data():
            yield device


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
    return replace(record, covered=covered, in_scope=in_scope)
