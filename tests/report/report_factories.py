"""A small clinic from the model alone: what the report tests arrange and render."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network

from riskscan.assess.checklist import load_checklist
from riskscan.model import (
    Action,
    Answer,
    AnswerValue,
    Assessment,
    Assurance,
    Change,
    ChangeKind,
    Check,
    Citation,
    Confidence,
    Consent,
    ControlResult,
    ControlStatus,
    Coverage,
    Device,
    DeviceClass,
    Evidence,
    Finding,
    Host,
    Identity,
    Impact,
    Level,
    Notice,
    Observation,
    Outcome,
    Policy,
    PortState,
    ProbeResult,
    Result,
    Risk,
    Scan,
    ScanState,
    Scope,
    Segment,
    Service,
    Site,
    Threat,
    Triage,
    Vantage,
)
from riskscan.report import Report, compose

KNOWN = date(2026, 11, 20)
START = datetime(2026, 11, 21, 21, 55, tzinfo=UTC)
END = datetime(2026, 11, 21, 22, 43, tzinfo=UTC)
C = DeviceClass

# last number, MAC, class, vendor, product, version, open ports, confidence
_DEVICES: tuple[tuple[int, str, DeviceClass, str, str, str, tuple[int, ...], Confidence], ...] = (
    (1, "00:1b:17:aa:00:01", C.ROUTER_FIREWALL, "SonicWall", "TZ270", "7.1", (443,), "high"),
    (2, "00:18:0a:aa:00:02", C.WIRELESS_AP, "Cisco", "Meraki MR36", "", (), "medium"),
    (3, "00:1e:c9:aa:00:03", C.SWITCH, "Dell", "N1548P", "6.6", (22, 23, 80, 161), "high"),
    (10, "00:50:56:aa:00:10", C.DOMAIN_CONTROLLER, "Microsoft", "Windows Server", "2019",
     (53, 88, 135, 389, 445, 3389), "high"),
    (11, "00:50:56:aa:00:11", C.EHR_PM_SERVER, "NextGen", "Office", "", (443, 1433), "medium"),
    (12, "00:11:32:aa:00:12", C.NAS_STORAGE, "Synology", "DS920+", "6.2", (22, 445, 5000), "high"),
    (20, "00:25:90:aa:00:20", C.PACS_ARCHIVE, "Orthanc", "Orthanc", "1.12.1", (4242, 8042), "high"),
    (21, "08:00:28:aa:00:21", C.IMAGING_MODALITY, "GE HealthCare", "LOGIQ E9", "", (104,), "high"),
    (22, "00:0e:b6:aa:00:22", C.IMAGING_MODALITY, "Carestream", "DRX-1", "", (104, 3389), "medium"),
    (23, "00:03:b1:aa:00:23", C.INFUSION_PUMP, "ICU Medical", "Plum 360", "", (), "low"),
    (24, "00:09:fb:aa:00:24", C.PATIENT_MONITOR, "Philips", "", "", (24105,), "medium"),
    (25, "00:90:e8:aa:00:25", C.LAB_ANALYZER, "Sysmex", "XN-450", "", (9100,), "low"),
    (26, "00:60:e9:aa:00:26", C.INTERFACE_ENGINE, "NextGen", "Mirth Connect", "4.1",
     (2575, 8443), "high"),
    (30, "3c:52:82:aa:00:30", C.WORKSTATION, "HP", "", "", (135, 445, 3389), "medium"),
    (31, "3c:52:82:aa:00:31", C.WORKSTATION, "HP", "", "", (135, 445), "medium"),
    (32, "3c:52:82:aa:00:32", C.WORKSTATION, "Dell", "", "", (135, 445, 5900), "medium"),
    (40, "30:cd:a7:aa:00:40", C.PRINTER_MFP, "HP", "LaserJet M507", "", (80, 443, 631, 9100),
     "high"),
    (41, "00:04:f2:aa:00:41", C.VOIP_PHONE, "Polycom", "VVX 250", "", (), "medium"),
    (50, "9c:8e:cd:aa:00:50", C.IP_CAMERA, "Amcrest", "IP4M", "", (80, 554), "medium"),
    (51, "00:c0:b7:aa:00:51", C.UPS_PDU, "APC", "Smart-UPS", "", (21, 80, 161), "high"),
    (60, "b8:27:eb:aa:00:60", C.UNKNOWN, "", "", "", (22, 8080), "low"),
    (61, "da:a1:19:aa:00:61", C.UNKNOWN, "", "", "", (), "low"),
)  # fmt: skip

_CHECKS: dict[str, tuple[str, Level, str, str, str, str, tuple[tuple[str, str], ...]]] = {
    "dicom.open-archive": (
        "The image archive accepts anyone who connects",
        Level.HIGH,
        "The archive lets any computer connect to its image service, without a name check and "
        "without encryption.",
        "Anyone on the network could copy or alter X-rays and ultrasound images of every patient.",
        "Have the archive's vendor allow only the devices that need it, by name and by address, "
        "and switch on encryption for the connections.",
        "Scan again: the archive refuses the scanner's connection.",
        (("T01", "images can be reached without a user being checked"),
         ("T08", "connections to the archive are not encrypted")),
    ),
    "remote.rdp-without-nla": (
        "Remote desktop answers before anyone signs in",
        Level.HIGH,
        "Windows remote desktop shows its sign-in screen to anyone who connects.",
        "Break-ins by ransomware groups often start at such a screen.",
        "Require network level authentication by group policy, and allow remote desktop only "
        "through the VPN.",
        "Scan again: the service asks for network level authentication.",
        (("T07", "the sign-in is weaker than it could be"),),
    ),
    "cleartext.telnet": (
        "A device is run over an unprotected connection (Telnet)",
        Level.HIGH,
        "The device can be managed over Telnet, which sends the password in plain sight.",
        "Whoever listens on the network learns the password and controls the device.",
        "Switch Telnet off and use SSH.",
        "Port 23 is closed in the next scan.",
        (("T08", "passwords cross the network unprotected"),),
    ),
    "smb.v1": (
        "File sharing in an outdated version (SMB 1)",
        Level.HIGH,
        "The device still speaks the first version of Windows file sharing.",
        "The WannaCry outbreak of 2017 spread through it and stopped hospitals.",
        "Switch SMB 1 off; replace what needs it.",
        "The next scan is refused when it offers SMB 1 alone.",
        (("A13", "malware spreads through it"),),
    ),
    "snmp.default-community": (
        "Network equipment answers to a factory password",
        Level.MODERATE,
        "The device answers status questions to the password “public”.",
        "An intruder learns how the network is built.",
        "Set a new community string, or use SNMP version 3.",
        "The next scan gets no answer to “public”.",
        (("T07", "the password is known to everyone"),),
    ),
    "http.admin-cleartext": (
        "A sign-in page without encryption",
        Level.MODERATE,
        "The sign-in page of the device is served without encryption.",
        "The password can be read on its way.",
        "Switch on HTTPS and redirect to it.",
        "The page is served over HTTPS in the next scan.",
        (("T08", "the sign-in is not encrypted"),),
    ),
    "tls.expired": (
        "A security certificate has expired",
        Level.LOW,
        "The certificate that proves who the server is has run out.",
        "Staff get used to clicking warnings away, and then miss a real one.",
        "Renew the certificate.",
        "The next scan sees a valid date.",
        (("T08", "the identity of the server is not proven"),),
    ),
    "inventory.unidentified": (
        "A device that nobody can name",
        Level.MODERATE,
        "It answered, but nothing it said tells what it is.",
        "What is not known cannot be protected.",
        "Find it by its MAC address at the switch, name it, or unplug it.",
        "The next scan, or the site file, names it.",
        (("A01", "the inventory behind the risk analysis is incomplete"),),
    ),
}  # fmt: skip

_FAILS: tuple[tuple[str, int, int, str, str], ...] = (
    ("dicom.open-archive", 20, 4242, "dicom.association", "accepted"),
    ("remote.rdp-without-nla", 10, 3389, "rdp.security", "tls"),
    ("remote.rdp-without-nla", 22, 3389, "rdp.security", "rdp"),
    ("remote.rdp-without-nla", 30, 3389, "rdp.security", "rdp"),
    ("cleartext.telnet", 3, 23, "telnet.greeting", "N1548P login:"),
    ("smb.v1", 12, 445, "smb.v1", "accepted"),
    ("snmp.default-community", 3, 161, "snmp.community", "public"),
    ("snmp.default-community", 51, 161, "snmp.community", "public"),
    ("http.admin-cleartext", 40, 80, "http.title", "HP LaserJet M507 - Sign In"),
    ("http.admin-cleartext", 50, 80, "http.auth", "digest"),
    ("http.admin-cleartext", 51, 80, "http.auth", "basic"),
    ("tls.expired", 26, 8443, "tls.not-after", "2025-03-01T00:00:00Z"),
    ("inventory.unidentified", 60, 22, "ssh.banner", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3"),
    ("inventory.unidentified", 61, 0, "mac.local", "true"),
)

_PLAN: tuple[tuple[str, str, str, int, str, tuple[str, ...]], ...] = (
    ("Close the image archive to all but the devices that need it", "Imaging vendor", "IT", 15,
     "under $1,000", ("dicom.open-archive",)),
    ("Put remote desktop behind the VPN", "IT provider", "IT", 30, "$1,000 to $5,000",
     ("remote.rdp-without-nla",)),
    ("Switch off outdated protocols on switch and storage", "IT provider", "IT", 30, "none",
     ("cleartext.telnet", "smb.v1")),
    ("Replace factory passwords on network equipment", "IT provider", "IT", 90, "none",
     ("snmp.default-community", "http.admin-cleartext")),
    ("Name or remove the unknown devices", "Practice manager", "IT", 90, "none",
     ("inventory.unidentified",)),
    ("Renew the certificate of the interface engine", "IT provider", "IT", 180, "none",
     ("tls.expired",)),
)  # fmt: skip

THREAT = Threat(
    "inside-attacker",
    "An intruder moves on inside the network",
    "an intruder who is already inside",
    Level.HIGH,
    "Clinical and office devices share one network.",
)


def address(number: int) -> str:
    return f"10.20.{number // 250}.{number % 250}"


def device(
    number: int,
    mac: str,
    kind: DeviceClass,
    vendor: str,
    product: str,
    version: str,
    ports: tuple[int, ...],
    confidence: str,
) -> Device:
    fragile = kind.is_medical or kind is C.UNKNOWN
    host = Host(
        address=IPv4Address(address(number)),
        mac=mac,
        found_by=("arp",),
        seen_at=START,
        triage=Triage(
            Policy.FRAGILE if fragile else Policy.NORMAL,
            "a medical maker's MAC prefix" if kind.is_medical else "nothing else is known",
        ),
        services=tuple(Service(p, "tcp", PortState.OPEN) for p in ports),
        probe_results=(ProbeResult("tls", 443, "tcp", Outcome.SKIPPED_FOR_SAFETY),)
        if fragile
        else (),
        connections=len(ports) * 2,
    )
    says = f"it names itself {product}" if product else f"its network card is made by {vendor}"
    evidence = Evidence(Observation.of("mac.vendor", vendor), says, "vendor.prefix")
    return Device(
        host,
        Identity(
            device_class=kind,
            confidence=Confidence(confidence),
            vendor=vendor or None,
            product=product or None,
            version=version or None,
            evidence=(evidence,) if vendor else (),
            mac_vendor="Raspberry Pi Trading Ltd" if mac.startswith("b8:27") else vendor or None,
        ),
    )


def scan(**changed: object) -> Scan:
    made = Scan(
        id="S-20261121-215500-3f9a",
        site=Site(
            practice="Lakeside Family Clinic",
            scope=Scope(
                (IPv4Network("10.20.0.0/24"),),
                (IPv4Network("10.20.0.200/32"),),
                ("00:1d:22",),
            ),
            consent=Consent(
                "Dr. Maria Núñez", date(2026, 11, 16), "owner", "Two monitors; both excluded"
            ),
            assessor="J. Whitfield, Northshore IT Services",
        ),
        started_at=START,
        ended_at=END,
        state=ScanState.COMPLETE,
        vantage=Vantage(
            "server closet",
            (
                Segment(
                    "eth0",
                    IPv4Network("10.20.0.0/24"),
                    IPv4Address("10.20.0.99"),
                    "02:00:00:00:00:99",
                ),
            ),
        ),
        tool_version="0.1.0",
        nmap_version="7.93",
        rules_revision="7d1c0f2ab9e4",
        notices=(Notice("guest-not-seen", "The guest Wi-Fi was not scanned."),),
        devices=tuple(device(*row) for row in _DEVICES),
    )
    return replace(made, **changed)


def checks() -> dict[str, Check]:
    return {
        check_id: Check(
            check_id, title, severity, what, why, fix, verify,
            tuple(Citation(control, reason) for control, reason in cited),
        )
        for check_id, (title, severity, what, why, fix, verify, cited) in _CHECKS.items()
    }  # fmt: skip


def finding(check: str, number: int, port: int, key: str, value: str) -> Finding:
    name = hashlib.sha256(f"{check} {number}".encode()).hexdigest()[:8]
    seen = Observation.of(key, value, port or None, "tcp" if port else None)
    return Finding(
        id=f"F-{name}",
        check=check,
        address=address(number),
        device_key=address(number),
        result=Result.FAIL,
        severity=_CHECKS[check][1],
        confidence=Confidence.HIGH,
        summary=f"{_CHECKS[check][0]}: seen on port {port}." if port else _CHECKS[check][2],
        evidence=(Evidence(seen, "it answered so", check),),
    )


def findings() -> tuple[Finding, ...]:
    failed = tuple(finding(*row) for row in _FAILS)
    silent = tuple(
        replace(finding(check, 23, 0, "mac.vendor", "ICU"), result=result, evidence=())
        for check in _CHECKS
        for result in (Result.UNKNOWN,)
    )
    return failed + silent


def risks(found: tuple[Finding, ...]) -> tuple[Risk, ...]:
    made: list[Risk] = []
    for place, (_, _, _, _, _, names) in enumerate(_PLAN, start=1):
        for name in names:
            own = [f for f in found if f.check == name and f.result is Result.FAIL]
            level = (Level.VERY_HIGH, Level.HIGH, Level.HIGH, Level.MODERATE, Level.MODERATE,
                     Level.LOW)[place - 1]  # fmt: skip
            made.append(
                Risk(
                    id=f"R-{len(made) + 1:03}",
                    threat=THREAT,
                    check=name,
                    device_class=C.PACS_ARCHIVE if name.startswith("dicom") else C.WORKSTATION,
                    members=tuple(f.address or "" for f in own),
                    severity=_CHECKS[name][1],
                    exposure=0,
                    controls=0,
                    initiation=Level.HIGH,
                    adverse=level,
                    likelihood=level,
                    impact=Impact(Level.VERY_HIGH, Level.HIGH, Level.HIGH),
                    level=level,
                    best=Level.LOW,
                    worst=Level.VERY_HIGH,
                    statement=f"Because {_CHECKS[name][0].lower()} on {len(own)} of the practice's "
                    "devices, an intruder who is already inside could read or change patient "
                    "records and stop the practice from working for days.",
                    findings=tuple(f.id for f in own),
                    action=f"ACT-{place:02}",
                )
            )
    return tuple(made)


def actions(known: tuple[Risk, ...]) -> tuple[Action, ...]:
    return tuple(
        Action(
            id=f"ACT-{place:02}",
            title=title,
            how=" ".join(_CHECKS[name][4] for name in names),
            owner=owner,
            due=END.date() + timedelta(days=days),
            cost=cost,
            level=max(r.level for r in known if r.check in names),
            risks=tuple(r.id for r in known if r.check in names),
            findings=tuple(f for r in known if r.check in names for f in r.findings),
            criterion=" ".join(_CHECKS[name][5] for name in names),
        )
        for place, (title, owner, _, days, cost, names) in enumerate(_PLAN, start=1)
    )


def controls(found: tuple[Finding, ...]) -> tuple[ControlResult, ...]:
    made: list[ControlResult] = []
    for control in load_checklist().controls:
        cited = tuple(
            f.id
            for f in found
            if f.result is Result.FAIL and control.id in {c for c, _ in _CHECKS[f.check][6]}
        )
        if control.default_not_applicable:
            status, assurance = ControlStatus.NOT_APPLICABLE, Assurance.NONE
            made.append(ControlResult(control, status, assurance, control.default_not_applicable))
        elif cited:
            reason = f"The scan found {len(cited)} weaknesses that speak against it."
            made.append(
                ControlResult(
                    control, ControlStatus.NOT_MET, Assurance.SCANNED, reason, findings=cited
                )
            )
        elif control.id in {"A05", "P02"}:
            answer = Answer(
                control.id, AnswerValue.YES, "Maria Núñez", date(2026, 11, 18), "",
                "Security policy, 2026-02-01",
            )  # fmt: skip
            made.append(
                ControlResult(
                    control, ControlStatus.MET, Assurance.DOCUMENT,
                    "Answered yes, and the document was seen.", answer=answer,
                )
            )  # fmt: skip
        else:
            made.append(
                ControlResult(
                    control, ControlStatus.NOT_ASSESSED, Assurance.NONE, "Nobody was asked yet."
                )
            )
    return tuple(made)


def assessment(of: Scan | None = None, **changed: object) -> Assessment:
    scanned = of or scan()
    found = findings()
    known = risks(found)
    made = Assessment(
        scan_id=scanned.id,
        made_at=END + timedelta(minutes=2),
        checklist_id="hipaa-security-rule",
        checklist_revision="2026.11",
        content_revision="c41f09d2a7be",
        complete=False,
        statement="1 very high and 3 high risks were found on 22 devices. Start with the image "
        "archive: today anyone on the network can reach every patient's images.",
        findings=found,
        controls=controls(found),
        risks=known,
        actions=actions(known),
        coverage=Coverage(
            addresses_in_scope=254,
            devices=len(scanned.devices),
            identified=sum(d.identity.device_class is not C.UNKNOWN for d in scanned.devices),
            fragile=sum(d.host.triage.policy is Policy.FRAGILE for d in scanned.devices),
            checks_run=146,
            checks_unknown=31,
            limits=(
                "Cloud systems, such as the billing service, cannot be seen from this network.",
                "Laptops and phones that were switched off or away are missing.",
            ),
        ),
    )
    return replace(made, **changed)


def changes() -> tuple[Change, ...]:
    return (
        Change(ChangeKind.APPEARED, "b8:27:eb:aa:00:60", address(60), "Not identified"),
        Change(ChangeKind.VANISHED, "3c:52:82:aa:00:39", address(39), "HP workstation"),
        Change(ChangeKind.PORT_OPENED, "3c:52:82:aa:00:32", address(32), "5900/tcp"),
    )


def report(of: Scan | None = None, by: Assessment | None = None, **given: object) -> Report:
    scanned = of or scan()
    arguments: dict[str, object] = {
        "checks": checks(),
        "changes": changes(),
        "knowledge_as_of": KNOWN,
    }
    return compose(scanned, by or assessment(scanned), **(arguments | given))


def empty() -> Report:
    """Nothing answered, nobody was asked, nothing is recorded."""
    bare = scan(
        devices=(),
        notices=(),
        vantage=Vantage(),
        ended_at=None,
        state=ScanState.INCOMPLETE,
        site=Site(practice="", scope=Scope(())),
    )
    nothing = assessment(
        bare,
        findings=(),
        risks=(),
        actions=(),
        controls=(),
        statement="Nothing was found, because nothing answered.",
        coverage=Coverage(0, 0, 0, 0, 0, 0, ()),
    )
    return report(bare, nothing, checks={}, changes=())
