"""Threats, what things are worth, and the risk that follows."""

from __future__ import annotations

from dataclasses import dataclass

from riskscan.model.device import DeviceClass
from riskscan.model.level import Level
from riskscan.model.registers import Acceptance


@dataclass(frozen=True, slots=True)
class Threat:
    """Something that could happen, with how likely it is to be tried."""

    id: str
    title: str
    phrase: str
    """Fits in: 'Because <weakness> on <assets>, <phrase> could cause <harm>'."""
    initiation: Level
    """Likelihood that the event starts (NIST SP 800-30 r1, first part)."""
    basis: str


@dataclass(frozen=True, slots=True)
class Impact:
    """What a class of device costs when it fails, for each property."""

    confidentiality: Level
    integrity: Level
    availability: Level

    @property
    def level(self) -> Level:
        return max(self.confidentiality, self.integrity, self.availability)


@dataclass(frozen=True, slots=True)
class Risk:
    """One scenario: a threat, a weakness and a group of alike devices, with its level."""

    id: str
    """``R-001``: by rank within one assessment."""
    threat: Threat
    check: str
    """The weakness: id of the check that found it, or of the gap (``gap.restore-untested``) that
    the answers leave."""
    device_class: DeviceClass | None
    """Class of the group; None for the network as a whole."""
    members: tuple[str, ...]
    """Addresses of the group."""
    severity: Level
    """V: how bad the weakness is."""
    exposure: int
    """X: +1 reachable from an untrusted zone, 0 same network or untested, -1 tested unreachable."""
    controls: int
    """K: how many independent safeguards act on this pair; 0 unless measured."""
    initiation: Level
    adverse: Level
    """Likelihood that the event leads to harm."""
    likelihood: Level
    impact: Impact
    level: Level
    best: Level
    """Level if every unknown turned out well."""
    worst: Level
    """Level if every unknown turned out badly."""
    statement: str
    """'Because <weakness> on <assets>, <threat> could cause <harm>.'"""
    findings: tuple[str, ...]
    action: str
    """Id of the action that answers it."""
    key: str = ""
    """``K-`` and 8 hex digits of threat, weakness, class and zone: the same in every assessment."""
    zone: str = ""
    """The segment the group stands in; empty if it is not about devices of a network."""
    assets: str = ""
    """The group in words: ``the image archive at 10.20.0.5``."""
    because: tuple[str, ...] = ()
    """What moved a step from its default, a sentence each: exposure, safeguards, worth, threat."""
    asks: tuple[str, ...] = ()
    """Ids of the questions whose answers could narrow or move it."""
    acceptance: Acceptance | None = None
    """The practice's acceptance, while it holds."""
    reopened: str = ""
    """Why an earlier acceptance no longer holds; empty if there was none, or it does."""


@dataclass(frozen=True, slots=True)
class ThreatResult:
    """One threat of the library: considered, or put aside by a named person with a reason."""

    threat: Threat
    considered: bool
    reason: str
    """Why it stands where it does: default, what the answers say, or who put it aside and why."""
    risks: tuple[str, ...] = ()
    """Ids of the risks that it enters."""
