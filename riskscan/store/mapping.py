"""A scan as rows and rows as a scan: total, both ways.

``*_values`` turns a noun into the columns of one row; ``*_from`` turns rows back into the noun.
Nothing here talks to the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from typing import Any

from pydantic import TypeAdapter

from riskscan.model import (
    OBSERVATION_CAP,
    Confidence,
    Consent,
    Correction,
    Device,
    DeviceClass,
    Evidence,
    Host,
    Identity,
    Notice,
    Observation,
    Outcome,
    Policy,
    PortState,
    PracticeSize,
    ProbeResult,
    Scan,
    ScanState,
    Scope,
    Service,
    Site,
    Triage,
    Vantage,
    Zone,
)

Values = dict[str, Any]
Row = Mapping[Any, Any]

_SCOPE = TypeAdapter(Scope)
_VANTAGE = TypeAdapter(Vantage)


def scan_values(scan: Scan) -> Values:
    site, consent = scan.site, scan.site.consent
    return {
        "id": scan.id,
        "practice": site.practice,
        "size": site.size.value,
        "scope": _SCOPE.dump_python(site.scope, mode="json"),
        "consent_given_by": consent and consent.given_by,
        "consent_on": consent and consent.on,
        "consent_role": consent and consent.role,
        "consent_patient_connected": consent and consent.patient_connected,
        "place": site.vantage,
        "gentle": list(site.gentle),
        "allow_anonymous": list(site.allow_anonymous),
        "assessor": site.assessor,
        "started_at": scan.started_at,
        "ended_at": scan.ended_at,
        "state": scan.state.value,
        "profile": scan.profile,
        "vantage": _VANTAGE.dump_python(scan.vantage, mode="json"),
        "tool_version": scan.tool_version,
        "nmap_version": scan.nmap_version,
        "rules_revision": scan.rules_revision,
        "rescan_of": scan.rescan_of,
        "zone": site.zone and site.zone.value,
    }


def scan_from(row: Row, notices: Iterable[Row], devices: Iterable[Device]) -> Scan:
    return Scan(
        id=row["id"],
        site=_site_from(row),
        started_at=row["started_at"],
        state=ScanState(row["state"]),
        ended_at=row["ended_at"],
        profile=row["profile"],
        rescan_of=row["rescan_of"],
        vantage=_VANTAGE.validate_python(row["vantage"]),
        tool_version=row["tool_version"],
        nmap_version=row["nmap_version"],
        rules_revision=row["rules_revision"],
        notices=tuple(Notice(n["code"], n["text"]) for n in notices),
        devices=tuple(sorted(devices, key=lambda d: (d.address.version, int(d.address)))),
    )


def _site_from(row: Row) -> Site:
    return Site(
        practice=row["practice"],
        scope=_SCOPE.validate_python(row["scope"]),
        size=PracticeSize(row["size"]),
        consent=_consent_from(row),
        vantage=row["place"],
        zone=None if row["zone"] is None else Zone(row["zone"]),
        gentle=tuple(row["gentle"]),
        allow_anonymous=tuple(row["allow_anonymous"] or ()),
        assessor=row["assessor"],
    )


def _consent_from(row: Row) -> Consent | None:
    if row["consent_given_by"] is None:
        return None
    return Consent(
        given_by=row["consent_given_by"],
        on=row["consent_on"],
        role=row["consent_role"],
        patient_connected=row["consent_patient_connected"],
    )


def notice_values(scan: Scan) -> list[Values]:
    return [
        {"scan_id": scan.id, "position": i, "code": n.code, "text": n.text}
        for i, n in enumerate(scan.notices)
    ]


def device_values(scan_id: str, host: Host) -> Values:
    return {
        "scan_id": scan_id,
        "address": str(host.address),
        "mac": host.mac,
        "found_by": list(host.found_by),
        "seen_at": host.seen_at,
        "policy": host.triage.policy.value,
        "policy_reason": host.triage.reason,
        "connections": host.connections,
    }


def service_values(device_id: int, host: Host) -> list[Values]:
    return [
        {
            "device_id": device_id,
            "position": i,
            "port": s.port,
            "protocol": s.protocol,
            "state": s.state.value,
            "as_of": s.as_of,
        }
        for i, s in enumerate(host.services)
    ]


def probe_result_values(device_id: int, host: Host) -> list[Values]:
    return [
        {
            "device_id": device_id,
            "position": i,
            "probe": r.probe,
            "port": r.port,
            "protocol": r.protocol,
            "outcome": r.outcome.value,
            "detail": r.detail,
        }
        for i, r in enumerate(host.probe_results)
    ]


def observation_values(device_id: int, host: Host) -> list[Values]:
    return [
        {
            "device_id": device_id,
            "position": i,
            "probe": probe,
            "probe_position": where,
            **_said(observation),
        }
        for i, (probe, where, observation) in enumerate(_observations(host))
    ]


def _observations(host: Host) -> Iterator[tuple[str | None, int | None, Observation]]:
    for sighting in host.sightings:
        yield None, None, sighting
    for where, result in enumerate(host.probe_results):
        for observation in result.observations:
            yield result.probe, where, observation


def _said(observation: Observation) -> Values:
    # Capped once more: whatever a probe does, no longer text is ever written.
    return {
        "key": observation.key,
        "value": observation.value[:OBSERVATION_CAP],
        "port": observation.port,
        "protocol": observation.protocol,
    }


def identity_values(device_id: int, identity: Identity, rules_revision: str) -> Values:
    return {
        "device_id": device_id,
        "rules_revision": rules_revision,
        "device_class": identity.device_class.value,
        "confidence": identity.confidence.value,
        "vendor": identity.vendor,
        "product": identity.product,
        "version": identity.version,
        "os_family": identity.os_family,
        "os_version": identity.os_version,
        "roles": [role.value for role in identity.roles],
        "rule_id": identity.rule_id,
        "mac_vendor": identity.mac_vendor,
        "location": identity.location,
        "owner": identity.owner,
    }


def correction_values(correction: Correction) -> Values:
    kind = correction.device_class
    return {
        "marks": list(correction.marks),
        "author": correction.author,
        "made_at": correction.made_at,
        "device_class": kind.value if kind else None,
        "vendor": correction.vendor,
        "product": correction.product,
        "location": correction.location,
        "owner": correction.owner,
        "note": correction.note,
    }


def correction_from(row: Row) -> Correction:
    kind = row["device_class"]
    return Correction(
        marks=tuple(row["marks"]),
        author=row["author"],
        made_at=row["made_at"],
        device_class=DeviceClass(kind) if kind else None,
        vendor=row["vendor"],
        product=row["product"],
        location=row["location"],
        owner=row["owner"],
        note=row["note"],
    )


def identity_evidence_values(device_id: int, identity: Identity) -> list[Values]:
    owner = {"device_id": device_id, "assessment_id": None, "finding_position": None}
    return [{**owner, **evidence_values(e)} for e in identity.evidence] + [
        {**owner, **evidence_values(e, against=True)} for e in identity.against
    ]


def evidence_values(evidence: Evidence, *, against: bool = False) -> Values:
    return {
        "against": int(against),
        **_said(evidence.observation),
        "says": evidence.says,
        "rule": evidence.rule,
    }


def evidence_from(row: Row) -> Evidence:
    return Evidence(_observation_from(row), row["says"], row["rule"])


def _observation_from(row: Row) -> Observation:
    return Observation(row["key"], row["value"], row["port"], row["protocol"])


def device_from(
    row: Row,
    services: Iterable[Row],
    results: Iterable[Row],
    observations: Iterable[Row],
    evidence: Iterable[Row],
) -> Device:
    """Put one device together. ``row`` holds its device and its identity columns."""
    sightings: list[Observation] = []
    answers: dict[int, list[Observation]] = {}
    for seen in observations:
        where = seen["probe_position"]
        kept = sightings if where is None else answers.setdefault(where, [])
        kept.append(_observation_from(seen))
    host = Host(
        address=ip_address(row["address"]),
        mac=row["mac"],
        found_by=tuple(row["found_by"]),
        seen_at=row["seen_at"],
        triage=Triage(Policy(row["policy"]), row["policy_reason"]),
        services=tuple(_service_from(s) for s in services),
        probe_results=tuple(_result_from(r, answers.get(r["position"], ())) for r in results),
        sightings=tuple(sightings),
        connections=row["connections"],
    )
    return Device(host, _identity_from(row, list(evidence)))


def _service_from(row: Row) -> Service:
    return Service(row["port"], row["protocol"], PortState(row["state"]), row["as_of"])


def _result_from(row: Row, observations: Iterable[Observation]) -> ProbeResult:
    return ProbeResult(
        probe=row["probe"],
        port=row["port"],
        protocol=row["protocol"],
        outcome=Outcome(row["outcome"]),
        observations=tuple(observations),
        detail=row["detail"],
    )


def _identity_from(row: Row, evidence: list[Row]) -> Identity:
    return Identity(
        device_class=DeviceClass(row["device_class"]),
        confidence=Confidence(row["confidence"]),
        vendor=row["vendor"],
        product=row["product"],
        version=row["version"],
        os_family=row["os_family"],
        os_version=row["os_version"],
        roles=tuple(DeviceClass(role) for role in row["roles"]),
        rule_id=row["rule_id"],
        evidence=tuple(evidence_from(e) for e in evidence if not e["against"]),
        against=tuple(evidence_from(e) for e in evidence if e["against"]),
        mac_vendor=row["mac_vendor"],
        location=row["location"],
        owner=row["owner"],
    )
