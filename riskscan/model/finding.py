"""What a check looks for, and how it ended on one device."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from riskscan.model.decision import Decision
from riskscan.model.device import Evidence
from riskscan.model.level import Confidence, Level


class Result(StrEnum):
    """How a check ended (XCCDF 1.2's words). Unknown is never pass."""

    PASS = "pass"
    """The check was able to see the weakness on this device, and did not."""
    FAIL = "fail"
    UNKNOWN = "unknown"
    """Not scanned, filtered, skipped for safety, or the device did not say."""
    NOT_APPLICABLE = "notapplicable"
    NOT_CHECKED = "notchecked"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Citation:
    """A control that a check speaks to, and why in one line."""

    control: str
    """Leaf id of the checklist: ``T09``."""
    reason: str


@dataclass(frozen=True, slots=True)
class Check:
    """What a check looks for, in words; the judgement itself is a function in ``assess.checks``."""

    id: str
    title: str
    """One line that a practice manager understands: ``A database can be reached``."""
    severity: Level
    """Level of a finding unless the judgement says otherwise."""
    what: str
    """What is wrong."""
    why: str
    """What it means for patient data or patient safety."""
    fix: str
    """How to put it right."""
    verify: str
    """How to see that it is right."""
    citations: tuple[Citation, ...]
    """At most three."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check on one device (or on the network as a whole)."""

    id: str
    """``F-`` and 8 hex digits of the check id and the device key: the same in every scan."""
    check: str
    address: str | None
    """None for a finding about the whole network."""
    device_key: str | None
    result: Result
    severity: Level
    confidence: Confidence
    summary: str
    """This case in one sentence; for unknown, why it is not known."""
    evidence: tuple[Evidence, ...] = ()
    decision: Decision | None = None
    """What a named person decided about it, while that holds."""
    reopened: str | None = None
    """Why an earlier decision no longer holds; None if there was none, or it does."""

    @property
    def is_open(self) -> bool:
        """Say whether it is a weakness that nobody has decided about."""
        return self.result is Result.FAIL and self.decision is None

    @property
    def evidence_hash(self) -> str:
        """16 hex digits over what was seen and how the check ended: a decision rests on it.

        The values of clocks and of what else changes by itself are left out.
        """
        seen = sorted(
            (
                o.key,
                "" if o.key in _RESTLESS else o.value,
                str(o.port or ""),
                o.protocol or "",
            )
            for o in (evidence.observation for evidence in self.evidence)
        )
        facts = (self.check, self.device_key or "", self.result.value)
        text = "\n".join(("\t".join(facts), *("\t".join(map(repr, each)) for each in seen)))
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


_RESTLESS = frozenset(
    {
        "icmp.ttl",
        "ip.ttl",
        "http.clock-skew",
        "ntlm.clock-skew",
        "smb.boot-time",
        "smb.clock-skew",
    }
)
"""Observations whose value differs from scan to scan although nothing has changed."""
