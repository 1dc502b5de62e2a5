"""The vendors whose agreement is missing or incomplete, and the systems that they run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from riskscan.assess.agreements import NONE_ON_FILE, OUTDATED, TO_CLARIFY, same_firm
from riskscan.assess.grounds import some_of
from riskscan.model import Entry, Known, Registers, System, Vendor, VendorResult


@dataclass(frozen=True, slots=True)
class Lacking:
    """Vendors without a good agreement, worst first, and those of which it is not known."""

    names: tuple[str, ...] = ()
    """With the id of their entry: ``Northlight Imaging Support [VEN-05]``."""
    because: tuple[str, ...] = ()
    """What is wrong with which of them, a sentence for each kind."""
    systems: tuple[tuple[Entry, System], ...] = ()
    """What they run, by the systems register."""

    @classmethod
    def of(cls, vendors: Sequence[VendorResult], registers: Registers) -> Lacking:
        kinds = dict(_kinds(vendors, registers))
        lacking = {v.name: _named(v) for listed in kinds.values() for v in listed}
        unclear = [_named(v) for v in vendors if v.status == TO_CLARIFY]
        because = [f"{words}: {some_of([_named(v) for v in of])}." for words, of in kinds.items()]
        systems = tuple(
            (entry, system)
            for entry, system in registers.of(System)
            if any(same_firm(system.vendor, name) for name in lacking)
        )
        if systems:
            run = some_of([f"{system.name} [{entry.id}]" for entry, system in systems], 5)
            because.append(f"The systems register names these vendors for: {run}.")
        if unclear:
            because.append(f"Whether an agreement is needed is not known of: {some_of(unclear)}.")
        return cls(tuple(lacking.values()), tuple(because), systems)


def _kinds(
    vendors: Sequence[VendorResult], registers: Registers
) -> Iterator[tuple[str, list[VendorResult]]]:
    clauseless = {
        entry.id
        for entry, vendor in registers.of(Vendor)
        if vendor.clauses is Known.NO and vendor.sees_patient_data is not Known.NO
    }
    for words, listed in (
        ("No agreement is on file with", [v for v in vendors if v.status == NONE_ON_FILE]),
        ("The agreement is outdated with", [v for v in vendors if v.status == OUTDATED]),
        ("The agreement lacks a clause with", [v for v in vendors if v.entry in clauseless]),
    ):
        if listed:
            yield words, listed


def _named(vendor: VendorResult) -> str:
    return f"{vendor.name} [{vendor.entry}]" if vendor.entry else vendor.name
