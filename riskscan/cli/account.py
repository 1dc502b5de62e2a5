"""Why a device is taken for what it is, in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from riskscan.cli.tables import Row
    from riskscan.identify import Account
    from riskscan.model import Device, Evidence, OneDevice


def account_lines(
    device: Device, row: Row, account: Account, one: OneDevice | None = None
) -> Iterator[str]:
    """Yield the account in words, everything from the network escaped."""
    from riskscan.cli.inventory_rows import device_words
    from riskscan.cli.tables import printable, wrapped
    from riskscan.identify.corrected import RULE as CORRECTION

    mac = f"  {row['mac']}" if row["mac"] else ""
    yield printable(f"{row['address']}{mac}  {device_words(row)}, confidence {row['confidence']}")
    fields = ("version", "os", "location", "owner", "mac_vendor")
    named = [f"{key} {row[key]}" for key in fields if row[key]]
    if named:
        yield printable("  " + ", ".join(named).replace("mac_vendor", "network card of"))
    yield wrapped(printable(f"  policy {row['policy']}: {row['policy_reason']}"), 4)
    if one:
        yield f"  one device with {', '.join(row['same_as'])}, because:"
        yield from (wrapped(printable(f"    {_seen(e)}"), 6) for e in one.evidence)
    yield ""
    said = [e for e in device.identity.evidence if e.rule == CORRECTION]
    yield from (wrapped(printable(_seen(e)), 4) for e in said)
    if not account.candidates:
        yield "Nothing that was seen speaks for a class."
    for candidate in account.candidates:
        against = "Against that, for" if candidate.contradicts else "For"
        points = f"{candidate.points} point{'s' * (candidate.points != 1)}"
        yield f"{against} {candidate.device_class.label} ({points}):"
        yield from (wrapped(printable(f"  {_seen(e)}"), 4) for e in candidate.evidence)
    general = [e for e in account.identity.evidence if not _counted(e, account)]
    if general:
        yield "Besides:"
        yield from (wrapped(printable(f"  {_seen(e)}"), 4) for e in general)
    yield ""
    yield "What would settle it:" if account.hints or account.held_back else "To correct it:"
    yield from _settling(device, account)


def _settling(device: Device, account: Account) -> Iterator[str]:
    from riskscan.cli.tables import printable, wrapped
    from riskscan.model import OBSERVATION_KEYS

    for hint in account.hints:
        text = f"  {hint.key} ({OBSERVATION_KEYS[hint.key]}) could show {hint.for_class.label}"
        yield wrapped(f"{text} [{hint.rule}]", 4)
    yield from (wrapped(printable(f"  not asked: {held}"), 4) for held in account.held_back)
    yield wrapped(
        "  its type plate, or whoever uses it; then: "
        f"riskscan devices set {device.address} --class CLASS",
        4,
    )


def _seen(evidence: Evidence) -> str:
    seen = evidence.observation
    where = f" on port {seen.port}" if seen.port else ""
    return f"{evidence.says}: {seen.key}{where} = {seen.value[:120]} [{evidence.rule}]"


def _counted(evidence: Evidence, account: Account) -> bool:
    return any(evidence in candidate.evidence for candidate in account.candidates)


def account_row(account: Account) -> Row:
    """Return an account as JSON has it, beside the device's own keys."""
    return {
        "candidates": [
            {
                "class": candidate.device_class.value,
                "points": candidate.points,
                "contradicts": candidate.contradicts,
                "evidence": [_evidence_row(e) for e in candidate.evidence],
            }
            for candidate in account.candidates
        ],
        "evidence": [_evidence_row(e) for e in account.identity.evidence],
        "would_settle": [
            {"key": h.key, "class": h.for_class.value, "rule": h.rule} for h in account.hints
        ],
        "held_back": list(account.held_back),
    }


def _evidence_row(evidence: Evidence) -> Row:
    seen = evidence.observation
    return {
        "says": evidence.says,
        "rule": evidence.rule,
        "key": seen.key,
        "value": seen.value,
        "port": seen.port,
        "protocol": seen.protocol,
    }
