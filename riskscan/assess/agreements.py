"""Vendors and their business associate agreements, the register held against what was seen.

A network shows which firms may be business associates; only the practice knows what each was
hired for, and whether an agreement is on file (164.308(b)(3), 164.314(a)).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from riskscan.assess.vendors import SeenVendor, seen_vendors
from riskscan.model import Address, Entry, Knowledge, Known, Registers, Scan, Vendor, VendorResult
from riskscan.model.maker import Associate

FRESH = timedelta(days=365)
"""How long an agreement counts after it was signed or gone through (riskscan baseline; the rule
names no number of days)."""

ON_FILE = "agreement on file"
OUTDATED = "agreement outdated"
NONE_ON_FILE = "no agreement on file"
NOT_NEEDED = "not needed"
TO_CLARIFY = "seen, to be clarified"


def agreements(
    registers: Registers, scan: Scan, knowledge: Knowledge, today: date
) -> tuple[VendorResult, ...]:
    """Return each vendor of the register, then those that were only seen on the network.

    Last comes who scans this network, if the register does not name them: whoever supports a
    practice's systems for it is a business associate too (45 CFR 160.103).
    """
    seen = seen_vendors(scan, knowledge)
    filed = list(registers.of(Vendor))
    results = [_filed(entry, vendor, _meant(vendor, seen), today) for entry, vendor in filed]
    named = {s.name for _, vendor in filed for s in _meant(vendor, seen)}
    results += [_only_seen(s) for s in seen if s.name not in named]
    results += _assessor(scan.site.assessor, [vendor for _, vendor in filed])
    return tuple(results)


def _meant(vendor: Vendor, seen: Sequence[SeenVendor]) -> tuple[SeenVendor, ...]:
    """Return the firms seen that an entry is about, by any of their names."""
    return tuple(
        s for s in seen if any(same_firm(name, vendor.name) for name in (s.name, *s.maker.also))
    )


def same_firm(one: str, other: str) -> bool:
    """Say whether one name stands, in whole words, in the other: ``Datto`` in ``Datto, Inc.``."""
    first, second = _words(one), _words(other)
    return bool(first and second) and (
        f" {first} " in f" {second} " or f" {second} " in f" {first} "
    )


def _words(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.casefold()))


def _filed(entry: Entry, vendor: Vendor, seen: Sequence[SeenVendor], today: date) -> VendorResult:
    addresses = tuple(dict.fromkeys(str(a) for s in seen for a in s.addresses))
    status = _status(vendor, today)
    says = " ".join(_says(vendor, status, today))
    if addresses:
        says += f" Seen on the network at {_some(addresses)}."
    return VendorResult(vendor.name, entry.id, status, says, addresses)


def _status(vendor: Vendor, today: date) -> str:
    if vendor.sees_patient_data is Known.NO:
        return NOT_NEEDED
    looked_at = _looked_at(vendor, today)
    if looked_at is not None:
        return OUTDATED if today - looked_at > FRESH else ON_FILE
    return NONE_ON_FILE if vendor.sees_patient_data is Known.YES else TO_CLARIFY


def _looked_at(vendor: Vendor, today: date) -> date | None:
    """Return when the agreement was last signed or gone through; None without an agreement."""
    if vendor.agreement_on is None or vendor.agreement_on > today:
        return None
    reviewed = vendor.reviewed_on
    return (
        max(vendor.agreement_on, reviewed)
        if reviewed and reviewed <= today
        else (vendor.agreement_on)
    )


def _says(vendor: Vendor, status: str, today: date) -> Iterator[str]:
    if status == NOT_NEEDED:
        yield "It sees no patient data, says the register."
        if vendor.remote_access is Known.YES:
            yield "It can get in from outside, though: look whether that holds."
    elif status == TO_CLARIFY:
        yield "The register does not say whether it sees patient data, and names no agreement."
    elif status == NONE_ON_FILE:
        yield "It sees patient data, and no business associate agreement is on file."
        if vendor.agreement_on is not None:
            yield f"The one in the register is dated {vendor.agreement_on}, which is yet to come."
    else:
        yield f"Agreement of {vendor.agreement_on}."
        if status == OUTDATED:
            on = _looked_at(vendor, today)
            yield f"Nobody has gone through it since {on}: look whether it still fits."
        if vendor.clauses is Known.NO:
            yield "It lacks a clause that the rule asks for (164.314(a)(2)(i))."


def _only_seen(seen: SeenVendor) -> VendorResult:
    addresses = tuple(str(a) for a in seen.addresses)
    likely = "usually" if seen.associate is Associate.YES else "sometimes"
    says = (
        f"Seen on the network at {_some(addresses)}, and not in the vendors register. A firm of "
        f"this kind is {likely} a business associate: {seen.maker.reason}"
    )
    return VendorResult(seen.name, "", TO_CLARIFY, says, addresses)


def _assessor(assessor: str, filed: Sequence[Vendor]) -> Iterator[VendorResult]:
    """Yield who scans this network, unless an entry names them as firm or as whom to call."""
    who = assessor.strip()
    if not who or any(same_firm(name, who) for v in filed for name in (v.name, v.contact)):
        return
    says = (
        "Scans this network for the practice, and is not in the vendors register. A firm that "
        "looks after systems with patient data is a business associate itself, and its agreement "
        "comes before its first scan. Staff of the practice take none: enter that they are staff."
    )
    yield VendorResult(who, "", TO_CLARIFY, says)


def _some(addresses: Sequence[str | Address]) -> str:
    more = f" and {len(addresses) - 3} more" if len(addresses) > 3 else ""
    return ", ".join(str(a) for a in addresses[:3]) + more
